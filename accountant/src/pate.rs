//! What PATE's mechanisms cost: whatever the votes, and for the votes that were cast.
//!
//! A histogram of ballots in which at most k ballots change moves by a vector v whose positive
//! entries sum to at most k and whose negative entries sum to at least -k. So its L1 norm is at
//! most 2k, its L2 norm at most `sqrt(2) k`, and the maximum of the histogram moves by at most k.
//! `tests/pate_sensitivity.rs` checks the three over all small histograms.
//!
//! [`noisy_max`] and [`threshold_check`] hold for all votes and are what an experiment reports.
//! [`analysis::analyze`] reads votes: where the voters agree, an answer tells less about any one
//! of them. What it finds depends on private votes and is itself private
//! ([`DataDependent`]), until noise scaled to its smooth sensitivity makes it publishable.
//! [`multi_label`] has both for voters who give vectors.

pub mod aggregator;
pub mod analysis;
mod bernoulli;
pub mod data_dependent;
mod error;
pub mod multi_label;
pub mod noisy_max;
mod outvoted;
mod pair;
pub mod sanitized;
pub mod smooth;
mod stable;
pub mod threshold_check;
mod two_outcomes;
pub mod votes;

pub use aggregator::Aggregator;
pub use bernoulli::Bernoulli;
pub use data_dependent::DataDependent;
pub use error::{PateError, Unavailable};
pub use multi_label::{LabelSums, LabelVoting};
pub use outvoted::Outvoted;
pub use two_outcomes::TwoOutcomes;
pub use votes::Votes;
