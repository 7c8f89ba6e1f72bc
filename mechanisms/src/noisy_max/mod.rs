//! Noisy max over vote histograms: PATE's aggregators.
//!
//! Every teacher casts one ballot for one class. A plan ([`LnMax`], [`GnMax`],
//! [`ConfidentGnMax`], [`InteractiveGnMax`]) starts an [`Aggregator`], which releases the index of
//! the largest noisy count and nothing else.
//!
//! # Sensitivity
//! The neighbouring relation and the partition of the records among teachers together say how
//! many ballots two neighbours can differ in: [`ChangedVotes`], a public constant of the plan. A
//! changed ballot takes one vote from a class and gives it to another, so with `k` changed ballots
//! the histogram moves by at most `2 k` in L1, `k sqrt(2)` in L2, and its maximum by at most `k`.
//! The number of teachers is a public constant: a failed teacher casts a fixed vote.
//!
//! # Exact noise, and why it is not rounded
//! The noise of a count is a real number of which so many digits are drawn as the comparisons need
//! ([`LazyReal`](crate::noise::LazyReal)). What is released is therefore the argmax of the
//! continuous Gaussian (or Laplace) mechanism itself: there is no floating-point output to attack,
//! the events of the accountant and its data-dependent bounds hold as they are written, and two
//! counts are never equal. Adding noise rounded to integers would be post-processing of the same
//! mechanism as far as the histogram is concerned, but its argmax would have ties, another law, and
//! a term for ties in every data-dependent bound. Integer noise is there for those who want it:
//! discrete Gaussian and discrete Laplace, whose bounds in the accountant count the ties; they are
//! broken uniformly. Either kind is sampled without floating point, at the scale that is given.

mod aggregator;
mod answer;
mod changed_votes;
mod confident_gn_max;
mod gn_max;
mod histogram;
mod interactive_gn_max;
mod ln_max;
mod plan;
mod prediction;
mod vote_queries;
mod vote_sampler;

pub use aggregator::Aggregator;
pub(crate) use aggregator::{next_query, same_classes};
pub use answer::{Answer, ReinforcedLabel, ReleasedLabel};
pub use changed_votes::ChangedVotes;
pub use confident_gn_max::{ConfidentGnMax, ConfidentScales};
pub use gn_max::GnMax;
pub use histogram::VoteHistogram;
pub use interactive_gn_max::{InteractiveGnMax, InteractiveParameters};
pub use ln_max::LnMax;
pub use plan::NoisyMax;
pub(crate) use plan::answers_fit;
pub use prediction::Prediction;
pub use vote_queries::VoteQueries;
pub(crate) use vote_sampler::VoteSampler;
