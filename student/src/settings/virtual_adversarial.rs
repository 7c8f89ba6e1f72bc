//! Settings of virtual adversarial training.

use serde::{Deserialize, Serialize};

use super::SettingError;
use super::error::{at_least_one, not_negative, positive};

/// `[student.virtual_adversarial]`: Miyato, Maeda, Koyama and Ishii, "Virtual adversarial training"
/// (2018), section 3.
///
/// The loss of a step with `B` labelled rows and `U` unlabelled ones is
/// `1/B sum cross-entropy + unlabeled_weight / U sum KL(p(x) || p(x + r)) + entropy_weight / U sum
/// entropy(p(x))`, where `r` is the direction of a given length that changes the answer `p(x)` most,
/// found by the power method.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct VirtualAdversarial {
    /// Length of `r` as the root mean square change of a value, in the unit of the encoded inputs:
    /// the L2 length is this times the square root of the number of values (0.0714 is the paper's 2
    /// for 784 pixels).
    pub radius: f64,
    /// Length of the probe of the power method, in the same unit.
    pub probe: f64,
    /// Rounds of the power method, at least 1.
    pub iterations: usize,
    /// Weight of the divergence.
    pub unlabeled_weight: f64,
    /// Weight of the conditional entropy (Grandvalet and Bengio 2004); 0 leaves it out.
    pub entropy_weight: f64,
    /// Unlabelled rows for each labelled one of a batch, at least 1.
    pub unlabeled_ratio: usize,
}

impl Default for VirtualAdversarial {
    fn default() -> Self {
        Self {
            radius: 0.0714,
            probe: 0.01,
            iterations: 1,
            unlabeled_weight: 1.0,
            entropy_weight: 1.0,
            unlabeled_ratio: 4,
        }
    }
}

impl VirtualAdversarial {
    pub(super) fn validate(&self) -> Result<(), SettingError> {
        positive("virtual_adversarial.radius", self.radius)?;
        positive("virtual_adversarial.probe", self.probe)?;
        at_least_one("virtual_adversarial.iterations", self.iterations)?;
        not_negative(
            "virtual_adversarial.unlabeled_weight",
            self.unlabeled_weight,
        )?;
        not_negative("virtual_adversarial.entropy_weight", self.entropy_weight)?;
        at_least_one("virtual_adversarial.unlabeled_ratio", self.unlabeled_ratio)
    }
}
