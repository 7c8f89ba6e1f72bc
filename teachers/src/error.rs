//! What can go wrong on the private side.

use thiserror::Error;

/// Why there are no votes or labels.
#[derive(Debug, Error)]
pub enum TeachersError {
    /// An ensemble without teachers.
    #[error("`teachers.count` is 0: PATE needs at least one teacher")]
    NoTeachers,
    /// A setting of a learner outside its range.
    #[error("{key} = {value}: it must be {range}")]
    Setting {
        /// The key in the config.
        key: &'static str,
        /// What was given.
        value: f64,
        /// What it must be.
        range: &'static str,
    },
    /// A rule of partition that does not fit the unit of privacy.
    #[error("the partition {0}")]
    Partition(&'static str),
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
    /// Votes that are not those of an ensemble.
    #[error("the stored votes cannot be used: {0}")]
    Stored(String),
    /// A file of ballots that cannot be used.
    #[error(transparent)]
    BallotLog(#[from] crate::BallotLogError),
    /// A proof of disjoint shards that cannot be read.
    #[error("the proof of disjoint shards cannot be used, line {line}: {problem}")]
    Proof {
        /// Line of the file, counted from 1.
        line: usize,
        /// What is wrong, without any digest.
        problem: String,
    },
    /// The run was asked to stop.
    #[error("interrupted")]
    Interrupted,
}
