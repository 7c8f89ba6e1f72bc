//! What can go wrong on the private side.

use thiserror::Error;

/// Why there are no votes or labels.
#[derive(Debug, Error)]
pub enum TeachersError {
    /// An ensemble without teachers.
    #[error("`teachers.count` is 0: PATE needs at least one teacher")]
    NoTeachers,
    /// The networks of the teachers do not fit the data.
    #[error(transparent)]
    Network(#[from] privet_training::network::NetworkError),
    /// A training that failed for a reason which has nothing to do with the private records.
    #[error(transparent)]
    Training(#[from] privet_training::plain::TrainingError),
    /// The mechanism refused a release.
    #[error(transparent)]
    Mechanism(#[from] privet_mechanisms::MechanismError),
    /// Votes that do not fit the queries.
    #[error("the votes are for {votes} queries, but the plan asks {queries}")]
    Queries {
        /// Queries that have votes.
        votes: usize,
        /// Queries of the plan.
        queries: u64,
    },
    /// A vote file that is not what this program wrote.
    #[error("the stored votes cannot be used: {0}")]
    Stored(String),
    /// The run was asked to stop.
    #[error("interrupted")]
    Interrupted,
}
