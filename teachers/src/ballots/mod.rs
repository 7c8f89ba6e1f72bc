//! The ballots of teachers: one class a query, counted and kept.

mod appender;
mod error;
mod header;
mod log;
mod tally;

use privet_mechanisms::Sensitive;

pub use error::BallotLogError;
pub use header::BallotLogHeader;
pub use log::BallotLog;
pub(crate) use tally::{Booth, Tally};

/// The class that an empty or failed teacher votes for, on every query.
pub const FIXED_VOTE: u32 = 0;

/// How one teacher's training ended. It depends on the shard, so it is Sensitive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TeacherOutcome {
    /// The teacher learned and voted.
    Trained,
    /// The shard holds no record: the fixed vote was cast.
    EmptyShard,
    /// The training diverged, or its system could not be solved: the fixed vote was cast.
    Diverged,
}

/// What one teacher answers to all queries.
pub(crate) struct Ballots {
    /// How its training ended.
    pub(crate) outcome: TeacherOutcome,
    /// A class for each query.
    pub(crate) classes: Sensitive<Vec<u32>>,
}

impl Ballots {
    /// The fixed vote on every query.
    pub(crate) fn fixed(outcome: TeacherOutcome, queries: usize) -> Self {
        Self {
            outcome,
            classes: Sensitive::new(vec![FIXED_VOTE; queries]),
        }
    }
}
