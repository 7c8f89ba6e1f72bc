//! Training without privacy: teachers on their shard, students on released labels, baselines.

use ndarray::ArrayView2;
use rand::seq::SliceRandom;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::augment::Augmentation;
use crate::gradient::{Batch, GradientEngine, GradientError, GradientRequest, Sum};
use crate::network::{Network, NetworkError, NetworkSpec, ParameterLayout};
use crate::optimizer::OptimizerSpec;
use crate::seed::seeded_generator;

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
    /// The privacy mechanism refused a step.
    #[error(transparent)]
    Mechanism(#[from] privet_mechanisms::MechanismError),
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

/// Trains `network` on rows `[examples, values]` with their labels, by mini-batches of shuffled
/// examples, and returns the trained network. No examples leave it as it was.
///
/// `after_epoch` is told the epochs done, the mean loss of the last in nats, and the network.
///
/// # Errors
/// Inputs that do not fit the network, or a training that diverges.
pub fn train(
    engine: &dyn GradientEngine,
    mut network: Network,
    inputs: ArrayView2<'_, f32>,
    labels: &[u32],
    training: &PlainTraining,
    name: SeedName<'_>,
    mut after_epoch: impl FnMut(usize, f64, &Network),
) -> Result<Network, TrainingError> {
    let layout = ParameterLayout::of(&network)?;
    let mut worker = engine.worker(network.architecture())?;
    let mut optimizer = training.optimizer.build();
    let mut generator =
        seeded_generator(name.seed, &format!("{} shuffle", name.purpose), name.index);
    let mut order: Vec<usize> = (0..labels.len()).collect();
    if labels.is_empty() {
        return Ok(network);
    }
    for epoch in 1..=training.epochs {
        order.shuffle(&mut generator);
        let mut loss = 0.0;
        for indices in order.chunks(training.batch_size.max(1)) {
            let (mut rows, batch_labels) = gather(inputs, labels, indices);
            if let Some(augmentation) = training.augment {
                let shape = network.architecture().input();
                augmentation.apply(&mut rows, shape, &mut generator);
            }
            let batch = Batch::of_rows(&rows, &batch_labels);
            let parameters = network.flat_parameters();
            let sum = worker.gradient_sum(&parameters, batch, GradientRequest::default())?;
            loss += sum.loss.expose_sensitive();
            let scale = 1.0 / indices.len() as f32;
            let mean: Vec<f32> = floats(sum.sum.into_exposed_sensitive())?
                .iter()
                .map(|value| value * scale)
                .collect();
            let learning_rate = training.optimizer.learning_rate();
            network = layout.step(&mut optimizer, learning_rate, network, &mean)?;
        }
        let loss = loss / labels.len() as f64;
        if !loss.is_finite() {
            return Err(TrainingError::Diverged { epoch });
        }
        after_epoch(epoch, loss, &network);
    }
    // A loss is that before a step: it cannot tell what the last step did.
    match network.flat_parameters().iter().all(|v| v.is_finite()) {
        true => Ok(network),
        false => Err(TrainingError::Diverged {
            epoch: training.epochs,
        }),
    }
}

/// The sum of a request without a grid.
pub(crate) fn floats(sum: Sum) -> Result<Vec<f32>, GradientError> {
    match sum {
        Sum::Float(values) => Ok(values),
        Sum::Grid(_) => Err(GradientError::Request(
            "the engine answered on a grid that was not asked for".into(),
        )),
    }
}

/// The rows and labels at `indices`, rows one after another.
pub(crate) fn gather(
    inputs: ArrayView2<'_, f32>,
    labels: &[u32],
    indices: &[usize],
) -> (Vec<f32>, Vec<u32>) {
    let mut rows = Vec::with_capacity(indices.len() * inputs.ncols());
    for &index in indices {
        rows.extend(inputs.row(index));
    }
    let labels = indices.iter().map(|&index| labels[index]).collect();
    (rows, labels)
}
