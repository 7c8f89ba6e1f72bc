//! The student: a network trained on a labelled set, judged on public data it was never asked about.

use burn::tensor::Device;
use ndarray::ArrayView2;
use privet_training::evaluate;
use privet_training::gradient::GradientEngine;
use privet_training::network::{Architecture, Network, ParameterLayout};
use privet_training::plain::{LabeledRows, PlainTraining, SeedName, TrainingError, train};
use thiserror::Error;

use crate::LabeledSet;

/// Why there is no student.
#[derive(Debug, Error)]
pub enum StudentError {
    /// The training stopped.
    #[error("training the student: {0}")]
    Training(#[from] TrainingError),
}

/// A trained student. It is post-processing of released labels, so it may be published.
#[derive(Debug)]
pub struct Student {
    network: Network,
}

impl Student {
    /// Trains a network on released labels, by supervised learning.
    ///
    /// `after_epoch` is told the epochs done and the mean loss in nats.
    ///
    /// # Errors
    /// A network that does not fit the inputs, or a training that diverges.
    pub fn train(
        engine: &dyn GradientEngine,
        architecture: Architecture,
        training: &PlainTraining,
        seed: u64,
        set: &LabeledSet,
        device: &Device,
        after_epoch: impl FnMut(usize, f64),
    ) -> Result<Self, StudentError> {
        let name = SeedName {
            seed,
            purpose: "student",
            index: 0,
        };
        let network = Network::new(architecture, seed, name.purpose, name.index, device);
        let architecture = network.architecture();
        let mut worker = engine.worker(architecture).map_err(TrainingError::from)?;
        let parameters = train(
            worker.as_mut(),
            architecture,
            network.flat_parameters(),
            LabeledRows {
                inputs: set.inputs(),
                labels: set.labels(),
            },
            training,
            name,
            after_epoch,
        )?;
        let layout = ParameterLayout::of(&network).map_err(TrainingError::from)?;
        let network = layout
            .load(network, &parameters)
            .map_err(TrainingError::from)?;
        Ok(Self { network })
    }

    /// The trained network.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// The trained network, by value.
    pub fn into_network(self) -> Network {
        self.network
    }

    /// Share of public test rows that the student classifies as labelled, in `[0, 1]`.
    pub fn accuracy(&self, inputs: ArrayView2<'_, f32>, labels: &[u32]) -> f64 {
        evaluate::accuracy(&self.network, inputs, labels)
    }
}
