//! Gradients of a batch: the sum over its units, each clipped or not.
//!
//! - [`network`]: networks as a list of layers, the description that everything else walks;
//! - [`engine`]: the interface that every engine implements;
//! - [`objective`]: gradients of other functions than the cross-entropy loss;
//! - [`dropout`]: which values dropout keeps, the same in every engine;
//! - [`cpu`]: the engine for ordinary processors, without a tensor library.
//!
//! An engine is a way to compute a gradient, nothing more: it draws no noise, takes no step, and
//! what it returns is [`Sensitive`](privet_mechanisms::Sensitive).

pub mod cpu;
pub mod dropout;
pub mod engine;
pub mod network;
pub mod objective;

pub use engine::{
    Batch, Examples, GradientEngine, GradientError, GradientRequest, GradientSum, GradientWorker,
    Sum, Units, whole_rows,
};
pub use objective::{Objective, ObjectiveGradient, RowFunction, Variables};
