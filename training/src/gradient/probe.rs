//! From a probe on the tape to the trace of its layer.

use burn::module::ParamId;
use burn::nn::PaddingConfig2d;
use burn::nn::conv::Conv2d;
use burn::tensor::module::unfold4d;
use burn::tensor::ops::{PadMode, UnfoldOptions};
use burn::tensor::{Gradients, Tensor};

use super::outer::Outer;
use super::table::Table;
use super::trace::LayerTrace;

/// A zero that was added to a layer's output.
#[derive(Debug)]
pub(super) struct Probe {
    /// `[rows, values of the output]`
    pub(super) leaf: Tensor<2>,
    /// Place among the layers with parameters, in the order of the forward pass.
    pub(super) layer: usize,
    pub(super) place: Place,
}

/// The layer at the probe, with what it was given.
#[derive(Debug)]
pub(super) enum Place {
    /// `input [rows, places, inputs]`
    Linear {
        weight: ParamId,
        bias: Option<ParamId>,
        outputs: usize,
        input: Tensor<3>,
    },
    /// Input `[rows, channels, height, width]`.
    Conv2d(Conv2d, Tensor<4>),
    /// `normalised [rows, before * depth * after]`, before gain and shift.
    Norm {
        gain: Option<ParamId>,
        shift: Option<ParamId>,
        before: usize,
        depth: usize,
        normalised: Tensor<2>,
    },
    /// `tokens [rows, length]`
    Embedding {
        table: ParamId,
        vocabulary: usize,
        width: usize,
        tokens: Vec<usize>,
    },
}

impl Probe {
    /// The trace of `units` units of as many rows each, the rows of a unit one after another.
    pub(super) fn into_trace(self, gradients: &Gradients, units: usize) -> LayerTrace {
        // Zeros where the loss does not depend on the layer.
        let delta = match self.leaf.grad(gradients) {
            Some(delta) => delta.inner(),
            None => self.leaf.inner().zeros_like(),
        };
        match self.place {
            Place::Linear {
                weight,
                bias,
                outputs,
                input,
            } => {
                let [rows, places, inputs] = input.dims();
                let places = rows / units * places;
                LayerTrace::outer(Outer {
                    weight,
                    bias,
                    input: input.reshape([units, 1, places, inputs]),
                    delta: delta.reshape([units, 1, places, outputs]),
                    outputs_first: false,
                })
            }
            Place::Conv2d(conv, input) => conv2d(&conv, input, delta, units),
            Place::Norm {
                gain,
                shift,
                before,
                depth,
                normalised,
            } => {
                // Sums over all places of each channel: `[units, before, depth, after]`.
                let [rows, values] = delta.dims();
                let shape = [units, rows / units * before, depth, values / before / depth];
                let sums = |tensor: Tensor<2>| {
                    let sums = tensor.reshape(shape).sum_dim(3).sum_dim(1);
                    sums.reshape([units, depth])
                };
                let gain = gain.map(|id| (id, sums(normalised * delta.clone())));
                let shift = shift.map(|id| (id, sums(delta)));
                LayerTrace::Held(gain.into_iter().chain(shift).collect())
            }
            Place::Embedding {
                table,
                vocabulary,
                width,
                tokens,
            } => LayerTrace::Table(Table {
                id: table,
                vocabulary,
                width,
                units,
                tokens,
                delta: delta.into_data().iter::<f32>().collect(),
            }),
        }
    }
}

fn conv2d(conv: &Conv2d, input: Tensor<4>, delta: Tensor<2>, units: usize) -> LayerTrace {
    // Padding by hand, since Burn unfolds an unpadded image by strided views and a padded one by a
    // convolution with a one-hot kernel.
    let padded = match conv.padding {
        PaddingConfig2d::Explicit(top, left, bottom, right) if top + left + bottom + right > 0 => {
            input.pad((left, right, top, bottom), PadMode::Constant(0.0))
        }
        _ => input,
    };
    let options = UnfoldOptions::new(conv.stride, [0, 0], conv.dilation);
    let patches = unfold4d(padded, conv.kernel_size, options); // [rows, c k k, pixels]
    let [rows, values, pixels] = patches.dims();
    let (groups, copies) = (conv.groups, rows / units);
    let outputs = delta.dims()[1] / pixels;
    // To `[units, groups, copies pixels, depth]`, by a mere view where a unit is one row.
    let places = |tensor: Tensor<3>, depth: usize| match copies {
        1 => tensor
            .reshape([units, groups, depth, pixels])
            .swap_dims(2, 3),
        _ => tensor
            .reshape([units, copies, groups, depth, pixels])
            .permute([0, 2, 1, 4, 3])
            .reshape([units, groups, copies * pixels, depth]),
    };
    LayerTrace::outer(Outer {
        weight: conv.weight.id,
        bias: conv.bias.as_ref().map(|bias| bias.id),
        input: places(patches, values / groups),
        delta: places(delta.reshape([rows, outputs, pixels]), outputs / groups),
        outputs_first: true,
    })
}
