//! How much a neighbour can change the votes.

use std::num::NonZeroU32;

use crate::MechanismError;
use crate::error::in_range;

/// The largest number of ballots in which the votes of two neighbouring data sets differ.
///
/// 1 under add-or-remove-one with shards by keyed record hash, 1 under replace-one with shards by
/// position, 2 under replace-one with shards by hash (the old record's teacher and the new one's).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangedVotes(NonZeroU32);

impl ChangedVotes {
    /// One ballot.
    pub const ONE: Self = Self(NonZeroU32::MIN);
    /// Two ballots.
    pub const TWO: Self = Self(NonZeroU32::MIN.saturating_add(1));

    /// Refuses 0: data that changes no ballot needs no noise.
    pub fn new(ballots: u32) -> Result<Self, MechanismError> {
        in_range("changed_votes", ballots.into(), ballots > 0, "at least 1")?;
        Ok(Self(NonZeroU32::MIN.saturating_add(ballots - 1)))
    }

    /// The number of ballots.
    pub fn get(self) -> u32 {
        self.0.get()
    }

    /// The largest change of the histogram in L1 norm, `2 k` votes.
    pub fn l1_sensitivity(self) -> f64 {
        2.0 * f64::from(self.get())
    }

    /// The largest change of the histogram in L2 norm, `k sqrt(2)` votes.
    pub fn l2_sensitivity(self) -> f64 {
        std::f64::consts::SQRT_2 * f64::from(self.get())
    }

    /// The largest change of the largest count, `k` votes.
    pub fn max_count_sensitivity(self) -> f64 {
        f64::from(self.get())
    }
}
