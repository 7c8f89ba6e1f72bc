//! One layer as a Burn module, and the values that flow between layers.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{GroupNorm, GroupNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::module::{avg_pool2d, max_pool2d};
use burn::tensor::ops::{AvgPoolOptions, MaxPoolOptions};
use burn::tensor::{Device, Tensor, activation};
use rand_chacha::ChaCha8Rng;

use super::initialise::uniform;
use super::{LayerShape, LayerSpec};
use crate::data::InputShape;

/// A batch between two layers.
#[derive(Clone, Debug)]
pub enum Activation {
    /// `[batch, features]`
    Features(Tensor<2>),
    /// `[batch, channels, height, width]`
    Image(Tensor<4>),
}

impl Activation {
    /// Gives rows of `[batch, values]` the shape that a network takes.
    pub fn from_rows(rows: Tensor<2>, shape: InputShape) -> Self {
        match shape {
            InputShape::Flat { .. } => Self::Features(rows),
            InputShape::Image {
                channels,
                height,
                width,
            } => {
                let [batch, _] = rows.dims();
                Self::Image(rows.reshape([batch, channels, height, width]))
            }
            // Not an input of a network that an engine takes yet.
            InputShape::Sequence { .. } => Self::Features(rows),
        }
    }

    /// The batch as rows, `[batch, values]`.
    pub fn into_rows(self) -> Tensor<2> {
        match self {
            Self::Features(tensor) => tensor,
            Self::Image(tensor) => tensor.flatten(1, 3),
        }
    }

    /// The batch without the autodiff tape.
    pub fn inner(self) -> Self {
        match self {
            Self::Features(tensor) => Self::Features(tensor.inner()),
            Self::Image(tensor) => Self::Image(tensor.inner()),
        }
    }

    fn map_image(self, apply: impl FnOnce(Tensor<4>) -> Tensor<4>) -> Self {
        match self {
            Self::Image(tensor) => Self::Image(apply(tensor)),
            other => other,
        }
    }
}

/// A layer without trainable values; its description is all there is.
#[derive(Module, Debug)]
pub struct Parameterless {
    #[module(skip)]
    spec: LayerSpec,
}

/// A layer of a [`Network`](super::Network).
#[derive(Module, Debug)]
pub enum Layer {
    /// Fully connected, weight `[inputs, outputs]`.
    Linear(Linear),
    /// Convolution, weight `[channels out, channels in, kernel, kernel]`.
    Conv2d(Conv2d),
    /// Group normalisation, gain and shift `[channels]`.
    GroupNorm(GroupNorm),
    /// Everything without trainable values.
    Parameterless(Parameterless),
}

impl Layer {
    /// Builds the layer with parameters drawn from `generator`.
    pub(super) fn new(shape: &LayerShape, generator: &mut ChaCha8Rng, device: &Device) -> Self {
        match (&shape.spec, shape.input) {
            (LayerSpec::Linear { outputs }, input) => {
                let inputs = input.len();
                let mut linear = LinearConfig::new(inputs, *outputs).init(device);
                linear.weight = uniform([inputs, *outputs], inputs, generator, device);
                linear.bias = Some(uniform([*outputs], inputs, generator, device));
                Self::Linear(linear)
            }
            (
                LayerSpec::Conv2d {
                    channels,
                    kernel,
                    stride,
                    padding,
                    groups: 1,
                },
                InputShape::Image { channels: from, .. },
            ) => {
                let fan_in = from * kernel * kernel;
                let mut conv = Conv2dConfig::new([from, *channels], [*kernel, *kernel])
                    .with_stride([*stride, *stride])
                    .with_padding(PaddingConfig2d::Explicit(
                        *padding, *padding, *padding, *padding,
                    ))
                    .init(device);
                conv.weight = uniform(
                    [*channels, from, *kernel, *kernel],
                    fan_in,
                    generator,
                    device,
                );
                conv.bias = Some(uniform([*channels], fan_in, generator, device));
                Self::Conv2d(conv)
            }
            (LayerSpec::GroupNorm { groups }, InputShape::Image { channels, .. }) => {
                Self::GroupNorm(GroupNormConfig::new(*groups, channels).init(device))
            }
            (spec, _) => Self::Parameterless(Parameterless { spec: spec.clone() }),
        }
    }

    /// The layer's output, `input` and the layer on the same device.
    pub fn forward(&self, input: Activation) -> Activation {
        match (self, input) {
            (Self::Linear(linear), input) => {
                Activation::Features(linear.forward(input.into_rows()))
            }
            (Self::Conv2d(conv), input) => input.map_image(|image| conv.forward(image)),
            (Self::GroupNorm(norm), input) => input.map_image(|image| norm.forward(image)),
            (Self::Parameterless(layer), input) => layer.forward(input),
        }
    }
}

impl Parameterless {
    /// The layer's output; works on and off the autodiff tape.
    pub fn forward(&self, input: Activation) -> Activation {
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
            (spec, Activation::Features(tensor)) => Activation::Features(elementwise(spec, tensor)),
            (spec, Activation::Image(tensor)) => Activation::Image(elementwise(spec, tensor)),
        }
    }
}

fn elementwise<const D: usize>(spec: &LayerSpec, tensor: Tensor<D>) -> Tensor<D> {
    match spec {
        LayerSpec::Relu => activation::relu(tensor),
        LayerSpec::Tanh => tensor.tanh(),
        LayerSpec::Square => tensor.clone() * tensor,
        // `Architecture::new` leaves no other layer without parameters here.
        _ => tensor,
    }
}
