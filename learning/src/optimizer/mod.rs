//! Optimizers on one flat vector of parameters.
//!
//! A step reads a gradient that a mechanism has released, or one that need not be private: nothing
//! here touches privacy, and all state is post-processing of those gradients. Parameters, moments
//! and averages are plain vectors in the order of the network's layers, so that a step costs one
//! pass over memory and a checkpoint holds all of it.
//!
//! - [`OptimizerSpec`], [`Schedule`], [`WeightAverage`]: as written in a config;
//! - [`Optimizer`]: SGD and Adam at work, with [`OptimizerState`] as everything they remember;
//! - [`AveragedWeights`]: the exponential moving average of the parameters.

mod adam;
mod average;
mod error;
mod schedule;
mod sgd;
mod spec;
mod step;

pub use average::{AveragedWeights, WeightAverage};
pub use error::OptimizerError;
pub use schedule::Schedule;
pub use spec::{AdamSpec, OptimizerSpec, SgdSpec};
pub use step::{Optimizer, OptimizerState};
