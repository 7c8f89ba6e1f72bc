//! What all noisy-max plans have in common.

use std::fmt;

use privet_accountant::DpEvent;

use super::{Aggregator, ChangedVotes};
use crate::error::in_range;
use crate::{Gaussian, Laplace, MechanismError, NoiseSource, NoiseStream};

/// The public constants of an aggregation, whatever its noise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VoteQueries {
    /// How many classes a ballot can name, at least 2.
    pub classes: usize,
    /// How many queries may be put to the teachers, at least 1.
    pub queries: u64,
    /// In how many ballots neighbours differ.
    pub changed_votes: ChangedVotes,
}

/// A plan of noisy-max aggregation: [`LnMax`](super::LnMax), [`GnMax`](super::GnMax) or
/// [`ConfidentGnMax`](super::ConfidentGnMax).
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

    /// The most labels that the aggregator releases.
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
    pub(super) name: String,
    pub(super) event: DpEvent,
    pub(super) queries: VoteQueries,
    pub(super) threshold: Option<Threshold>,
    pub(super) vote_noise: VoteSampler,
    pub(super) max_answers: u64,
}

/// The check that precedes an answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Threshold {
    pub(super) votes: f64,
    pub(super) noise: VoteSampler,
}

/// The noise of one count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum VoteSampler {
    Gaussian(Gaussian),
    Laplace(Laplace),
}

impl VoteSampler {
    pub(super) fn sample(&self, stream: &mut NoiseStream) -> f64 {
        match self {
            Self::Gaussian(noise) => noise.sample(stream),
            Self::Laplace(noise) => noise.sample(stream),
        }
    }
}

impl VoteQueries {
    pub(super) fn validate(&self) -> Result<(), MechanismError> {
        in_range(
            "classes",
            self.classes as f64,
            self.classes >= 2,
            "at least 2",
        )?;
        in_range(
            "queries",
            self.queries as f64,
            self.queries >= 1,
            "at least 1",
        )?;
        Ok(())
    }
}

impl fmt::Display for VoteQueries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            classes,
            queries,
            changed_votes,
        } = self;
        let changed = changed_votes.get();
        write!(
            f,
            "classes={classes} queries={queries} changed-votes={changed}"
        )
    }
}
