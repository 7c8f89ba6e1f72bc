//! Virtual adversarial training.

use privet_training::augment::{Augmentation, each_row};
use privet_training::data::InputShape;
use privet_training::gradient::{GradientWorker, Objective, Variables};
use privet_training::plain::TrainingError;
use privet_training::seed::standard_normal;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::losses::{cross_entropy, divergence, entropy, softmax};
use super::{StepRows, Study, change_weakly, per_row, public_gradient, step_gradient};
use crate::VirtualAdversarial;

/// Virtual adversarial training at work.
pub(crate) struct VirtualAdversarialStudy {
    pub(crate) settings: VirtualAdversarial,
    pub(crate) shape: InputShape,
    pub(crate) classes: usize,
    pub(crate) augment: Option<Augmentation>,
}

impl VirtualAdversarialStudy {
    /// For each row the direction that changes its answer most, of this L2 length.
    fn directions(
        &self,
        worker: &mut dyn GradientWorker,
        parameters: &[f32],
        rows: &[f32],
        answers: &[f32],
        generator: &mut ChaCha8Rng,
    ) -> Result<Vec<f32>, TrainingError> {
        let (width, classes) = (self.shape.len(), self.classes);
        let side = (width as f64).sqrt();
        let probe = (self.settings.probe * side) as f32;
        let mut directions = vec![0.0; rows.len()];
        each_row(&mut directions, width, generator.next_u64(), |row, own| {
            row.iter_mut()
                .for_each(|value| *value = standard_normal(own));
            set_length(row, probe);
        });
        for _ in 0..self.settings.iterations {
            let probed = sums(rows, &directions);
            let function = |row: usize, scores: &[f32], slopes: &mut [f32]| {
                divergence(scores, &answers[row * classes..][..classes], 1.0, slopes)
            };
            let objective = Objective {
                inputs: &probed,
                function: &function,
                variables: Variables::Inputs,
                dropout: None,
            };
            let (gradient, _) = public_gradient(worker, parameters, objective)?;
            let rows = directions.chunks_exact_mut(width);
            for (direction, gradient) in rows.zip(gradient.chunks_exact(width)) {
                // Where the answer does not change, any direction is as good.
                if gradient.iter().any(|&value| value != 0.0) {
                    direction.copy_from_slice(gradient);
                    set_length(direction, probe);
                }
            }
        }
        let radius = (self.settings.radius * side) as f32;
        for direction in directions.chunks_exact_mut(width) {
            set_length(direction, radius);
        }
        Ok(directions)
    }
}

impl Study for VirtualAdversarialStudy {
    fn step(
        &mut self,
        worker: &mut dyn GradientWorker,
        parameters: &[f32],
        rows: StepRows<'_>,
        generator: &mut ChaCha8Rng,
    ) -> Result<(Vec<f32>, f64), TrainingError> {
        let (width, classes) = (self.shape.len(), self.classes);
        let mut inputs = rows.labeled;
        change_weakly(&mut inputs, self.shape, self.augment, generator);
        let mut plain = rows.unlabeled;
        change_weakly(&mut plain, self.shape, self.augment, generator);
        let mut answers = worker.scores(parameters, &plain)?;
        let mut answer = vec![0.0; classes];
        for scores in answers.chunks_exact_mut(classes) {
            softmax(scores, &mut answer);
            scores.copy_from_slice(&answer);
        }
        let directions = self.directions(worker, parameters, &plain, &answers, generator)?;
        inputs.extend(sums(&plain, &directions));
        let (labeled, unlabeled) = (rows.labels.len(), plain.len() / width);
        if self.settings.entropy_weight > 0.0 {
            inputs.extend(plain);
        }
        let own = per_row(1.0, labeled);
        let moved = per_row(self.settings.unlabeled_weight, unlabeled);
        let unsure = per_row(self.settings.entropy_weight, unlabeled);
        let function = |row: usize, scores: &[f32], slopes: &mut [f32]| {
            if row < labeled {
                cross_entropy(scores, rows.labels[row], own, slopes)
            } else if row < labeled + unlabeled {
                let answer = &answers[(row - labeled) * classes..][..classes];
                divergence(scores, answer, moved, slopes)
            } else {
                entropy(scores, unsure, slopes)
            }
        };
        step_gradient(worker, parameters, (&inputs, rows.dropout), &function)
    }
}

/// Makes a vector this long, in L2; one of zeros, or one that is not finite, becomes zeros.
fn set_length(vector: &mut [f32], length: f32) {
    // Divided by the largest value first: the squares of a tiny gradient would vanish.
    let largest = vector
        .iter()
        .fold(0.0_f32, |largest, value| largest.max(value.abs()));
    let scaled = vector
        .iter()
        .map(|value| f64::from(value / largest).powi(2));
    let factor = f64::from(length) / scaled.sum::<f64>().sqrt();
    let usable = largest > 0.0 && factor.is_finite();
    for value in vector {
        *value = match usable {
            true => *value / largest * factor as f32,
            false => 0.0,
        };
    }
}

fn sums(rows: &[f32], directions: &[f32]) -> Vec<f32> {
    rows.iter().zip(directions).map(|(a, b)| a + b).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use privet_training::gradient::{CpuEngine, GradientEngine};
    use privet_training::network::{NetworkSpec, Preset};
    use privet_training::seed::seeded_generator;

    #[test]
    fn lengths_are_set_whatever_the_scale() {
        for scale in [1e-30_f32, 1.0, 1e30] {
            let mut vector = [3.0 * scale, -4.0 * scale];
            set_length(&mut vector, 10.0);
            assert!((vector[0] - 6.0).abs() < 1e-5 && (vector[1] + 8.0).abs() < 1e-5);
        }
        for mut vector in [[0.0, 0.0], [f32::NAN, 1.0], [f32::INFINITY, 1.0]] {
            set_length(&mut vector, 1.0);
            assert!(vector.iter().all(|value| value.is_finite()));
        }
    }

    /// The score difference of a linear network of two classes grows along one direction only.
    #[test]
    fn the_direction_of_a_linear_network_is_that_of_its_weights() {
        let shape = InputShape::flat(3);
        let linear = NetworkSpec::preset(Preset::Linear);
        let architecture = linear.resolve(shape, 2).unwrap();
        let mut worker = CpuEngine::single_threaded().worker(&architecture).unwrap();
        // Weights [inputs, classes]: the difference of the classes is along (2, 0, -1).
        let parameters = [1.0, -1.0, 0.5, 0.5, -0.5, 0.5, 0.0, 0.0];
        let study = VirtualAdversarialStudy {
            settings: VirtualAdversarial {
                radius: 0.5,
                ..VirtualAdversarial::default()
            },
            shape,
            classes: 2,
            augment: None,
        };
        let rows = [0.1, 0.2, 0.3, -0.4, 0.0, 1.0];
        let mut answers = worker.scores(&parameters, &rows).unwrap();
        for scores in answers.chunks_exact_mut(2) {
            let before = scores.to_vec();
            softmax(&before, scores);
        }
        let mut generator = seeded_generator(1, "direction", 0);
        let found = study
            .directions(
                worker.as_mut(),
                &parameters,
                &rows,
                &answers,
                &mut generator,
            )
            .unwrap();
        let length = 0.5 * 3.0_f32.sqrt();
        for direction in found.chunks_exact(3) {
            let sign = direction[0].signum();
            for (found, weight) in direction.iter().zip([2.0, 0.0, -1.0]) {
                let expected = sign * length * weight / 5.0_f32.sqrt();
                assert!((found - expected).abs() < 1e-3, "{direction:?}");
            }
        }
    }
}
