//! What is asked of the teachers.

use std::fmt;

use super::ChangedVotes;
use crate::MechanismError;
use crate::error::in_range;

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

impl VoteQueries {
    pub(crate) fn validate(&self) -> Result<(), MechanismError> {
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
