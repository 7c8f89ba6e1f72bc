//! Layers with their initial parameters.

use burn::nn::attention::MultiHeadAttentionConfig;
use burn::nn::conv::Conv2dConfig;
use burn::nn::{
    EmbeddingConfig, GroupNormConfig, Initializer, LayerNormConfig, Linear, LinearConfig,
    PaddingConfig2d,
};
use burn::tensor::Device;
use rand_chacha::ChaCha8Rng;

use super::initialise::{fan_in, uniform};
use super::{Layer, LayerShape, LayerSpec, Parameterless, Residual};
use crate::data::InputShape;

/// Builds layers one after another, their parameters drawn from one generator.
pub(super) struct Builder<'a> {
    pub(super) generator: ChaCha8Rng,
    pub(super) device: &'a Device,
    /// Layers built so far, in the order of `LayerShape::walk`.
    pub(super) built: usize,
}

impl Builder<'_> {
    pub(super) fn layers(&mut self, shapes: &[LayerShape]) -> Vec<Layer> {
        shapes.iter().map(|shape| self.layer(shape)).collect()
    }

    fn layer(&mut self, shape: &LayerShape) -> Layer {
        let place = self.built;
        self.built += 1;
        match (&shape.spec, shape.input) {
            (LayerSpec::Linear { outputs }, InputShape::Sequence { width, .. }) => {
                Layer::Linear(self.linear(width, *outputs))
            }
            (LayerSpec::Linear { outputs }, input) => {
                Layer::Linear(self.linear(input.len(), *outputs))
            }
            (spec @ LayerSpec::Conv2d { .. }, input) => self.conv2d(spec, input.depth(), place),
            (LayerSpec::GroupNorm { groups }, input) => {
                Layer::GroupNorm(GroupNormConfig::new(*groups, input.depth()).init(self.device))
            }
            (LayerSpec::LayerNorm, input) => {
                Layer::LayerNorm(LayerNormConfig::new(input.depth()).init(self.device))
            }
            (LayerSpec::Embedding { vocabulary, width }, _) => {
                let config = EmbeddingConfig::new(*vocabulary, *width);
                let mut embedding = config
                    .with_initializer(Initializer::Zeros)
                    .init(self.device);
                // Uniform with the variance of 1 that is usual for embeddings.
                let bound = 3f32.sqrt();
                let shape = [*vocabulary, *width];
                embedding.weight = uniform(shape, bound, &mut self.generator, self.device);
                Layer::Embedding(embedding)
            }
            (LayerSpec::MultiHeadAttention { heads }, input) => {
                let width = input.depth();
                let mut attention = MultiHeadAttentionConfig::new(width, *heads)
                    .with_dropout(0.0)
                    .with_initializer(Initializer::Zeros)
                    .init(self.device);
                attention.query = self.linear(width, width);
                attention.key = self.linear(width, width);
                attention.value = self.linear(width, width);
                attention.output = self.linear(width, width);
                Layer::Attention(attention)
            }
            (LayerSpec::Residual { .. }, _) => Layer::Residual(Residual {
                branch: self.layers(&shape.branch),
                shortcut: self.layers(&shape.shortcut),
            }),
            (spec, _) => Layer::Parameterless(Parameterless {
                spec: spec.clone(),
                place,
            }),
        }
    }

    fn linear(&mut self, inputs: usize, outputs: usize) -> Linear {
        let config = LinearConfig::new(inputs, outputs).with_initializer(Initializer::Zeros);
        let mut linear = config.init(self.device);
        let bound = fan_in(inputs);
        let (generator, device) = (&mut self.generator, self.device);
        linear.weight = uniform([inputs, outputs], bound, generator, device);
        linear.bias = Some(uniform([outputs], bound, generator, device));
        linear
    }

    fn conv2d(&mut self, spec: &LayerSpec, from: usize, place: usize) -> Layer {
        let LayerSpec::Conv2d {
            channels,
            kernel,
            stride,
            padding,
            groups,
        } = *spec
        else {
            return Layer::Parameterless(Parameterless {
                spec: spec.clone(),
                place,
            });
        };
        let mut conv = Conv2dConfig::new([from, channels], [kernel, kernel])
            .with_stride([stride, stride])
            .with_padding(PaddingConfig2d::Explicit(
                padding, padding, padding, padding,
            ))
            .with_groups(groups)
            .with_initializer(Initializer::Zeros)
            .init(self.device);
        let seen = from / groups;
        let bound = fan_in(seen * kernel * kernel);
        let (generator, device) = (&mut self.generator, self.device);
        let shape = [channels, seen, kernel, kernel];
        conv.weight = uniform(shape, bound, generator, device);
        conv.bias = Some(uniform([channels], bound, generator, device));
        Layer::Conv2d(conv)
    }
}
