//! Noise that is correlated across steps, for training without sampling.
//!
//! Noisy SGD adds fresh noise to every step, so that the noise of the model, which is a *sum* of
//! steps, grows with the number of steps. Here the noise of a step takes back part of the noise of
//! the steps before: a prefix sum of the released gradients is much more exact than with
//! independent noise of the same privacy, and no batch has to be a secret random sample.
//!
//! [`CorrelatedGaussian`] is the plan, [`CorrelatedNoise`] the running mechanism. The noise is
//! shaped by a [`NoiseStrategy`], a binary tree (DP-FTRL) or a banded Toeplitz matrix (BandMF);
//! how often and how far apart one record takes part is its [`Participation`]; what a neighbour can
//! change depends on how records come to their steps, the [`BatchAssignment`].
//!
//! | participation | who ensures it | amplification |
//! |---|---|---|
//! | [`Once`](Participation::Once) | one pass over the data | none |
//! | [`FixedOrder`](Participation::FixedOrder) | batches in the same order in every epoch | none |
//! | [`MinSeparation`](Participation::MinSeparation) | a pause between two uses of a record | none |
//! | [`CyclicPoisson`](Participation::CyclicPoisson) | groups in turns, coins within the group | as Poisson sampling, once a cycle |
//!
//! ```
//! use privet_mechanisms::correlated::{
//!     BandedToeplitz, BatchAssignment, CorrelatedGaussian, CorrelatedParameters, NoiseStrategy,
//!     Participation,
//! };
//! use privet_mechanisms::{NeighboringRelation, NoiseKey, NoiseSource};
//!
//! # fn main() -> Result<(), privet_mechanisms::MechanismError> {
//! // Ten epochs of 40 batches, each record in the same batch of every epoch.
//! let plan = CorrelatedGaussian::new(CorrelatedParameters {
//!     strategy: NoiseStrategy::Banded(BandedToeplitz::optimized(40, 400)?),
//!     participation: Participation::FixedOrder { steps_per_epoch: 40 },
//!     assignment: BatchAssignment::Position,
//!     steps: 400,
//!     clipping_norm: 1.0,
//!     noise_multiplier: 2.0,
//! })?;
//! let _to_be_charged_first = plan.event(NeighboringRelation::ReplaceSpecial)?;
//! assert!(plan.relative_prefix_error() < 0.25); // a quarter of the error of independent noise
//!
//! let mut noise = plan.start(&NoiseSource::from_key(&NoiseKey::generate()?))?;
//! let mut clipped_sum = vec![0.0; 8];
//! noise.add_to(&mut clipped_sum)?;
//! # Ok(())
//! # }
//! ```

mod banded;
mod error;
mod noise;
mod optimize;
mod participation;
mod plan;
mod recurrence;
mod strategy;
mod tree;
mod tree_noise;

pub use banded::BandedToeplitz;
pub use error::PrefixError;
pub use noise::CorrelatedNoise;
pub(crate) use noise::NoiseSteps;
pub use participation::{BatchAssignment, Participation};
pub use plan::{CorrelatedGaussian, CorrelatedParameters};
pub use strategy::NoiseStrategy;
pub use tree::TreeEstimator;
