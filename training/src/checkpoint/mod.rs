//! A noisy SGD training in one file, to go on after an interruption.
//!
//! Everything in a checkpoint has been released: the parameters are computed from noisy gradients,
//! and so are the optimizer's moments and the average (post-processing, Dwork and Roth 2014,
//! Proposition 2.1); the step and the clipping norm are public. So a checkpoint is not
//! [`Sensitive`](privet_mechanisms::Sensitive), and keeping one costs no privacy. It holds no key:
//! with the run's noise key, kept elsewhere, the steps after it repeat exactly.

mod error;
mod file;
mod identity;

pub use error::CheckpointError;
pub use identity::Identity;

use privet_mechanisms::RunState;

use crate::optimizer::OptimizerState;

/// Everything that the next step depends on, beside the private data, the plan and the noise key.
///
/// [`save`](Self::save) and [`load`](Self::load) keep it in a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkpoint {
    /// Which training it belongs to.
    pub identity: Identity,
    /// Where the mechanism stands.
    pub run: RunState,
    /// The parameters, in the order of the network's layers.
    pub parameters: Vec<f32>,
    /// What the optimizer remembers.
    pub optimizer: OptimizerState,
    /// The average of the parameters, where one is kept.
    pub average: Option<Vec<f32>>,
}
