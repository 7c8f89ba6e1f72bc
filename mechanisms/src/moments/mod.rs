//! Noisy moments: the mean and the deviation of each channel over the private records, for
//! normalising inputs.
//!
//! # What it computes
//! Every unit gives a vector of its `d` channel means and its `d` channel mean squares. The vector is
//! clipped to an L2 norm of `C` and laid on an integer grid of spacing `g = C / 2^20`, toward 0, so that its norm
//! is at most `C` as integers say it. The vectors are summed as integers, rounded Gaussian noise of
//! standard deviation `z C` is added to each coordinate, and the sum is divided by the declared number of
//! units, a public constant. From that follow, as post-processing, the means `m` and the deviations
//! `sqrt(max(s - m^2, z C / n))`: a variance below the noise on it cannot be told.
//!
//! # Sensitivity
//! A unit that comes or goes moves the sum by its own vector, at most `C` in L2, whichever the other units
//! are (Tramer and Boneh, "Differentially private learning needs better features (or much more data)", ICLR
//! 2021, who normalise the channels of scattering features so). Under replace-one it is at most `2 C`,
//! which is what accountants charge for the event there.
//!
//! # Theorem
//! The noisy sum is the Gaussian mechanism with noise multiplier `z`, rounded to integers, which is
//! post-processing since the sum is integral: see [`RoundedGaussian`](crate::RoundedGaussian). Event:
//! `Gaussian(z)` (Balle and Wang, "Improving the Gaussian mechanism for differential privacy", ICML 2018,
//! theorem 8). Nothing is rounded in floating point after the noise but what is post-processing.

mod plan;
mod vector;

pub use plan::{Moments, NoisyMoments, NoisyMomentsParameters};
