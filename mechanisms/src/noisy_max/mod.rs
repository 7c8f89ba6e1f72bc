//! Noisy max over vote histograms: PATE's aggregators.
//!
//! Every teacher casts one ballot for one class. A plan ([`LnMax`], [`GnMax`],
//! [`ConfidentGnMax`]) starts an [`Aggregator`], which releases the index of the largest noisy
//! count and nothing else.
//!
//! # Sensitivity
//! The neighbouring relation and the partition of the records among teachers together say how
//! many ballots two neighbours can differ in: [`ChangedVotes`], a public constant of the plan. A
//! changed ballot takes one vote from a class and gives it to another, so with `k` changed ballots
//! the histogram moves by at most `2 k` in L1, `k sqrt(2)` in L2, and its maximum by at most `k`.
//! The number of teachers is a public constant: a failed teacher casts a fixed vote.

mod aggregator;
mod answer;
mod argmax;
mod changed_votes;
mod confident_gn_max;
mod gn_max;
mod histogram;
mod ln_max;
mod plan;

pub use aggregator::Aggregator;
pub use answer::{Answer, ReleasedLabel};
pub use changed_votes::ChangedVotes;
pub use confident_gn_max::{ConfidentGnMax, ConfidentScales};
pub use gn_max::GnMax;
pub use histogram::VoteHistogram;
pub use ln_max::LnMax;
pub use plan::{NoisyMax, VoteQueries};
