//! FixMatch.

use ndarray::ArrayView2;
use privet_training::augment::{Augmentation, TableColumns, ValueRange, each_row};
use privet_training::data::InputShape;
use privet_training::gradient::GradientWorker;
use privet_training::plain::TrainingError;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::losses::{cross_entropy, softmax};
use super::{StepRows, Study, per_row, step_gradient};
use crate::FixMatch;

/// Weight of the past in the running mean of the answers.
const PAST: f32 = 0.99;

/// FixMatch at work.
pub(crate) struct FixMatchStudy<'a> {
    settings: FixMatch,
    shape: InputShape,
    weak: Augmentation,
    range: ValueRange,
    columns: TableColumns<'a>,
    /// Share of each class among the labels, and the running mean of the answers.
    shares: Vec<f32>,
    answers: Vec<f32>,
}

impl<'a> FixMatchStudy<'a> {
    /// `labels` are below `classes`.
    pub(crate) fn new(
        settings: FixMatch,
        shape: InputShape,
        weak: Option<Augmentation>,
        unlabeled: ArrayView2<'a, f32>,
        labels: &[u32],
        classes: usize,
    ) -> Self {
        let mut shares = vec![0.0; classes];
        for &label in labels {
            shares[label as usize] += 1.0 / labels.len() as f32;
        }
        Self {
            settings,
            shape,
            weak: weak.unwrap_or(Augmentation::shift(2)),
            range: ValueRange::of(unlabeled),
            columns: TableColumns::of(unlabeled),
            answers: shares.clone(),
            shares,
        }
    }

    fn is_image(&self) -> bool {
        matches!(self.shape, InputShape::Image { .. })
    }

    fn change_weakly(&self, rows: &mut [f32], generator: &mut ChaCha8Rng) {
        let weak = self.settings.tables.weak();
        each_row(
            rows,
            self.shape.len(),
            generator.next_u64(),
            |row, own| match self.is_image() {
                true => self.weak.apply(row, self.shape, own),
                false => weak.apply(row, &self.columns, own),
            },
        );
    }

    fn change_strongly(&self, rows: &mut [f32], generator: &mut ChaCha8Rng) {
        let FixMatch { images, tables, .. } = &self.settings;
        each_row(
            rows,
            self.shape.len(),
            generator.next_u64(),
            |row, own| match self.is_image() {
                true => images.apply(row, self.shape, self.range, own),
                false => tables.apply(row, &self.columns, own),
            },
        );
    }

    /// Moves the mean answer to the shares of the labels.
    fn align(&mut self, answers: &mut [f32]) {
        let classes = self.shares.len();
        let rows = (answers.len() / classes).max(1) as f32;
        let mut means = vec![0.0; classes];
        for answer in answers.chunks_exact(classes) {
            for (mean, value) in means.iter_mut().zip(answer) {
                *mean += value / rows;
            }
        }
        for (running, mean) in self.answers.iter_mut().zip(means) {
            *running = PAST * *running + (1.0 - PAST) * mean;
        }
        for answer in answers.chunks_exact_mut(classes) {
            for ((value, share), running) in answer.iter_mut().zip(&self.shares).zip(&self.answers)
            {
                *value *= share / running.max(1e-6);
            }
            let total: f32 = answer.iter().sum();
            if total > 0.0 {
                answer.iter_mut().for_each(|value| *value /= total);
            }
        }
    }

    /// The confident answers: place of the row, and class.
    fn confident(&mut self, scores: &[f32]) -> Vec<(usize, u32)> {
        let classes = self.shares.len();
        let mut answers = vec![0.0; scores.len()];
        for (scores, answer) in scores
            .chunks_exact(classes)
            .zip(answers.chunks_exact_mut(classes))
        {
            softmax(scores, answer);
        }
        if self.settings.distribution_alignment {
            self.align(&mut answers);
        }
        let best = privet_training::evaluate::best_classes(&answers, classes);
        let sure = answers.chunks_exact(classes).zip(best).enumerate();
        sure.filter(|(_, (answer, class))| {
            f64::from(answer[*class as usize]) >= self.settings.confidence
        })
        .map(|(row, (_, class))| (row, class))
        .collect()
    }
}

impl Study for FixMatchStudy<'_> {
    fn step(
        &mut self,
        worker: &mut dyn GradientWorker,
        parameters: &[f32],
        rows: StepRows<'_>,
        generator: &mut ChaCha8Rng,
    ) -> Result<(Vec<f32>, f64), TrainingError> {
        let width = self.shape.len();
        let unlabeled = rows.unlabeled.len() / width;
        let mut weak = rows.unlabeled.clone();
        self.change_weakly(&mut weak, generator);
        let scores = worker.scores(parameters, &weak)?;
        let confident = self.confident(&scores);
        let mut inputs = rows.labeled;
        self.change_weakly(&mut inputs, generator);
        // Rows without a confident answer have no gradient.
        let mut strong = Vec::with_capacity(confident.len() * width);
        for &(row, _) in &confident {
            strong.extend_from_slice(&rows.unlabeled[row * width..(row + 1) * width]);
        }
        self.change_strongly(&mut strong, generator);
        inputs.extend(strong);
        let labeled = rows.labels.len();
        let own = per_row(1.0, labeled);
        let others = per_row(self.settings.unlabeled_weight, unlabeled);
        let function = |row: usize, scores: &[f32], slopes: &mut [f32]| match row < labeled {
            true => cross_entropy(scores, rows.labels[row], own, slopes),
            false => cross_entropy(scores, confident[row - labeled].1, others, slopes),
        };
        step_gradient(worker, parameters, (&inputs, rows.dropout), &function)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array2;

    fn study(rows: &Array2<f32>, distribution_alignment: bool) -> FixMatchStudy<'_> {
        let settings = FixMatch {
            confidence: 0.9,
            distribution_alignment,
            ..FixMatch::default()
        };
        FixMatchStudy::new(
            settings,
            InputShape::flat(2),
            None,
            rows.view(),
            &[0, 1, 1, 1],
            2,
        )
    }

    #[test]
    fn only_confident_answers_become_labels() {
        let rows = Array2::zeros((3, 2));
        // Probabilities of the larger: 0.993, 0.622, 0.881, 0.953.
        let scores = [5.0, 0.0, 0.5, 0.0, 0.0, 2.0, 0.0, 3.0];
        let found = study(&rows, false).confident(&scores);
        assert_eq!(found, [(0, 0), (3, 1)]);
        let unsure = [f32::NAN, 0.0, 0.0, 0.0];
        assert_eq!(study(&rows, false).confident(&unsure), []);
    }

    #[test]
    fn alignment_moves_the_mean_answer_to_the_shares_of_the_labels() {
        let rows = Array2::zeros((3, 2));
        let mut study = study(&rows, true);
        let mut answers = Vec::new();
        for _ in 0..2000 {
            answers = vec![0.6, 0.4, 0.6, 0.4];
            study.align(&mut answers);
        }
        // One label in four is of class 0.
        assert!((answers[0] - 0.25).abs() < 1e-3 && (answers[3] - 0.75).abs() < 1e-3);
    }
}
