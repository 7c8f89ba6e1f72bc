//! A mechanism that is released again and again.

use privet_mechanisms::{Answer, NoiseSource, NoisyMax, Sensitive, VoteHistogram};

use super::VotePair;
use crate::AuditError;

/// On which of two neighbours a mechanism is released.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Neighbour {
    /// On x.
    X,
    /// On x'.
    Other,
}

impl Neighbour {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::X, Self::Other];

    /// 0 or 1.
    pub(crate) fn position(self) -> usize {
        match self {
            Self::X => 0,
            Self::Other => 1,
        }
    }
}

/// A mechanism on two neighbours, that can be released any number of times. A release is an answer
/// to each of some queries; the attacker sees how often it gave each kind of answer.
pub trait Releases: Sync {
    /// How many kinds of answers there are.
    fn kinds(&self) -> usize;

    /// Makes release number `index` on one neighbour and adds its answers to `counts`, by kind.
    /// Different numbers and different neighbours have independent noise.
    ///
    /// # Errors
    /// Those of the mechanism.
    fn release(&self, on: Neighbour, index: u64, counts: &mut [u32]) -> Result<(), AuditError>;
}

/// Any noisy-max plan, by its own code: each release starts the plan with noise of its own and
/// offers it the same votes for every one of its queries.
#[derive(Debug)]
pub struct NoisyMaxReleases<'a> {
    plan: &'a dyn NoisyMax,
    votes: [Sensitive<VoteHistogram>; 2],
    noise: NoiseSource,
}

impl<'a> NoisyMaxReleases<'a> {
    /// Of `plan` on these votes, with noise from `noise`.
    #[must_use]
    pub fn new(plan: &'a dyn NoisyMax, votes: VotePair, noise: NoiseSource) -> Self {
        Self {
            plan,
            votes: [votes.x, votes.neighbour].map(Sensitive::new),
            noise,
        }
    }
}

impl Releases for NoisyMaxReleases<'_> {
    /// The classes, no answer for want of votes, and no answer because the answers were used up.
    fn kinds(&self) -> usize {
        self.plan.queries().classes + 2
    }

    fn release(&self, on: Neighbour, index: u64, counts: &mut [u32]) -> Result<(), AuditError> {
        let mut name = [0; 9];
        name[0] = on.position() as u8;
        name[1..].copy_from_slice(&index.to_le_bytes());
        let mut aggregator = self.plan.start(&self.noise.bound_to(&name))?;
        let classes = self.plan.queries().classes;
        for query in 0..self.plan.queries().queries {
            let kind = match aggregator.release(query, &self.votes[on.position()])? {
                Answer::Label(label) => label.class(),
                Answer::Reinforced(_) | Answer::Abstained => classes,
                Answer::Exhausted => classes + 1,
            };
            if let Some(count) = counts.get_mut(kind) {
                *count = count.saturating_add(1);
            }
        }
        Ok(())
    }
}
