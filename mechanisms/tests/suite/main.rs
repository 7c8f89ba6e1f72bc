//! The privacy claims of this crate, checked from outside.
//!
//! Statistical tests use fixed seeds, so they do not flicker; each bound would be crossed by a
//! correct mechanism with a probability below 1e-6 if the seed were drawn anew, and each test shows
//! that the same statistic rejects a scale a few per cent off.

mod adaptive_clipping;
mod correlated;
mod discrete_noise;
mod exact;
mod interactive;
mod moments;
mod multi_label;
mod nearest_questions;
mod neighbours;
mod neighbours_in_a_sample;
mod neighbours_of_a_sum;
mod neighbours_on_a_grid;
mod noise;
mod noisy_max;
mod noisy_max_integration;
mod noisy_sgd;
mod plans;
mod private_knn;
mod refusals;
mod refusals_of_a_run;
mod replay;
mod rounded_gaussian;
mod sampling;
mod statistics;
mod value_stability;
