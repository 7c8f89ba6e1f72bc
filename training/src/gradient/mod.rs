//! Gradients of a batch: the sum over its units, each clipped or not.
//!
//! The interface is that of [`privet_gradients`]; [`BurnEngine`] implements it on any Burn device.
//! An engine is a way to compute a gradient, nothing more. Training without privacy is the same
//! call without clipping.
//!
//! A Burn module of one's own gets clipped gradients through [`PerExample`].

mod batches;
mod burn_engine;
mod coverage;
mod outer;
mod pass;
mod per_example;
mod probe;
mod squares;
mod table;
mod tape;
mod tape_sequences;
mod total;
mod trace;
mod worker;

pub use burn_engine::BurnEngine;
pub use per_example::PerExample;
pub use privet_gradients::cpu::CpuEngine;
pub use privet_gradients::{
    Batch, Examples, GradientEngine, GradientError, GradientRequest, GradientSum, GradientWorker,
    Objective, ObjectiveGradient, RowFunction, Sum, Units, Variables,
};
pub use tape::ProbeTape;
