//! What all noisy-max plans have in common.

use std::fmt;

use privet_accountant::{DpEvent, VoteNoise};

use super::vote_sampler::VoteSampler;
use super::{Aggregator, VoteQueries};
use crate::error::in_range;
use crate::noise::FixedPoint;
use crate::{MechanismError, NoiseSource};

/// A plan of noisy-max aggregation: [`LnMax`](super::LnMax), [`GnMax`](super::GnMax),
/// [`ConfidentGnMax`](super::ConfidentGnMax) or [`InteractiveGnMax`](super::InteractiveGnMax).
///
/// The plan yields the event and the mechanism. Charge the event, then start. The trait is sealed:
/// a mechanism is added here, beside its proof.
pub trait NoisyMax: fmt::Debug + Send + Sync + sealed::HasPlan {
    /// What an accountant charges for all that the aggregator may release.
    fn event(&self) -> DpEvent {
        self.plan().event.clone()
    }

    /// Classes, queries and changed votes.
    fn queries(&self) -> VoteQueries {
        self.plan().queries
    }

    /// The most labels that the aggregator releases for noise; reinforced ones are free.
    fn max_answers(&self) -> u64 {
        self.plan().max_answers
    }

    /// The mechanism, with noise from `noise`; once for each plan and source.
    fn start(&self, noise: &NoiseSource) -> Result<Aggregator, MechanismError> {
        let plan = self.plan();
        Ok(Aggregator::new(plan.clone(), noise.start(&plan.name)?))
    }
}

impl<T: fmt::Debug + Send + Sync + sealed::HasPlan> NoisyMax for T {}

pub(super) mod sealed {
    /// Gives the common part; keeps implementations inside this crate.
    pub trait HasPlan {
        /// The common part.
        fn plan(&self) -> &super::Plan;
    }
}

/// The mechanism that every noisy-max plan comes down to.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Every parameter in words; it names the noise, so other parameters have other noise.
    name: String,
    event: DpEvent,
    pub(super) queries: VoteQueries,
    pub(super) check: Option<Check>,
    pub(super) vote_noise: VoteSampler,
    pub(super) max_answers: u64,
}

/// The check that precedes an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Check {
    pub(crate) threshold: FixedPoint,
    pub(crate) noise: VoteSampler,
    pub(super) score: Score,
}

/// What is compared with the threshold. `k` changed ballots move it by at most `k` votes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Score {
    /// `max_j n_j`.
    LargestCount,
    /// `max_j (n_j - teachers * p_j)` with the student's prediction p; above this confidence a
    /// prediction may be reinforced.
    Disagreement {
        teachers: u32,
        confidence: FixedPoint,
    },
}

/// A public choice of noise and its scale in votes, before it is checked.
#[derive(Debug, Clone, Copy)]
pub(super) struct NoiseChoice {
    pub(super) noise: VoteNoise,
    /// The key of the scale in messages.
    pub(super) field: &'static str,
    pub(super) scale: f64,
}

impl NoiseChoice {
    pub(super) fn sampler(&self) -> Result<VoteSampler, MechanismError> {
        VoteSampler::new(self.noise, self.field, self.scale)
    }
}

impl Plan {
    /// A noisy maximum of every query, without a check.
    pub(super) fn unchecked(
        kind: &str,
        votes: NoiseChoice,
        queries: VoteQueries,
    ) -> Result<Self, MechanismError> {
        let vote_noise = votes.sampler()?;
        queries.validate()?;
        let NoiseChoice { noise, scale, .. } = votes;
        let query = DpEvent::noisy_max(noise, scale, queries.changed_votes.get())?;
        Ok(Self {
            name: format!("{kind} noise={noise:?} scale={scale} {queries}"),
            event: DpEvent::self_composed(query, queries.queries)?,
            queries,
            check: None,
            vote_noise,
            max_answers: queries.queries,
        })
    }

    /// A check of every query, and a noisy maximum of up to `max_answers` that pass.
    ///
    /// `kind` names the mechanism with all parameters of its own.
    pub(super) fn checked(
        kind: &str,
        (score, threshold): (Score, f64),
        [check, votes]: [NoiseChoice; 2],
        max_answers: u64,
        queries: VoteQueries,
    ) -> Result<Self, MechanismError> {
        let check_noise = check.sampler()?;
        let vote_noise = votes.sampler()?;
        let exact_threshold = FixedPoint::from_f64("threshold", threshold)?;
        queries.validate()?;
        answers_fit(max_answers, queries.queries)?;
        let changed_votes = queries.changed_votes.get();
        let check_event = DpEvent::threshold_check(check.noise, check.scale, changed_votes)?;
        let answer_event = DpEvent::noisy_max(votes.noise, votes.scale, changed_votes)?;
        let (check_scale, vote_scale) = (check.scale, votes.scale);
        Ok(Self {
            name: format!(
                "{kind} threshold={threshold} noise={:?} threshold-scale={check_scale} \
                 vote-noise={:?} vote-scale={vote_scale} max-answers={max_answers} {queries}",
                check.noise, votes.noise
            ),
            event: DpEvent::composed(vec![
                DpEvent::self_composed(check_event, queries.queries)?,
                DpEvent::self_composed(answer_event, max_answers)?,
            ]),
            queries,
            check: Some(Check {
                threshold: exact_threshold,
                noise: check_noise,
                score,
            }),
            vote_noise,
            max_answers,
        })
    }

    /// Whether votes are compared with a student's predictions.
    pub(super) fn is_interactive(&self) -> bool {
        let score = self.check.map(|check| check.score);
        matches!(score, Some(Score::Disagreement { .. }))
    }
}

/// Refuses no answers, and more answers than queries.
pub(crate) fn answers_fit(max_answers: u64, queries: u64) -> Result<(), MechanismError> {
    let fit = (1..=queries).contains(&max_answers);
    let expected = "at least 1, at most queries";
    in_range("max_answers", max_answers as f64, fit, expected).map(drop)
}
