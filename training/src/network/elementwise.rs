//! Layers without trainable values.

use burn::module::Module;
use burn::tensor::module::{avg_pool2d, max_pool2d};
use burn::tensor::ops::{AvgPoolOptions, MaxPoolOptions};
use burn::tensor::{Tensor, activation};

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
