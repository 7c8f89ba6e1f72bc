//! What the audits find of mechanisms that are right, and of mechanisms that are not.

mod coverage;
mod noisy_max;
mod noisy_sgd;
