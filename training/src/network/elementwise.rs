//! Layers without trainable values.

use burn::module::Module;
use burn::tensor::module::{avg_pool2d, max_pool2d};
use burn::tensor::ops::{AvgPoolOptions, MaxPoolOptions};
use burn::tensor::{Tensor, TensorData, activation};

use super::{Activation, LayerSpec};
use crate::gradient::ProbeTape;

/// A layer without trainable values; its description is all there is.
#[derive(Module, Debug)]
pub struct Parameterless {
    #[module(skip)]
    pub(super) spec: LayerSpec,
    /// Place among all layers, in the order of `LayerShape::walk`.
    #[module(skip)]
    pub(super) place: usize,
}

impl Parameterless {
    /// The layer's output; works on and off the autodiff tape.
    pub fn forward(&self, input: Activation, tape: &ProbeTape) -> Activation {
        match (&self.spec, input) {
            (LayerSpec::Flatten, input) => Activation::Features(input.into_rows()),
            (LayerSpec::MaxPool { kernel, stride }, input) => {
                let stride = stride.unwrap_or(*kernel);
                let options = MaxPoolOptions::new([*kernel, *kernel]).with_stride([stride, stride]);
                input.map_image(|image| max_pool2d(image, options))
            }
            (LayerSpec::AvgPool { kernel, stride }, input) => {
                let stride = stride.unwrap_or(*kernel);
                let options = AvgPoolOptions::new([*kernel, *kernel]).with_stride([stride, stride]);
                input.map_image(|image| avg_pool2d(image, options))
            }
            (LayerSpec::PublicNorm { mean, deviation }, input) => match input {
                Activation::Features(tensor) => {
                    Activation::Features(public_norm(tensor, mean, deviation, 1))
                }
                Activation::Sequence(tensor) => {
                    Activation::Sequence(public_norm(tensor, mean, deviation, 2))
                }
                Activation::Image(tensor) => {
                    Activation::Image(public_norm(tensor, mean, deviation, 1))
                }
            },
            (LayerSpec::GlobalMaxPool, input) => global(input, |values| values.max_dim(2)),
            (LayerSpec::GlobalAvgPool, input) => global(input, |values| values.mean_dim(2)),
            (LayerSpec::Dropout { probability }, input) => {
                let drop = |rows| tape.dropout(self.place, *probability, rows);
                match input {
                    Activation::Features(tensor) => Activation::Features(drop(tensor)),
                    Activation::Sequence(tensor) => {
                        let shape = tensor.dims();
                        Activation::Sequence(drop(tensor.flatten(1, 2)).reshape(shape))
                    }
                    Activation::Image(tensor) => {
                        let shape = tensor.dims();
                        Activation::Image(drop(tensor.flatten(1, 3)).reshape(shape))
                    }
                }
            }
            (spec, Activation::Features(tensor)) => Activation::Features(elementwise(spec, tensor)),
            (spec, Activation::Sequence(tensor)) => Activation::Sequence(elementwise(spec, tensor)),
            (spec, Activation::Image(tensor)) => Activation::Image(elementwise(spec, tensor)),
        }
    }
}

/// `(x - mean) / deviation`, the constants along dimension `along` or one for all.
fn public_norm<const D: usize>(
    tensor: Tensor<D>,
    mean: &[f64],
    deviation: &[f64],
    along: usize,
) -> Tensor<D> {
    let device = tensor.device();
    let constants = |values: Vec<f32>| {
        let mut shape = [1; D];
        shape[along] = values.len();
        Tensor::<D>::from_data(TensorData::new(values, shape), &device)
    };
    let mean = constants(mean.iter().map(|&mean| mean as f32).collect());
    let scale = constants(deviation.iter().map(|&d| 1.0 / d as f32).collect());
    (tensor - mean) * scale
}

/// Reduces all places of each channel: `[batch, depth, places]` to `[batch, depth]`.
fn global(input: Activation, reduce: impl FnOnce(Tensor<3>) -> Tensor<3>) -> Activation {
    let values = match input {
        Activation::Image(image) => image.flatten::<3>(2, 3),
        Activation::Sequence(sequence) => sequence.swap_dims(1, 2),
        features => return features,
    };
    Activation::Features(reduce(values).squeeze_dim::<2>(2))
}

fn elementwise<const D: usize>(spec: &LayerSpec, tensor: Tensor<D>) -> Tensor<D> {
    match spec {
        LayerSpec::Relu => activation::relu(tensor),
        LayerSpec::Tanh => tensor.tanh(),
        LayerSpec::Gelu => activation::gelu(tensor),
        LayerSpec::Silu => activation::silu(tensor),
        LayerSpec::Sigmoid => activation::sigmoid(tensor),
        LayerSpec::Square => tensor.clone() * tensor,
        // `Architecture::new` leaves no other layer without parameters here.
        _ => tensor,
    }
}
