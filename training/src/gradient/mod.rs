//! Gradients of a batch: the sum over its units, each clipped or not.
//!
//! The interface is that of [`privet_gradients`]; [`BurnEngine`] implements it on any Burn device.
//! An engine is a way to compute a gradient, nothing more. Training without privacy is the same
//! call without clipping.

mod burn_engine;
mod trace;

pub use burn_engine::BurnEngine;
pub use privet_gradients::{
    Batch, Examples, GradientEngine, GradientError, GradientRequest, GradientSum, GradientWorker,
    Sum, Units,
};
