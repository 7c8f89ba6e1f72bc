//! PATE's first aggregator: Laplace noise.

use privet_accountant::{DpEvent, VoteNoise};

use super::VoteQueries;
use super::plan::{Plan, VoteSampler, sealed};
use crate::error::positive;
use crate::{Laplace, MechanismError};

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
/// `SelfComposed(NoisyMax(Laplace, b, k), queries)`.
///
/// **Unit.** `b` is in votes.
#[derive(Debug, Clone, PartialEq)]
pub struct LnMax(Plan);

impl LnMax {
    /// `scale` is the Laplace scale `b` in votes (the paper's `1 / gamma`).
    pub fn new(scale: f64, queries: VoteQueries) -> Result<Self, MechanismError> {
        positive("scale", scale, "a finite number of votes above 0")?;
        queries.validate()?;
        let changed_votes = queries.changed_votes.get();
        let query = DpEvent::noisy_max(VoteNoise::Laplace, scale, changed_votes)?;
        Ok(Self(Plan {
            name: format!("ln-max scale={scale} {queries}"),
            event: DpEvent::self_composed(query, queries.queries)?,
            queries,
            threshold: None,
            vote_noise: VoteSampler::Laplace(Laplace::new(scale)?),
            max_answers: queries.queries,
        }))
    }
}

impl sealed::HasPlan for LnMax {
    fn plan(&self) -> &Plan {
        &self.0
    }
}
