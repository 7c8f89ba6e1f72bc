//! `[dp_sgd] noise`: how the noise of the steps hangs together.

use anyhow::{Context as _, Result};
use privet_mechanisms::NoiseStrategy;
use privet_mechanisms::correlated::{BandedToeplitz, TreeEstimator};
use serde::{Deserialize, Serialize};

/// `noise = { kind = ... }`; independent from step to step when absent.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum NoiseTable {
    /// A binary tree over the steps (DP-FTRL).
    Tree {
        /// How prefix sums are made from its nodes.
        #[serde(default)]
        estimator: EstimatorName,
    },
    /// A banded Toeplitz matrix (BandMF) with the coefficients that are best for the steps.
    Banded {
        /// How many coefficients.
        bands: usize,
    },
}

/// `estimator = ...`
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum EstimatorName {
    /// From the nodes as they are.
    Plain,
    /// From the mean of each node and its children.
    #[default]
    Honaker,
}

impl NoiseTable {
    /// The strategy for so many steps.
    pub(crate) fn strategy(self, steps: u64) -> Result<NoiseStrategy> {
        Ok(match self {
            Self::Tree { estimator } => NoiseStrategy::Tree(match estimator {
                EstimatorName::Plain => TreeEstimator::Plain,
                EstimatorName::Honaker => TreeEstimator::Honaker,
            }),
            Self::Banded { bands } => {
                let banded = BandedToeplitz::optimized(bands, steps);
                let key = || format!("[dp_sgd] noise.bands = {bands} for {steps} steps");
                NoiseStrategy::Banded(banded.with_context(key)?)
            }
        })
    }
}
