//! PATE's fourth aggregator: answer where the student is wrong.

use privet_accountant::VoteNoise;

use super::gn_max::gaussian_kind;
use super::plan::{Plan, Score, sealed};
use super::{ConfidentScales, VoteQueries};
use crate::MechanismError;
use crate::error::in_range;
use crate::noise::FixedPoint;

/// Checks by how much the teachers disagree with the student: whether
/// `max_j (n_j - M p_j)` plus Gaussian noise of `sigma_1` reaches a threshold, with M teachers and
/// the student's public prediction p. If so, answers as [`GnMax`](super::GnMax) with `sigma_2`. If
/// not, the student's own class is [reinforced](super::Answer::Reinforced) where its probability
/// exceeds `confidence`, else the query is abstained from. After `max_answers` labels from the
/// teachers it does not look at votes any more.
///
/// This is algorithm 2 of Papernot, Song, Mironov, Raghunathan, Talwar and Erlingsson, "Scalable
/// private learning with PATE" (ICLR 2018), with a limit on the answers.
///
/// **Sensitivity.** A record changes at most [`ChangedVotes`](super::ChangedVotes) = `k` ballots
/// under the ledger's neighbouring relation, so every count, and with it every `n_j - M p_j` and
/// their maximum, moves by at most `k`, whatever p is; the histogram by at most `k sqrt(2)` in L2.
///
/// **Theorem.** As for [`ConfidentGnMax`](super::ConfidentGnMax), at the same cost: the prediction
/// is a function of what is public (the student has seen released labels only), so its choice is a
/// step of an adaptive analyst. Which label is reinforced is a function of the check's answer and of
/// the prediction, so it is post-processing and free.
///
/// **Unit.** All scales and the threshold are in votes.
#[derive(Debug, Clone, PartialEq)]
pub struct InteractiveGnMax(Plan);

/// The public constants of [`InteractiveGnMax`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InteractiveParameters {
    /// Noise and threshold, in votes.
    pub scales: ConfidentScales,
    /// The number of teachers (the paper's `M`), whether or not all of them voted.
    pub teachers: u32,
    /// The probability above which the student's own class is reinforced (the paper's `gamma`).
    pub confidence: f64,
    /// The most labels that the teachers give.
    pub max_answers: u64,
}

impl InteractiveGnMax {
    /// Continuous Gaussian noise.
    ///
    /// # Errors
    /// As [`with_noise`](Self::with_noise).
    pub fn new(
        parameters: InteractiveParameters,
        queries: VoteQueries,
    ) -> Result<Self, MechanismError> {
        Self::with_noise(VoteNoise::Gaussian, parameters, queries)
    }

    /// Gaussian noise, continuous or discrete, on the check and on the counts.
    ///
    /// # Errors
    /// As for [`ConfidentGnMax`](super::ConfidentGnMax::with_noise); no teachers, or a confidence
    /// that is no probability.
    pub fn with_noise(
        noise: VoteNoise,
        parameters: InteractiveParameters,
        queries: VoteQueries,
    ) -> Result<Self, MechanismError> {
        let InteractiveParameters {
            scales,
            teachers,
            confidence,
            max_answers,
        } = parameters;
        gaussian_kind(noise)?;
        in_range("teachers", teachers.into(), teachers > 0, "at least 1")?;
        let probable = (0.0..=1.0).contains(&confidence);
        in_range("confidence", confidence, probable, "between 0 and 1")?;
        let disagreement = Score::Disagreement {
            teachers,
            confidence: FixedPoint::from_f64("confidence", confidence)?,
        };
        let name = format!("interactive-gn-max teachers={teachers} confidence={confidence}");
        let score = (disagreement, scales.threshold);
        Plan::checked(&name, score, scales.noises(noise), max_answers, queries).map(Self)
    }
}

impl sealed::HasPlan for InteractiveGnMax {
    fn plan(&self) -> &Plan {
        &self.0
    }
}
