//! Settings of the generative adversarial network.

use privet_training::optimizer::{AdamSpec, OptimizerSpec};
use serde::{Deserialize, Serialize};

use super::SettingError;
use super::error::{at_least_one, not_negative};

/// `[student.gan]`: Salimans et al., "Improved techniques for training GANs" (2016), sections 3.1
/// and 5.
///
/// The student is the discriminator: `K` scores `s`, and a score of 0 for "generated". With
/// `l = ln sum_k exp s_k` the loss of a step is `1/B sum cross-entropy + unlabeled_weight / 2
/// (1/U sum (softplus(l) - l) + 1/U sum softplus(l of generated rows))`. The generator minimises the
/// squared distance between the mean last hidden layer of public and of generated rows. Not for
/// networks that begin with an embedding: what is generated are numbers and no tokens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Gan {
    /// Normal numbers that the generator starts from, at least 1.
    pub latent: usize,
    /// Widths of the generator's hidden layers, each followed by layer normalisation and relu.
    pub hidden: Vec<usize>,
    /// The generator's optimizer; Adam with step size 0.001 and `beta_1 = 0.5` when absent.
    pub generator_optimizer: OptimizerSpec,
    /// Weight of the unlabelled and generated rows.
    pub unlabeled_weight: f64,
    /// Unlabelled rows for each labelled one of a batch, and as many generated ones; at least 1.
    pub unlabeled_ratio: usize,
    /// Standard deviation of the normal noise on everything that the discriminator learns from, in
    /// the unit of the encoded inputs; 0 for none.
    pub input_noise: f64,
}

impl Default for Gan {
    fn default() -> Self {
        Self {
            latent: 100,
            hidden: vec![500, 500],
            generator_optimizer: OptimizerSpec::Adam(AdamSpec {
                beta_1: 0.5,
                ..AdamSpec::new(0.001)
            }),
            unlabeled_weight: 1.0,
            unlabeled_ratio: 1,
            input_noise: 0.3,
        }
    }
}

impl Gan {
    pub(super) fn validate(&self) -> Result<(), SettingError> {
        at_least_one("gan.latent", self.latent)?;
        for &width in &self.hidden {
            at_least_one("gan.hidden", width)?;
        }
        self.generator_optimizer
            .validate_without_noise()
            .map_err(SettingError::Generator)?;
        not_negative("gan.unlabeled_weight", self.unlabeled_weight)?;
        at_least_one("gan.unlabeled_ratio", self.unlabeled_ratio)?;
        not_negative("gan.input_noise", self.input_noise)
    }
}
