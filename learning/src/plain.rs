//! Training without privacy: teachers on their shard, students on released labels, baselines.

use privet_gradients::{Batch, GradientError, GradientRequest, GradientWorker, Sum, Units};
use rand::Rng;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::augment::Augmentation;
use crate::optimizer::{Optimizer, OptimizerError, OptimizerSpec};
pub use crate::rows::LabeledRows;
use crate::rows::RowBuffer;
use crate::seed::seeded_generator;
use privet_gradients::network::{Architecture, NetworkError, NetworkSpec};

/// How a network is trained without privacy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlainTraining {
    /// The network.
    #[serde(default)]
    pub network: NetworkSpec,
    /// Passes over the examples.
    pub epochs: usize,
    /// Examples a step; the last batch of an epoch holds what is left.
    pub batch_size: usize,
    /// The optimizer.
    pub optimizer: OptimizerSpec,
    /// Random changes of images, drawn anew each time that they are seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub augment: Option<Augmentation>,
}

/// Why a training stopped.
#[derive(Debug, Error)]
pub enum TrainingError {
    /// The engine gave no gradient.
    #[error(transparent)]
    Gradient(#[from] GradientError),
    /// The network does not fit.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// The optimizer does not fit.
    #[error("optimizer: {0}")]
    Optimizer(#[from] OptimizerError),
    /// The privacy mechanism refused a step.
    #[error(transparent)]
    Mechanism(#[from] privet_mechanisms::MechanismError),
    /// A setting that noisy SGD cannot honour.
    #[error("{0}")]
    Refused(&'static str),
    /// A batch of another data set.
    #[error(
        "a batch names a record that these examples do not have: start the run with their own count"
    )]
    ForeignExamples,
    /// The parameters are no longer finite.
    #[error("the parameters became infinite or NaN in epoch {epoch}: lower the learning rate")]
    Diverged {
        /// Epoch, counted from 1.
        epoch: usize,
    },
    /// The parameters are no longer finite after noisy SGD.
    #[error(
        "the parameters became infinite or NaN within {steps} steps: lower the learning rate or the \
         noise multiplier"
    )]
    NotFinite {
        /// Steps taken.
        steps: u64,
    },
}

/// Names the random stream of one training: shuffling for ("teacher", 17) depends on nothing else.
#[derive(Clone, Copy, Debug)]
pub struct SeedName<'a> {
    /// The experiment's seed.
    pub seed: u64,
    /// What is trained.
    pub purpose: &'a str,
    /// Which of them.
    pub index: u64,
}

/// Trains the network that `worker` is for, from `parameters`, by mini-batches of shuffled rows,
/// and returns the trained parameters. No rows leave them as they were.
///
/// `after_epoch` is told the epochs done and the mean loss of the last in nats.
///
/// # Errors
/// Rows or settings that do not fit the network, or a training that diverges.
pub fn train(
    worker: &mut dyn GradientWorker,
    architecture: &Architecture,
    mut parameters: Vec<f32>,
    rows: LabeledRows<'_>,
    training: &PlainTraining,
    name: SeedName<'_>,
    mut after_epoch: impl FnMut(usize, f64),
) -> Result<Vec<f32>, TrainingError> {
    training.optimizer.validate_without_noise()?;
    let examples = rows.labels.len();
    if examples == 0 {
        return Ok(parameters);
    }
    let batch_size = training.batch_size.max(1);
    let steps = examples
        .div_ceil(batch_size)
        .saturating_mul(training.epochs);
    let mut optimizer = Optimizer::new(training.optimizer, steps as u64, parameters.len());
    let stream =
        |what| seeded_generator(name.seed, &format!("{} {what}", name.purpose), name.index);
    let mut generator = stream("shuffle");
    let mut dropout = architecture.has_dropout().then(|| stream("dropout"));
    let mut order: Vec<usize> = (0..examples).collect();
    let mut buffer = RowBuffer::default();
    for epoch in 1..=training.epochs {
        order.shuffle(&mut generator);
        let mut loss = 0.0;
        for indices in order.chunks(batch_size) {
            buffer.clear();
            for &index in indices {
                let row = buffer.push(rows, index);
                let row = row.ok_or_else(|| unequal(rows, architecture))?;
                if let Some(augmentation) = training.augment {
                    augmentation.apply(row, architecture.input(), &mut generator);
                }
            }
            let batch = Batch {
                examples: buffer.examples(),
                units: Units::Rows,
            };
            let request = GradientRequest {
                dropout: dropout.as_mut().map(Rng::next_u64),
                ..GradientRequest::default()
            };
            let sum = worker.gradient_sum(&parameters, batch, request)?;
            loss += sum.loss.expose_sensitive();
            let mean = mean(sum.sum.into_exposed_sensitive(), indices.len())?;
            optimizer.step(&mut parameters, &mean, 0.0)?;
        }
        let loss = loss / examples as f64;
        if !loss.is_finite() {
            return Err(TrainingError::Diverged { epoch });
        }
        after_epoch(epoch, loss);
    }
    // A loss is that before a step: it cannot tell what the last step did.
    match parameters.iter().all(|value| value.is_finite()) {
        true => Ok(parameters),
        false => Err(TrainingError::Diverged {
            epoch: training.epochs,
        }),
    }
}

fn unequal(rows: LabeledRows<'_>, architecture: &Architecture) -> GradientError {
    GradientError::Shape {
        labels: rows.labels.len(),
        expected: rows.labels.len() * architecture.input().len(),
        found: rows.inputs.len(),
    }
}

fn mean(sum: Sum, examples: usize) -> Result<Vec<f32>, GradientError> {
    let Sum::Float(mut values) = sum else {
        let reason = "the engine gave a sum on a grid where none was asked for";
        return Err(GradientError::Request(reason.into()));
    };
    let scale = 1.0 / examples as f32;
    for value in &mut values {
        *value *= scale;
    }
    Ok(values)
}
