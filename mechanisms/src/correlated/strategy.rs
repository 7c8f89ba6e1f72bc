//! The shape of the noise.

use super::{BandedToeplitz, Participation, TreeEstimator, banded, tree};
use crate::MechanismError;

/// How the noise of the steps hangs together.
#[derive(Debug, Clone, PartialEq)]
pub enum NoiseStrategy {
    /// A binary tree over the steps (DP-FTRL by tree aggregation).
    Tree(TreeEstimator),
    /// A banded Toeplitz matrix (BandMF).
    Banded(BandedToeplitz),
}

impl NoiseStrategy {
    /// Fresh noise in every step, the strategy of one band.
    pub fn independent() -> Self {
        Self::Banded(BandedToeplitz::independent())
    }

    /// Refuses what would take hours to plan.
    pub(super) fn check_time(&self, steps: u64) -> Result<(), MechanismError> {
        match self {
            Self::Tree(_) => Ok(()),
            Self::Banded(banded) => banded::check_time(banded.bands(), steps),
        }
    }

    /// Refuses noise of earlier steps that no memory holds. (A tree remembers a vector for each
    /// binary digit of the number of steps.)
    pub(crate) fn check_memory(&self, dimension: usize) -> Result<(), MechanismError> {
        match self {
            Self::Tree(_) => Ok(()),
            Self::Banded(banded) => banded.check_memory(dimension),
        }
    }

    /// The squared sensitivity of `steps` steps to one record's contributions of norm at most 1,
    /// rounded up.
    ///
    /// # Errors
    /// More bands than steps; with cyclic Poisson sampling a tree, or more bands than groups.
    pub(super) fn squared_sensitivity(
        &self,
        participation: Participation,
        steps: u64,
    ) -> Result<f64, MechanismError> {
        match (self, participation) {
            (Self::Tree(_), Participation::CyclicPoisson { .. }) => {
                let reason = "sampling does not amplify the privacy of tree aggregation, because \
                              later nodes hold a record's contribution again; use banded noise, \
                              or batches in a fixed order";
                Err(MechanismError::Combination { reason })
            }
            (Self::Banded(banded), Participation::CyclicPoisson { groups, .. })
                if banded.bands() as u64 > groups =>
            {
                let bands = banded.bands();
                Err(MechanismError::BandsOverlap { bands, groups })
            }
            (Self::Banded(banded), _) => {
                banded.squared_sensitivity(steps, participation.pattern(steps))
            }
            // A whole number below 2^53.
            (Self::Tree(_), _) => Ok(tree::squared_sensitivity(participation, steps) as f64),
        }
    }

    /// The variance of the noise of every prefix sum, the independent noise having variance 1.
    pub(super) fn prefix_variances(&self, steps: u64) -> Vec<f64> {
        match self {
            Self::Tree(estimator) => estimator.prefix_variances(steps),
            Self::Banded(banded) => banded.prefix_variances(steps),
        }
    }
}
