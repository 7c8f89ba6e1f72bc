//! Choosing among settings by a score on private data: a random number of private trials, of which
//! only the best is released.
//!
//! Each trial takes one of the candidates by chance, all alike, trains privately with it, and counts
//! how many private records its model predicts rightly; the count gets noise. The number of trials
//! is random and secret. What is released is the trial with the largest noisy count: its model, its
//! candidate and its count.
//!
//! # Theorem
//! Let Q be one trial, with Renyi differential privacy `eps(alpha)`. If Q is repeated K times, K
//! truncated negative binomial with shape eta and parameter gamma, and the best output is released,
//! the whole has `eps'(alpha) = eps(alpha) + (1 + eta)(1 - 1/beta) eps(beta) + (1 + eta) ln(1/gamma)
//! / beta + ln E[K] / (alpha - 1)` for every beta (Papernot and Steinke, "Hyperparameter Tuning with
//! Renyi Differential Privacy", ICLR 2022, theorem 2). Here eta = 1: K is geometric and `E[K] =
//! 1/gamma`, a whole number, so that K is drawn exactly. The price does not depend on how many
//! trials there were, nor on how many candidates there are.
//!
//! Q is its own choice of a candidate (which costs nothing, since no record has a say), a training
//! whose event is the same whatever the candidate, and a noisy count. A training whose cost depends
//! on the candidate would make Q a mixture; the plan takes one event, so that cannot be.
//!
//! The theorem orders outputs totally. Equal counts are decided for the earlier trial: trials are
//! alike, so that is a decision by chance, as a coin of each trial's own would be.
//!
//! # Sensitivity
//! A record that is there or not, or is another, changes a count of records by at most 1; a user by
//! at most the number of records that are used of one.
//!
//! # What must stay secret
//! K, every losing trial, its time and its count: who sees them has more than the theorem grants.
//! They are [`Sensitive`](crate::Sensitive) or belong under `private/`.

mod plan;
mod run;

pub use plan::{PrivateSelection, PrivateSelectionParameters};
pub use run::{PrivateSelectionRun, Trial, Winner};
