//! What PATE's mechanisms cost, whatever the votes.
//!
//! A histogram of ballots in which at most k ballots change moves by a vector v whose positive
//! entries sum to at most k and whose negative entries sum to at least -k. So its L1 norm is at
//! most 2k, its L2 norm at most `sqrt(2) k`, and the maximum of the histogram moves by at most k.
//! `tests/pate_sensitivity.rs` checks the three over all small histograms.

pub mod noisy_max;
pub mod threshold_check;
