//! `[dp_sgd] clipping`.

use privet_mechanisms::{AdaptiveClipping, Clipping, ClippingPlan};
use serde::{Deserialize, Serialize};

/// `clipping = { kind = ... }`: how much one unit's gradient can move the sum. All lengths are L2.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum ClippingTable {
    /// The whole gradient is shortened to a length.
    Flat {
        /// The length.
        norm: f64,
    },
    /// Each layer's part by itself.
    PerLayer {
        /// A length for each layer with parameters.
        norms: Vec<f64>,
    },
    /// Every gradient is brought to nearly the same length.
    Automatic {
        /// The length.
        norm: f64,
        /// What keeps small gradients small.
        #[serde(default = "default_stability")]
        stability: f64,
    },
    /// Flat, to a length that follows a quantile of the gradients' lengths.
    Adaptive {
        /// The length in the first step.
        initial_norm: f64,
        /// The share of units whose gradient shall be shorter.
        #[serde(default = "default_quantile")]
        target_quantile: f64,
        /// How fast the length moves.
        #[serde(default = "default_learning_rate")]
        learning_rate: f64,
        /// Standard deviation of the noise on the count of shorter gradients, in units; a
        /// twentieth of the expected batch size when absent.
        #[serde(skip_serializing_if = "Option::is_none")]
        count_noise: Option<f64>,
    },
}

fn default_stability() -> f64 {
    0.01
}

fn default_quantile() -> f64 {
    0.5
}

fn default_learning_rate() -> f64 {
    0.2
}

impl ClippingTable {
    /// The plan, where batches are expected to hold so many units.
    pub(super) fn plan(self, expected_batch_size: f64) -> ClippingPlan {
        match self {
            ClippingTable::Flat { norm } => Clipping::Flat { norm }.into(),
            ClippingTable::PerLayer { norms } => Clipping::PerLayer { norms }.into(),
            ClippingTable::Automatic { norm, stability } => {
                Clipping::Automatic { norm, stability }.into()
            }
            ClippingTable::Adaptive {
                initial_norm,
                target_quantile,
                learning_rate,
                count_noise,
            } => ClippingPlan::Adaptive(AdaptiveClipping {
                initial_norm,
                target_quantile,
                learning_rate,
                count_noise: count_noise.unwrap_or(expected_batch_size / 20.0),
            }),
        }
    }
}
