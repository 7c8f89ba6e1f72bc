//! Multi-label voting: every teacher gives a vector over the labels, and one bit a label is
//! released.
//!
//! For each query a teacher's vector is clipped to an L2 norm `tau` in here, the clipped vectors are
//! summed, every label's sum gets Gaussian noise of its own, and the label is on if the noisy sum
//! reaches a public threshold. (Clipping the votes to a norm follows Zhu, Yu, Chandraker and Wang,
//! "Private-kNN", CVPR 2020.)
//!
//! # Sensitivity
//! With clipped vectors x and y of one teacher, `|x - y|^2 = |x|^2 + |y|^2 - 2 x.y`. If no entry is
//! negative, `x.y >= 0`, so `|x - y| <= sqrt(2) tau`; else `|x - y| <= 2 tau`. With k changed
//! [ballots](crate::ChangedVotes), a ballot being all of a teacher's vector, the sum moves by at
//! most k times that in L2.
//!
//! # Theorem
//! The noisy sums are the Gaussian mechanism with noise `sigma` on a vector of sensitivity
//! `k c tau`, c being `sqrt(2)` or 2, and bits are post-processing. Gaussian noise is isotropic:
//! the mechanism on a vector that moves by `k c tau` has the cost of the mechanism on one number
//! that moves by as much, which after division by `c tau` is one that moves by k with noise of scale
//! `sigma / (c tau)`. That is what the event `ThresholdCheck(Gaussian, sigma / (c tau), k)` charges:
//! `alpha k^2 c^2 tau^2 / (2 sigma^2)` of Renyi differential privacy at order `alpha` (Mironov,
//! CSF 2017, corollary 3), or the tradeoff of `k c tau / sigma`. Its number of changed votes contains
//! the neighbouring relation already, so no accountant doubles it under replace-one, as it would
//! an event `Gaussian`.
//!
//! # Arithmetic
//! A clipped vector is integers in units of 2^-20 votes, rounded towards zero, and its norm is
//! compared with `tau` in integers. Sums are exact, and so is the noise
//! ([`LazyReal`](crate::noise::LazyReal)): no bit depends on rounding. NaN and infinite entries
//! count as 0.

mod clip;
mod plan;
mod run;
mod sums;
mod votes;

pub use plan::{MultiLabel, MultiLabelParameters, VoteSign};
pub use run::{MultiLabelRun, ReleasedLabels};
pub use votes::LabelVotes;
