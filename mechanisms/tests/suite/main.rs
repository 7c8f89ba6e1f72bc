//! The privacy claims of this crate, checked from outside.
//!
//! Statistical tests use fixed seeds, so they do not flicker; each bound would be crossed by a
//! correct mechanism with a probability below 1e-6 if the seed were drawn anew, and each test shows
//! that the same statistic rejects a scale a few per cent off.

mod exact;
mod neighbours;
mod noise;
mod noisy_max;
mod noisy_sgd;
mod refusals;
mod replay;
mod rounded_gaussian;
mod sampling;
mod statistics;
mod value_stability;
