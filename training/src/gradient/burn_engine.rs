//! Per-example gradients on any Burn device, by probes on the tape.

use burn::tensor::Device;

use super::worker::BurnWorker;
use super::{GradientEngine, GradientError, GradientWorker, PerExample};
use crate::network::{Architecture, Network};

/// Clips each unit's gradient with one backward pass a physical batch.
///
/// Every layer with parameters adds a zero of its own for each example to its output; these
/// *probes* are the only leaves of the tape, so that the backward pass yields the loss gradient at
/// each layer's output (`delta`) and no weight gradient at all. Norms follow layer by layer from
/// the layer's input and `delta`; a second contraction then gives the sum of the scaled gradients.
/// Memory is that of one physical batch, however large the logical batch is. With a grid each unit
/// is a physical batch of its own, which is slow and exact.
#[derive(Clone, Debug)]
pub struct BurnEngine {
    physical_batch: usize,
    device: Device,
}

impl Default for BurnEngine {
    fn default() -> Self {
        Self::on(Device::flex())
    }
}

impl BurnEngine {
    /// An engine on a device: `Device::flex()` for ordinary processors, or a GPU.
    ///
    /// On a GPU, clipped gradients are shortened by a further 1/256, for products that round to 11
    /// bits there (TF32). Sums on a grid are refused: kernels are chosen by measuring them, so that
    /// what a unit adds would not be a function of that unit alone.
    pub fn on(device: Device) -> Self {
        Self {
            physical_batch: 256,
            device,
        }
    }

    /// An engine that takes at most `physical_batch` rows at a time (at least 1), more only for a
    /// unit of more rows. It bounds memory; results differ between choices by rounding alone.
    #[must_use]
    pub fn with_physical_batch(self, physical_batch: usize) -> Self {
        Self {
            physical_batch: physical_batch.max(1),
            ..self
        }
    }

    /// A worker for a Burn module of your own; its rows have `inputs` values, its scores are
    /// `classes` many. Parameters are flat in the order of
    /// [`ParameterLayout`](crate::network::ParameterLayout); per-layer clipping has one norm for
    /// each layer with parameters in that order (four linear layers of attention are one).
    ///
    /// # Errors
    /// A module that has no per-example gradients here: see [`PerExample`].
    pub fn module_worker<M: PerExample + 'static>(
        &self,
        module: M,
        inputs: usize,
        classes: usize,
    ) -> Result<Box<dyn GradientWorker>, GradientError> {
        let worker = BurnWorker::new(module, inputs, classes, self.physical_batch, &self.device)?;
        Ok(Box::new(worker))
    }
}

impl GradientEngine for BurnEngine {
    fn worker(
        &self,
        architecture: &Architecture,
    ) -> Result<Box<dyn GradientWorker>, GradientError> {
        let (inputs, classes) = (architecture.input().len(), architecture.classes());
        let network = Network::new(architecture.clone(), 0, "engine", 0, &self.device);
        self.module_worker(network, inputs, classes)
    }
}
