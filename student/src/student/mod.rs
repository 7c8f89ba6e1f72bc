//! The student: a network trained on a labelled set, judged on public data it was never asked about.

pub(crate) mod answers;
mod error;

use burn::tensor::Device;
use ndarray::ArrayView2;
use privet_training::data::PublicInputs;
use privet_training::evaluate;
use privet_training::gradient::{GradientEngine, GradientError};
use privet_training::network::{Architecture, Network, ParameterLayout};
use privet_training::plain::{LabeledRows, SeedName, TrainingError, train};

use crate::learning::{Course, FixMatchStudy, GanStudy, VirtualAdversarialStudy};
use crate::{LabeledSet, Method, StudentTraining};
pub use error::StudentError;

/// A trained student. It is post-processing of released labels, so it may be published.
#[derive(Debug)]
pub struct Student {
    network: Network,
}

impl Student {
    /// Trains a network on released labels, and on `unlabeled` public inputs where the method learns
    /// from these. The inputs that were asked about may be among them and usually are: `unlabeled`
    /// is the whole pool. Where it is empty, the labelled inputs stand in for it, so that a training
    /// does not fail once labels are paid for.
    ///
    /// Equal arguments give an equal student, bit for bit on one kind of processor. `after_epoch` is
    /// told the epochs done and the mean loss in nats.
    ///
    /// # Errors
    /// Settings out of range, a network that does not fit the inputs, or a training that diverges.
    #[allow(clippy::too_many_arguments)]
    pub fn train(
        engine: &dyn GradientEngine,
        architecture: Architecture,
        training: &StudentTraining,
        seed: u64,
        set: &LabeledSet,
        unlabeled: &PublicInputs,
        device: &Device,
        after_epoch: impl FnMut(usize, f64),
    ) -> Result<Self, StudentError> {
        training.validate()?;
        let name = SeedName {
            seed,
            purpose: "student",
            index: 0,
        };
        let network = Network::new(architecture, seed, name.purpose, name.index, device);
        let architecture = network.architecture();
        let (inputs, labels) = set.lessons();
        let (inputs, labels) = (inputs.view(), &labels[..]);
        let unlabeled = match unlabeled.is_empty() {
            true => inputs,
            false => unlabeled.inputs(),
        };
        check_width(architecture, inputs)?;
        check_width(architecture, unlabeled)?;
        let classes = architecture.classes();
        if labels.iter().any(|&label| label as usize >= classes) {
            return Err(TrainingError::from(GradientError::Label { classes }).into());
        }
        let mut worker = engine.worker(architecture).map_err(TrainingError::from)?;
        let parameters = network.flat_parameters();
        let course = |ratio| Course {
            architecture,
            training,
            ratio,
            labeled: inputs,
            labels,
            unlabeled,
            seed,
        };
        let (shape, weak) = (architecture.input(), training.augment);
        let parameters = match training.method {
            Method::Supervised => train(
                worker.as_mut(),
                architecture,
                parameters,
                LabeledRows { inputs, labels },
                &training.plain(),
                name,
                after_epoch,
            )?,
            Method::FixMatch => {
                let settings = training.fixmatch.unwrap_or_default();
                let course = course(settings.unlabeled_ratio);
                let mut study =
                    FixMatchStudy::new(settings, shape, weak, unlabeled, labels, classes);
                course.run(&mut study, worker.as_mut(), parameters, after_epoch)?
            }
            Method::VirtualAdversarial => {
                let settings = training.virtual_adversarial.unwrap_or_default();
                let course = course(settings.unlabeled_ratio);
                let mut study = VirtualAdversarialStudy {
                    settings,
                    shape,
                    classes,
                    augment: weak,
                };
                course.run(&mut study, worker.as_mut(), parameters, after_epoch)?
            }
            Method::Gan => {
                let settings = training.gan.clone().unwrap_or_default();
                let course = course(settings.unlabeled_ratio);
                let steps = course.steps();
                let mut study =
                    GanStudy::new(settings, engine, architecture, unlabeled, weak, seed, steps)?;
                course.run(&mut study, worker.as_mut(), parameters, after_epoch)?
            }
        };
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

fn check_width(
    architecture: &Architecture,
    inputs: ArrayView2<'_, f32>,
) -> Result<(), StudentError> {
    let (expected, found) = (architecture.input().len(), inputs.ncols());
    match expected == found {
        true => Ok(()),
        false => Err(StudentError::Width { expected, found }),
    }
}
