//! What a noisy SGD training is told beside its plan.

use privet_mechanisms::NoisySgdMechanism;
use serde::{Deserialize, Serialize};

use crate::augment::Augmentation;
use crate::network::Architecture;
use crate::optimizer::{OptimizerError, OptimizerSpec, WeightAverage};
use crate::plain::TrainingError;

/// Rows that are gathered and sent to the engine at once, by default.
const PHYSICAL_BATCH: usize = 4096;

/// How the noisy gradients are used, and how the rows of a unit are presented. All of it is public,
/// and none of it changes what a step costs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoisySgdSettings {
    /// The optimizer, which sees noisy gradients only.
    pub optimizer: OptimizerSpec,
    /// Takes the average of the parameters for the model.
    pub weight_average: Option<WeightAverage>,
    /// Random changes of images, drawn anew in each step.
    pub augment: Option<Augmentation>,
    /// Changed copies of each row, at least 1. The gradients of all copies of a unit's rows are
    /// averaged before clipping, so sensitivity is that of one copy: augmentation multiplicity, De
    /// et al. (2022), section 3.2.
    pub copies: usize,
    /// Rows, copies included, that are in memory at once, at least 1; a unit with more of them is
    /// not split. Results differ between choices by rounding alone.
    pub physical_batch: usize,
    /// The experiment's seed, for the changes of images.
    pub seed: u64,
}

impl NoisySgdSettings {
    /// No average, no augmentation.
    pub fn new(optimizer: OptimizerSpec) -> Self {
        Self {
            optimizer,
            weight_average: None,
            augment: None,
            copies: 1,
            physical_batch: PHYSICAL_BATCH,
            seed: 0,
        }
    }

    /// Checks every setting.
    ///
    /// # Errors
    /// The first setting that has no meaning.
    pub fn validate(&self) -> Result<(), TrainingError> {
        self.optimizer.validate()?;
        if let Some(average) = self.weight_average {
            average.validate()?;
        }
        if self.copies == 0 {
            return Err(TrainingError::Refused(
                "`copies` is 0: it must be at least 1",
            ));
        }
        if self.copies > 1 && self.augment.is_none() {
            return Err(TrainingError::Refused(
                "`copies` repeats each row for augmentation, and there is none: set `augment`, or \
                 leave `copies` out",
            ));
        }
        if self.physical_batch == 0 {
            return Err(TrainingError::Refused(
                "`physical_batch` is 0: it must be at least 1",
            ));
        }
        Ok(())
    }
    /// Checks the settings, and whether a run of `plan` can train the network with them. Ask before
    /// the cost is charged: a training that is refused later has paid.
    ///
    /// # Errors
    /// As for [`validate`](Self::validate); a network with dropout or without parameters; a
    /// correction for the noise where its variance changes from step to step.
    pub fn check(
        &self,
        architecture: &Architecture,
        plan: &NoisySgdMechanism,
    ) -> Result<(), TrainingError> {
        self.validate()?;
        if architecture.has_dropout() {
            return Err(TrainingError::Refused(
                "noisy SGD refuses the layer `dropout`: what it drops would depend on who else is \
                 in the batch, so one more record could change the gradients of all, and noise \
                 keeps the network from overfitting already; leave the layer out",
            ));
        }
        if architecture.parameters() == 0 {
            return Err(TrainingError::Refused(
                "the network has no parameters, so there is nothing to train: add a layer such as \
                 `linear`",
            ));
        }
        match plan.correlated().is_some() && self.optimizer.corrects_noise_bias() {
            true => Err(OptimizerError::CorrelatedNoise.into()),
            false => Ok(()),
        }
    }
}
