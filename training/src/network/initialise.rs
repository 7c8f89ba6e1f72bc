//! Initial parameters, drawn from the experiment's seed.

use burn::module::Param;
use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// `1 / sqrt(inputs of one output)`: the bound of PyTorch's default for linear and convolution.
pub(super) fn fan_in(inputs: usize) -> f32 {
    1.0 / (inputs as f32).sqrt()
}

/// Uniform on `(-bound, bound)`.
///
/// Burn's own initialisers draw from one process-wide stream, which teachers trained side by side
/// would share; hence a generator of our own for each network.
pub(super) fn uniform<const D: usize>(
    shape: [usize; D],
    bound: f32,
    generator: &mut ChaCha8Rng,
    device: &Device,
) -> Param<Tensor<D>> {
    let values: Vec<f32> = (0..shape.iter().product())
        .map(|_| generator.random_range(-bound..bound))
        .collect();
    Param::from_data(TensorData::new(values, shape), device)
}
