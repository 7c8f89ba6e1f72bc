//! PATE's second aggregator: Gaussian noise.

use privet_accountant::VoteNoise;

use super::VoteQueries;
use super::plan::{NoiseChoice, Plan, sealed};
use crate::MechanismError;

/// Adds Gaussian noise of standard deviation `sigma` votes to every count and releases the index
/// of the largest.
///
/// **Sensitivity.** A record changes at most [`ChangedVotes`](super::ChangedVotes) = `k` ballots
/// under the ledger's neighbouring relation, hence the histogram by at most `k sqrt(2)` in L2.
///
/// **Theorem.** One query satisfies Renyi differential privacy of order `alpha` with
/// `alpha k^2 / sigma^2`: the noisy histogram is the Gaussian mechanism (Mironov, "Renyi
/// differential privacy", CSF 2017, corollary 3) and its argmax is post-processing. Papernot, Song,
/// Mironov, Raghunathan, Talwar and Erlingsson, "Scalable private learning with PATE" (ICLR 2018),
/// proposition 8, has it for `k = 1`. Queries compose adaptively:
/// `SelfComposed(NoisyMax(Gaussian, sigma, k), queries)`. Discrete Gaussian noise costs no more
/// (Canonne, Kamath and Steinke, "The discrete Gaussian for differential privacy", NeurIPS 2020).
///
/// **Unit.** `sigma` is in votes.
#[derive(Debug, Clone, PartialEq)]
pub struct GnMax(Plan);

impl GnMax {
    /// Continuous Gaussian noise; `scale` is the standard deviation `sigma` in votes.
    pub fn new(scale: f64, queries: VoteQueries) -> Result<Self, MechanismError> {
        Self::with_noise(VoteNoise::Gaussian, scale, queries)
    }

    /// Gaussian noise, continuous or discrete.
    ///
    /// # Errors
    /// A Laplace kind of noise, a scale outside 2^-20 to 2^40 votes, or queries that are none.
    pub fn with_noise(
        noise: VoteNoise,
        scale: f64,
        queries: VoteQueries,
    ) -> Result<Self, MechanismError> {
        gaussian_kind(noise)?;
        let field = "scale";
        let votes = NoiseChoice {
            noise,
            field,
            scale,
        };
        Plan::unchecked("gn-max", votes, queries).map(Self)
    }
}

/// Refuses Laplace noise.
pub(super) fn gaussian_kind(noise: VoteNoise) -> Result<(), MechanismError> {
    if matches!(noise, VoteNoise::Gaussian | VoteNoise::DiscreteGaussian) {
        return Ok(());
    }
    let reason = "the noise of GnMax and its relatives is Gaussian or discrete Gaussian; for \
                  Laplace noise make an LnMax";
    Err(MechanismError::Combination { reason })
}

impl sealed::HasPlan for GnMax {
    fn plan(&self) -> &Plan {
        &self.0
    }
}
