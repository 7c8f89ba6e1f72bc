//! Epsilon from the guesses about many canaries in one training.
//!
//! For each of `m` canary records a fair coin decides whether it is in the data. One training later
//! the auditor guesses `r` of the coins and abstains from the others; `v` guesses are right. Under
//! differential privacy they cannot be much better than those about randomised response, however
//! the canaries influence each other: Steinke, Nasr and Jagielski, "Privacy auditing with one (1)
//! training run" (NeurIPS 2023), section 5.

mod bound;
mod guesses;

pub use bound::{Canary, OneRunBound, best_bound};
pub use guesses::Guesses;
