//! Noisy SGD: clip each example's gradient, sum, add noise, divide by a public constant.
//!
//! [`NoisySgdMechanism`] is the plan, [`NoisySgdRun`] the running mechanism. Gradients are
//! computed elsewhere; what comes back is a [`ClippedSum`].

mod clip;
mod clipping;
mod plan;
mod run;

pub use clip::{CLIPPING_SLACK, ClippedSum, add_clipped, clip_factor};
pub use clipping::Clipping;
pub use plan::{NoisySgdMechanism, NoisySgdParameters};
pub use run::NoisySgdRun;
