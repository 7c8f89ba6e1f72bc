//! PATE's first aggregator: Laplace noise.

use privet_accountant::VoteNoise;

use super::VoteQueries;
use super::plan::{NoiseChoice, Plan, sealed};
use crate::MechanismError;

/// Adds Laplace noise of scale `b` votes to every count and releases the index of the largest.
///
/// **Sensitivity.** A record changes at most [`ChangedVotes`](super::ChangedVotes) = `k` ballots
/// under the ledger's neighbouring relation, hence the histogram by at most `2 k` in L1.
///
/// **Theorem.** One query is `2 k / b`-differentially private: the noisy histogram is the Laplace
/// mechanism (Dwork, McSherry, Nissim and Smith, TCC 2006, proposition 1) and its argmax is
/// post-processing. Papernot, Abadi, Erlingsson, Goodfellow and Talwar, "Semi-supervised knowledge
/// transfer for deep learning from private training data" (ICLR 2017), section 3, writes it for
/// `k = 1` and `gamma = 1 / b` as `2 gamma`. Queries compose adaptively:
/// `SelfComposed(NoisyMax(Laplace, b, k), queries)`. The same with discrete Laplace noise (Ghosh,
/// Roughgarden and Sundararajan, "Universally utility-maximizing privacy mechanisms", STOC 2009).
///
/// **Unit.** `b` is in votes.
#[derive(Debug, Clone, PartialEq)]
pub struct LnMax(Plan);

impl LnMax {
    /// Continuous Laplace noise; `scale` is `b` in votes (the paper's `1 / gamma`).
    pub fn new(scale: f64, queries: VoteQueries) -> Result<Self, MechanismError> {
        Self::with_noise(VoteNoise::Laplace, scale, queries)
    }

    /// Laplace noise, continuous or discrete.
    ///
    /// # Errors
    /// A Gaussian kind of noise, a scale outside 2^-20 to 2^40 votes, or queries that are none.
    pub fn with_noise(
        noise: VoteNoise,
        scale: f64,
        queries: VoteQueries,
    ) -> Result<Self, MechanismError> {
        if !matches!(noise, VoteNoise::Laplace | VoteNoise::DiscreteLaplace) {
            let reason = "the noise of LnMax is Laplace or discrete Laplace; for Gaussian noise \
                          make a GnMax";
            return Err(MechanismError::Combination { reason });
        }
        let field = "scale";
        let votes = NoiseChoice {
            noise,
            field,
            scale,
        };
        Plan::unchecked("ln-max", votes, queries).map(Self)
    }
}

impl sealed::HasPlan for LnMax {
    fn plan(&self) -> &Plan {
        &self.0
    }
}
