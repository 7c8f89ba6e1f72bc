//! PATE's third aggregator: answer only where the teachers agree.

use privet_accountant::VoteNoise;

use super::VoteQueries;
use super::gn_max::gaussian_kind;
use super::plan::{NoiseChoice, Plan, Score, sealed};
use crate::MechanismError;

/// The noise and the threshold of [`ConfidentGnMax`] and
/// [`InteractiveGnMax`](super::InteractiveGnMax), all in votes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConfidentScales {
    /// The noisy largest count, or disagreement, must reach this many votes (the paper's `T`).
    pub threshold: f64,
    /// Standard deviation of the noise on what is compared with it (`sigma_1`).
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
    /// Continuous Gaussian noise.
    ///
    /// # Errors
    /// As [`with_noise`](Self::with_noise).
    pub fn new(
        scales: ConfidentScales,
        max_answers: u64,
        queries: VoteQueries,
    ) -> Result<Self, MechanismError> {
        Self::with_noise(VoteNoise::Gaussian, scales, max_answers, queries)
    }

    /// Gaussian noise, continuous or discrete, on the check and on the counts.
    ///
    /// # Errors
    /// A Laplace kind of noise, a scale outside 2^-20 to 2^40 votes, a threshold that is not 0
    /// and not of such a magnitude, or more answers than queries.
    pub fn with_noise(
        noise: VoteNoise,
        scales: ConfidentScales,
        max_answers: u64,
        queries: VoteQueries,
    ) -> Result<Self, MechanismError> {
        gaussian_kind(noise)?;
        let score = (Score::LargestCount, scales.threshold);
        let noises = scales.noises(noise);
        Plan::checked("confident-gn-max", score, noises, max_answers, queries).map(Self)
    }
}

impl ConfidentScales {
    /// The noise of the check and that of the counts.
    pub(super) fn noises(&self, noise: VoteNoise) -> [NoiseChoice; 2] {
        let choice = |field, scale| NoiseChoice {
            noise,
            field,
            scale,
        };
        [
            choice("threshold_scale", self.threshold_scale),
            choice("vote_scale", self.vote_scale),
        ]
    }
}

impl sealed::HasPlan for ConfidentGnMax {
    fn plan(&self) -> &Plan {
        &self.0
    }
}
