//! What one layer must remember of the backward pass to give per-example gradients.

use burn::nn::PaddingConfig2d;
use burn::nn::conv::Conv2d;
use burn::tensor::module::unfold4d;
use burn::tensor::ops::{PadMode, UnfoldOptions};
use burn::tensor::{Bool, Tensor};

/// Input of a layer and gradient of the loss at its output (`delta`), for each example of a batch.
///
/// From these follow, without a further backward pass, the norm of each example's gradient and any
/// weighted sum of the gradients ("book-keeping", Bu et al. 2023).
pub(super) enum LayerTrace {
    /// `input [b, i]`, `delta [b, o]`: the gradient is the outer product, its squared norm is
    /// `|delta|^2 (|input|^2 + 1)`, the 1 for the bias (Goodfellow 2015).
    Linear { input: Tensor<2>, delta: Tensor<2> },
    /// Gradient of each example's kernel `[b, o, c k k]` and `delta [b, o, positions]`.
    Conv2d { kernel: Tensor<3>, delta: Tensor<3> },
    /// Gradients of each example's gain and shift, `[b, c]` each.
    GroupNorm { gain: Tensor<2>, shift: Tensor<2> },
}

impl LayerTrace {
    pub(super) fn linear(input: Tensor<2>, delta: Tensor<2>) -> Self {
        Self::Linear { input, delta }
    }

    /// `input [b, c, h, w]`, `delta [b, o, h', w']`.
    pub(super) fn conv2d(conv: &Conv2d, input: Tensor<4>, delta: Tensor<4>) -> Self {
        // Padding by hand, since Burn unfolds an unpadded image by strided views and a padded one
        // by a convolution with a one-hot kernel.
        let padded = match conv.padding {
            PaddingConfig2d::Explicit(top, left, bottom, right)
                if top + left + bottom + right > 0 =>
            {
                input.pad((left, right, top, bottom), PadMode::Constant(0.0))
            }
            _ => input,
        };
        let options = UnfoldOptions::new(conv.stride, [0, 0], [1, 1]);
        let patches = unfold4d(padded, conv.kernel_size, options); // [b, c k k, positions]
        let delta = delta.flatten::<3>(2, 3); // [b, o, positions]
        Self::Conv2d {
            kernel: delta.clone().matmul(patches.transpose()),
            delta,
        }
    }

    /// `normalised` and `delta` are `[b, c, h, w]`, `normalised` before gain and shift.
    pub(super) fn group_norm(normalised: Tensor<4>, delta: Tensor<4>) -> Self {
        Self::GroupNorm {
            gain: pixel_sums((normalised * delta.clone()).flatten(2, 3)),
            shift: pixel_sums(delta.flatten(2, 3)),
        }
    }

    /// Squared L2 norm of each example's gradient in this layer, one value an example.
    pub(super) fn squared_norms(&self) -> Vec<f64> {
        let (left, right) = match self {
            Self::Linear { input, delta } => {
                let (inputs, deltas) = (row_squares(input.clone()), row_squares(delta.clone()));
                return deltas.zip(inputs).map(|(d, i)| d * (i + 1.0)).collect();
            }
            Self::Conv2d { kernel, delta } => {
                (kernel.clone().flatten(1, 2), pixel_sums(delta.clone()))
            }
            Self::GroupNorm { gain, shift } => (gain.clone(), shift.clone()),
        };
        let sums = row_squares(left).zip(row_squares(right));
        sums.map(|(left, right)| left + right).collect()
    }

