//! What says that a checkpoint belongs to a training.

use privet_mechanisms::NoisySgdMechanism;
use serde::{Deserialize, Serialize};

use super::CheckpointError;
use crate::data::sha256_hex;
use crate::network::Architecture;
use crate::noisy::NoisySgdSettings;

/// Digests of everything public that a training is made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Of the input's shape, the list of layers and the number of classes.
    architecture: String,
    /// Of the plan's parameters.
    plan: String,
    /// Of optimizer, average, augmentation, seed and physical batch.
    settings: String,
}

impl Identity {
    pub(crate) fn new(
        architecture: &Architecture,
        plan: &NoisySgdMechanism,
        settings: &NoisySgdSettings,
    ) -> Self {
        // The derived text names every field; it is compared, never read.
        let digest = |text: String| sha256_hex(text.as_bytes());
        Self {
            architecture: digest(format!("{architecture:?}")),
            plan: digest(format!("{:?}", plan.parameters())),
            settings: digest(format!("{settings:?}")),
        }
    }

    /// # Errors
    /// The first part that differs.
    pub(crate) fn check(&self, other: &Self) -> Result<(), CheckpointError> {
        for (what, equal) in [
            ("layers", self.architecture == other.architecture),
            ("privacy parameters", self.plan == other.plan),
            ("training settings", self.settings == other.settings),
        ] {
            if !equal {
                return Err(CheckpointError::Mismatch(what));
            }
        }
        Ok(())
    }
}
