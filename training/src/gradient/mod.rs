//! Gradients of a batch: the sum over its examples, each clipped or not.
//!
//! A [`GradientEngine`] is a way to compute a gradient, nothing more: parameters, optimizers,
//! inference and records stay Burn's. Training without privacy is the same call without clipping.

mod burn_engine;
mod engine;
mod trace;

pub use burn_engine::BurnEngine;
pub use engine::{Batch, Clipping, GradientEngine, GradientError, GradientSum};
