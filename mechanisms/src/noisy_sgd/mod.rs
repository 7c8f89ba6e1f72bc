//! Noisy SGD: clip each unit's gradient, sum, add noise, divide by a public constant.
//!
//! [`NoisySgdMechanism`] is the plan, [`NoisySgdRun`] the running mechanism. Gradients are
//! computed elsewhere; what comes back is a [`ClippedSum`].

mod adaptive;
mod clip;
mod clipping;
mod plan;
mod run;
mod state;
mod sum;

pub use adaptive::{AdaptiveClipping, ClippingPlan};
pub use clip::{CLIPPING_SLACK, add_clipped, clip_factor};
pub use clipping::Clipping;
pub use plan::{NoisySgdMechanism, NoisySgdParameters};
pub use run::NoisySgdRun;
pub use state::RunState;
pub use sum::ClippedSum;
