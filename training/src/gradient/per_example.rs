//! What a Burn module must offer for per-example gradients.

use burn::module::Module;
use burn::tensor::Tensor;

use super::ProbeTape;

/// A Burn module whose layers with parameters go through a [`ProbeTape`].
///
/// ```
/// use burn::module::Module;
/// use burn::nn::{Linear, LinearConfig};
/// use burn::tensor::{Device, Tensor};
/// use privet_mechanisms::Clipping;
/// use privet_training::gradient::{Batch, BurnEngine, GradientRequest, PerExample, ProbeTape};
/// use privet_training::network::flat_parameters;
///
/// #[derive(Module, Debug)]
/// struct Classifier {
///     hidden: Linear,
///     scores: Linear,
/// }
///
/// impl PerExample for Classifier {
///     fn forward(&self, rows: Tensor<2>, tape: &mut ProbeTape) -> Tensor<2> {
///         let hidden = tape.linear(&self.hidden, rows).tanh();
///         tape.linear(&self.scores, hidden)
///     }
/// }
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let device = Device::flex();
/// let classifier = Classifier {
///     hidden: LinearConfig::new(3, 8).init(&device),
///     scores: LinearConfig::new(8, 2).init(&device),
/// };
/// let parameters = flat_parameters(&classifier);
/// let mut worker = BurnEngine::on(device).module_worker(classifier, 3, 2)?;
///
/// let inputs = [0.5, -1.0, 2.0, 1.5, 0.0, -0.5];
/// let clipping = Clipping::Flat { norm: 0.1 };
/// let request = GradientRequest { clipping: Some(&clipping), ..Default::default() };
/// let sum = worker.gradient_sum(&parameters, Batch::of_rows(&inputs, &[0, 1]), request)?;
/// assert_eq!(sum.norms.expose_sensitive().len(), 2);
/// # Ok(())
/// # }
/// ```
///
/// [`BurnEngine::module_worker`](super::BurnEngine::module_worker) tries the module on two rows
/// that it makes up, all 0 and all 1, and refuses
/// - a parameter that the tape has not seen: its gradient would be missing;
/// - a parameter that it has seen twice, or that lies in two places of the module: it would be
///   clipped in two parts, each as large as the clipping norm;
/// - batch normalisation, and any output that depends on another row: there is no gradient of one
///   example then.
///
/// It cannot see everything: a module that lets rows depend on each other in some other way has
/// gradients that are not bounded, and no guarantee.
pub trait PerExample: Module {
    /// Scores before the softmax: `[rows, values]` to `[rows, classes]`. Each row's scores must
    /// depend on that row alone, and the same layers must be used whatever the rows are.
    fn forward(&self, rows: Tensor<2>, tape: &mut ProbeTape) -> Tensor<2>;
}
