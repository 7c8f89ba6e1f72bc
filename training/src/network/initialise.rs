//! Initial parameters, drawn from the experiment's seed.

use burn::module::Param;
use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Uniform on `(-1/sqrt(fan_in), 1/sqrt(fan_in))`: PyTorch's default for linear and convolution.
///
/// Burn's own initialisers draw from one process-wide stream, which teachers trained side by side
/// would share; hence a generator of our own for each network.
pub(super) fn uniform<const D: usize>(
    shape: [usize; D],
    fan_in: usize,
    generator: &mut ChaCha8Rng,
    device: &Device,
) -> Param<Tensor<D>> {
    let bound = 1.0 / (fan_in as f32).sqrt();
    let values: Vec<f32> = (0..shape.iter().product())
        .map(|_| generator.random_range(-bound..bound))
        .collect();
    Param::from_data(TensorData::new(values, shape), device)
}
