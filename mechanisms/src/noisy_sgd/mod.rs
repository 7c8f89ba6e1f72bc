//! Noisy SGD: clip each example's gradient, sum, add noise, divide by a public constant.
//!
//! [`NoisySgdMechanism`] is the plan, [`NoisySgdRun`] the running mechanism. Gradients are
//! computed elsewhere; what comes back is a [`ClippedSum`], or an [`IntegerSum`] on a [`Grid`] for
//! a release without floating-point noise.

mod clip;
mod clipping;
mod exact;
mod grid;
mod integer_sum;
mod plan;
mod run;

use clip::norm_of;
pub use clip::{CLIPPING_SLACK, ClippedSum, add_clipped, clip_factor};
pub use clipping::Clipping;
pub use grid::Grid;
pub use integer_sum::{IntegerSum, add_clipped_to_grid, add_to_grid};
pub use plan::{NoisySgdMechanism, NoisySgdParameters};
pub use run::NoisySgdRun;
