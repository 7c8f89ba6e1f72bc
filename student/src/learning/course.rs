//! The steps of a training on labelled and unlabelled rows.

use ndarray::ArrayView2;
use privet_training::gradient::GradientWorker;
use privet_training::network::Architecture;
use privet_training::optimizer::{AveragedWeights, Optimizer};
use privet_training::plain::TrainingError;
use privet_training::seed::seeded_generator;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::cycle::Cycle;
use super::{StepRows, Study, gather, optimizer_error};
use crate::StudentTraining;

/// What a training is told beside its method.
pub(crate) struct Course<'a> {
    pub(crate) architecture: &'a Architecture,
    pub(crate) training: &'a StudentTraining,
    /// Unlabelled rows for each labelled one of a batch.
    pub(crate) ratio: usize,
    pub(crate) labeled: ArrayView2<'a, f32>,
    /// A class of the network for each labelled row.
    pub(crate) labels: &'a [u32],
    pub(crate) unlabeled: ArrayView2<'a, f32>,
    pub(crate) seed: u64,
}

/// A random stream of the student.
fn stream(seed: u64, what: &str) -> ChaCha8Rng {
    seeded_generator(seed, &format!("student {what}"), 0)
}

impl Course<'_> {
    fn batch(&self) -> usize {
        self.training.batch_size.max(1)
    }

    /// Unlabelled rows a step.
    fn unlabeled_batch(&self) -> usize {
        let batch = self.batch().saturating_mul(self.ratio);
        batch.min(self.unlabeled.nrows()).max(1)
    }

    /// A pass over the labelled rows, or over the unlabelled ones where that takes more steps.
    fn steps_an_epoch(&self) -> usize {
        let labeled = self.labels.len().div_ceil(self.batch());
        labeled.max(self.unlabeled.nrows().div_ceil(self.unlabeled_batch()))
    }

    /// Steps of the whole training.
    pub(crate) fn steps(&self) -> u64 {
        self.steps_an_epoch().saturating_mul(self.training.epochs) as u64
    }

    /// Trains from `parameters` and returns the average of the parameters over the steps.
    ///
    /// Memory is that of the rows of one step. `after_epoch` is told the epochs done and the mean
    /// loss of a step of the last.
    pub(crate) fn run(
        &self,
        study: &mut dyn Study,
        worker: &mut dyn GradientWorker,
        mut parameters: Vec<f32>,
        mut after_epoch: impl FnMut(usize, f64),
    ) -> Result<Vec<f32>, TrainingError> {
        let training = self.training;
        let steps_an_epoch = self.steps_an_epoch();
        let mut optimizer = Optimizer::new(training.optimizer, self.steps(), parameters.len());
        let mut average = AveragedWeights::new(training.average(), &parameters);
        let mut labeled = Cycle::new(self.labels.len(), stream(self.seed, "labeled"));
        let mut unlabeled = Cycle::new(self.unlabeled.nrows(), stream(self.seed, "unlabeled"));
        let mut generator = stream(self.seed, "changes");
        let mut dropout = stream(self.seed, "dropout");
        let drops = self.architecture.has_dropout();
        for epoch in 1..=training.epochs {
            let mut total = 0.0;
            for _ in 0..steps_an_epoch {
                let places = labeled.take(self.batch());
                let labels: Vec<u32> = places.iter().map(|&place| self.labels[place]).collect();
                let rows = StepRows {
                    labeled: gather(self.labeled, &places),
                    labels: &labels,
                    unlabeled: gather(self.unlabeled, &unlabeled.take(self.unlabeled_batch())),
                    dropout: drops.then(|| dropout.next_u64()),
                };
                let (gradient, loss) = study.step(worker, &parameters, rows, &mut generator)?;
                total += loss;
                optimizer
                    .step(&mut parameters, &gradient, 0.0)
                    .map_err(optimizer_error)?;
                average.update(&parameters, optimizer.state().steps);
            }
            let loss = total / steps_an_epoch as f64;
            if !loss.is_finite() {
                return Err(TrainingError::Diverged { epoch });
            }
            after_epoch(epoch, loss);
        }
        // A loss is that before a step: it cannot tell what the last step did.
        let finite = |values: &[f32]| values.iter().all(|value| value.is_finite());
        match finite(&parameters) && finite(average.values()) {
            true => Ok(average.values().to_vec()),
            false => Err(TrainingError::Diverged {
                epoch: training.epochs,
            }),
        }
    }
}