    /// Sum over examples of `weights[b]` times the gradient: weight or gain first, then bias or
    /// shift, appended to `flat`.
    pub(super) fn weighted_sum(&self, weights: &Tensor<1>) -> [Tensor<1>; 2] {
        match self {
            Self::Linear { input, delta } => {
                let weighted = delta.clone() * weights.clone().unsqueeze_dim::<2>(1);
                [
                    input
                        .clone()
                        .transpose()
                        .matmul(weighted.clone())
                        .flatten(0, 1),
                    column_sums(weighted),
                ]
            }
            Self::Conv2d { kernel, delta } => {
                let weights = weights.clone().unsqueeze_dim::<2>(0); // [1, b]
                let bias = pixel_sums(delta.clone());
                [
                    weights
                        .clone()
                        .matmul(kernel.clone().flatten(1, 2))
                        .flatten(0, 1),
                    weights.matmul(bias).flatten(0, 1),
                ]
            }
            Self::GroupNorm { gain, shift } => {
                let weights = weights.clone().unsqueeze_dim::<2>(0);
                [
                    weights.clone().matmul(gain.clone()).flatten(0, 1),
                    weights.matmul(shift.clone()).flatten(0, 1),
                ]
            }
        }
    }

    /// The trace with every value of the examples in `drop [b]` set to zero. A weight of zero is
    /// not enough for an example whose gradient is not finite: zero times infinity is not zero.
    pub(super) fn without(self, drop: &Tensor<1, Bool>) -> Self {
        let rows = |tensor: Tensor<2>| {
            let mask = drop.clone().unsqueeze_dim::<2>(1).expand(tensor.dims());
            tensor.mask_fill(mask, 0.0)
        };
        let blocks = |tensor: Tensor<3>| {
            let mask = drop
                .clone()
                .unsqueeze_dims::<3>(&[1, 2])
                .expand(tensor.dims());
            tensor.mask_fill(mask, 0.0)
        };
        match self {
            Self::Linear { input, delta } => Self::Linear {
                input: rows(input),
                delta: rows(delta),
            },
            Self::Conv2d { kernel, delta } => Self::Conv2d {
                kernel: blocks(kernel),
                delta: blocks(delta),
            },
            Self::GroupNorm { gain, shift } => Self::GroupNorm {
                gain: rows(gain),
                shift: rows(shift),
            },
        }
    }
}

/// Values whose squares are added in f32 before the sum goes on in f64.
const BLOCK: usize = 64;

/// Sum of squares of each row of `[b, m]`, for each of the `b` rows.
///
/// At most [`BLOCK`] squares are added in f32 and the rest in f64, so that the relative error of a
/// squared norm is below `(BLOCK + 4) 2^-24 = 4.1e-6` however wide the layer is: that of a norm,
/// also of a product of two, stays below the mechanism's
/// [`CLIPPING_SLACK`](privet_mechanisms::noisy_sgd::CLIPPING_SLACK).
///
/// Each row is divided by its largest value first. Without that the square of a `delta` below 1e-23
/// is 0 in f32, and an example with a huge input would pass unclipped with a norm of 0.
fn row_squares(tensor: Tensor<2>) -> impl Iterator<Item = f64> {
    let [rows, width] = tensor.dims();
    let blocks = width.div_ceil(BLOCK);
    let largest = tensor.clone().abs().max_dim(1).clamp_min(f32::MIN_POSITIVE);
    let scales: Vec<f32> = largest.clone().into_data().iter::<f32>().collect();
    let scaled = tensor / largest; // NaN where the row is not finite
    let squares = (scaled.clone() * scaled).pad((0, blocks * BLOCK - width, 0, 0), 0.0);
    let sums: Vec<f32> = squares
        .reshape([rows, blocks, BLOCK])
        .sum_dim(2)
        .into_data()
        .iter::<f32>()
        .collect();
    (0..rows).map(move |row| {
        let sums = &sums[row * blocks..(row + 1) * blocks];
        let sum: f64 = sums.iter().map(|&sum| f64::from(sum)).sum();
        f64::from(scales[row]).powi(2) * sum
    })
}

/// `[b, c, pixels]` summed over pixels, `[b, c]`.
fn pixel_sums(tensor: Tensor<3>) -> Tensor<2> {
    tensor.sum_dim(2).squeeze_dim::<2>(2)
}

fn column_sums(tensor: Tensor<2>) -> Tensor<1> {
    tensor.sum_dim(0).squeeze_dim::<1>(0)
}
