//! PATE's third aggregator: answer only where the teachers agree.

use privet_accountant::{DpEvent, VoteNoise};

use super::VoteQueries;
use super::plan::{Plan, Threshold, VoteSampler, sealed};
use crate::error::{in_range, positive};
use crate::{Gaussian, MechanismError};

/// The noise and the threshold of [`ConfidentGnMax`], all in votes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConfidentScales {
    /// The noisy largest count must reach this many votes (the paper's `T`).
    pub threshold: f64,
    /// Standard deviation of the noise on the largest count (`sigma_1`).
    pub threshold_scale: f64,
    /// Standard deviation of the noise on every count (`sigma_2`).
    pub vote_scale: f64,
}

/// Checks whether the largest count plus Gaussian noise of `sigma_1` reaches a threshold; if so,
/// answers as [`GnMax`](super::GnMax) with `sigma_2`, if not, abstains. After `max_answers` labels
/// it does not look at votes any more.
///
/// This is algorithm 1 of Papernot, Song, Mironov, Raghunathan, Talwar and Erlingsson, "Scalable
/// private learning with PATE" (ICLR 2018), with a limit on the answers.
///
/// **Sensitivity.** A record changes at most [`ChangedVotes`](super::ChangedVotes) = `k` ballots
/// under the ledger's neighbouring relation, hence the largest count by at most `k` and the
/// histogram by at most `k sqrt(2)` in L2.
///
/// **Theorem.** At order `alpha` a check costs `alpha k^2 / (2 sigma_1^2)` of Renyi differential
/// privacy (Gaussian mechanism: Mironov, CSF 2017, corollary 3) and an answer
/// `alpha k^2 / sigma_2^2` (the same, as for GNMax). Which queries are answered depends on the
/// private votes, so their number must not be put into a composition theorem after the fact. It is
/// not: the run stops answering at `max_answers`, so on *every* path of the interaction the costs
/// add up, at every order, to at most those of the plan's event
/// `Composed(SelfComposed(ThresholdCheck(sigma_1, k), queries), SelfComposed(NoisyMax(sigma_2, k),
/// max_answers))`. A per-path bound on the sum of conditional Renyi divergences bounds the divergence
/// of the whole fully adaptive interaction (Feldman and Zrnic, "Individual privacy accounting via
/// a Renyi filter", NeurIPS 2021, section 3), order by order; the conversion to (epsilon, delta)
/// is done afterwards. The same holds for accountants by tradeoff functions, as all steps are
/// post-processed Gaussian mechanisms: the interaction is no easier to distinguish than one
/// Gaussian mechanism with the per-path sum of squared ratios (Smith and Thakurta, "Fully adaptive
/// composition for Gaussian differential privacy", 2022).
///
/// **Unit.** All scales and the threshold are in votes.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfidentGnMax(Plan);

impl ConfidentGnMax {
    /// Refuses more answers than queries.
    pub fn new(
        scales: ConfidentScales,
        max_answers: u64,
        queries: VoteQueries,
    ) -> Result<Self, MechanismError> {
        let ConfidentScales {
            threshold,
            threshold_scale,
            vote_scale,
        } = scales;
        in_range(
            "threshold",
            threshold,
            threshold.is_finite(),
            "a finite number of votes",
        )?;
        positive(
            "threshold_scale",
            threshold_scale,
            "a finite number of votes above 0",
        )?;
        positive("vote_scale", vote_scale, "a finite number of votes above 0")?;
        queries.validate()?;
        let answers_fit = (1..=queries.queries).contains(&max_answers);
        in_range(
            "max_answers",
            max_answers as f64,
            answers_fit,
            "at least 1, at most queries",
        )?;

        let (noise, changed_votes) = (VoteNoise::Gaussian, queries.changed_votes.get());
        let check = DpEvent::threshold_check(noise, threshold_scale, changed_votes)?;
        let answer = DpEvent::noisy_max(noise, vote_scale, changed_votes)?;
        Ok(Self(Plan {
            name: format!(
                "confident-gn-max threshold={threshold} threshold-scale={threshold_scale} \
                 vote-scale={vote_scale} max-answers={max_answers} {queries}"
            ),
            event: DpEvent::composed(vec![
                DpEvent::self_composed(check, queries.queries)?,
                DpEvent::self_composed(answer, max_answers)?,
            ]),
            queries,
            threshold: Some(Threshold {
                votes: threshold,
                noise: VoteSampler::Gaussian(Gaussian::new(threshold_scale)?),
            }),
            vote_noise: VoteSampler::Gaussian(Gaussian::new(vote_scale)?),
            max_answers,
        }))
    }
}

impl sealed::HasPlan for ConfidentGnMax {
    fn plan(&self) -> &Plan {
        &self.0
    }
}
