//! The engine for ordinary processors: forward and backward passes by hand.
//!
//! Rows go through the network in blocks that fit a core's cache. The gradient of a unit is either
//! made and measured, or only measured (from the layer's input and the gradient at its output) and
//! then added for a whole run of units in one multiplication, whichever is cheaper. Memory is that
//! of a few blocks and sums, however large the batch is.

mod kernel;
mod layer;
mod measure;
mod memory;
mod pass;
mod plan;
mod sizes;
mod strip;
mod units;
mod worker;

use crate::engine::{GradientEngine, GradientError, GradientWorker};
use crate::network::Architecture;
pub use kernel::Instructions;
use worker::CpuWorker;

/// Gradients on the CPU for every network without sequences, without a tensor library.
///
/// Results are bit-identical between runs and numbers of threads on one kind of processor.
#[derive(Clone, Copy, Debug)]
pub struct CpuEngine {
    instructions: Instructions,
    parallel: bool,
}

impl Default for CpuEngine {
    fn default() -> Self {
        Self {
            instructions: Instructions::Best,
            parallel: true,
        }
    }
}

impl CpuEngine {
    /// An engine on the thread that calls it, for callers that run many networks side by side.
    pub fn single_threaded() -> Self {
        Self {
            parallel: false,
            ..Self::default()
        }
    }

    /// The same engine with other vector instructions.
    #[must_use]
    pub fn with_instructions(self, instructions: Instructions) -> Self {
        Self {
            instructions,
            ..self
        }
    }

    fn lanes(&self) -> usize {
        self.instructions.lanes()
    }
}

impl GradientEngine for CpuEngine {
    fn worker(
        &self,
        architecture: &Architecture,
    ) -> Result<Box<dyn GradientWorker>, GradientError> {
        Ok(Box::new(CpuWorker::new(*self, architecture)?))
    }
}
