//! PATE's second aggregator: Gaussian noise.

use privet_accountant::{DpEvent, VoteNoise};

use super::VoteQueries;
use super::plan::{Plan, VoteSampler, sealed};
use crate::error::positive;
use crate::{Gaussian, MechanismError};

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
/// `SelfComposed(NoisyMax(Gaussian, sigma, k), queries)`.
///
/// **Unit.** `sigma` is in votes.
#[derive(Debug, Clone, PartialEq)]
pub struct GnMax(Plan);

impl GnMax {
    /// `scale` is the standard deviation `sigma` in votes.
    pub fn new(scale: f64, queries: VoteQueries) -> Result<Self, MechanismError> {
        positive("scale", scale, "a finite number of votes above 0")?;
        queries.validate()?;
        let changed_votes = queries.changed_votes.get();
        let query = DpEvent::noisy_max(VoteNoise::Gaussian, scale, changed_votes)?;
        Ok(Self(Plan {
            name: format!("gn-max scale={scale} {queries}"),
            event: DpEvent::self_composed(query, queries.queries)?,
            queries,
            threshold: None,
            vote_noise: VoteSampler::Gaussian(Gaussian::new(scale)?),
            max_answers: queries.queries,
        }))
    }
}

impl sealed::HasPlan for GnMax {
    fn plan(&self) -> &Plan {
        &self.0
    }
}
