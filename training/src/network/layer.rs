//! One layer as a Burn module.

use burn::module::Module;
use burn::nn::attention::MultiHeadAttention;
use burn::nn::conv::Conv2d;
use burn::nn::{Embedding, GroupNorm, LayerNorm, Linear};

use super::{Activation, Parameterless};
use crate::gradient::ProbeTape;

/// A layer of a [`Network`](super::Network).
#[derive(Module, Debug)]
pub enum Layer {
    /// Fully connected, weight `[inputs, outputs]`.
    Linear(Linear),
    /// Convolution, weight `[channels out, channels in / groups, kernel, kernel]`.
    Conv2d(Conv2d),
    /// Group normalisation, gain and shift `[channels]`.
    GroupNorm(GroupNorm),
    /// Layer normalisation, gain and shift `[features]`, `[channels]` or `[width]`.
    LayerNorm(LayerNorm),
    /// Table of vectors, `[vocabulary, width]`.
    Embedding(Embedding),
    /// Self-attention: query, key, value and output, each a linear layer.
    Attention(MultiHeadAttention),
    /// A block with a way around it.
    Residual(Residual),
    /// Everything without trainable values.
    Parameterless(Parameterless),
}

/// `branch(x) + shortcut(x)`; an empty list hands `x` on.
#[derive(Module, Debug)]
pub struct Residual {
    pub(super) branch: Vec<Layer>,
    pub(super) shortcut: Vec<Layer>,
}

impl Layer {
    /// The layer's output, `input` and the layer on the same device; `tape` sees every layer with
    /// parameters.
    pub fn forward(&self, input: Activation, tape: &mut ProbeTape) -> Activation {
        match (self, input) {
            (Self::Linear(linear), Activation::Sequence(input)) => {
                Activation::Sequence(tape.linear(linear, input))
            }
            (Self::Linear(linear), input) => {
                Activation::Features(tape.linear(linear, input.into_rows()))
            }
            (Self::Conv2d(conv), input) => input.map_image(|image| tape.conv2d(conv, image)),
            (Self::GroupNorm(norm), input) => input.map_image(|image| tape.group_norm(norm, image)),
            (Self::LayerNorm(norm), input) => match input {
                Activation::Features(input) => Activation::Features(tape.layer_norm(norm, input)),
                Activation::Sequence(input) => Activation::Sequence(tape.layer_norm(norm, input)),
                // Over the channels of each pixel, so channels go last.
                Activation::Image(input) => {
                    let pixels = input.permute([0, 2, 3, 1]);
                    Activation::Image(tape.layer_norm(norm, pixels).permute([0, 3, 1, 2]))
                }
            },
            (Self::Embedding(embedding), input) => {
                let tokens = tape.tokens(embedding, input.into_rows());
                Activation::Sequence(tape.embedding(embedding, tokens))
            }
            (Self::Attention(attention), Activation::Sequence(input)) => {
                Activation::Sequence(tape.attention(attention, input))
            }
            // `Architecture::new` has checked that attention gets a sequence.
            (Self::Attention(_), input) => input,
            (Self::Residual(block), input) => {
                let branch = forward_all(&block.branch, input.clone(), tape);
                branch.add(forward_all(&block.shortcut, input, tape))
            }
            (Self::Parameterless(layer), input) => layer.forward(input, tape),
        }
    }
}

/// One layer after another.
pub(super) fn forward_all(layers: &[Layer], input: Activation, tape: &mut ProbeTape) -> Activation {
    layers
        .iter()
        .fold(input, |activation, layer| layer.forward(activation, tape))
}
