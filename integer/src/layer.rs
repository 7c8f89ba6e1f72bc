//! One layer of whole numbers.

use privet_gradients::network::{LayerSpec, no_other_key};
use serde::{Deserialize, Serialize};

use crate::decimal;

/// A layer that needs additions and multiplications of whole numbers alone. Values of images are
/// channels first, then rows, then columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum IntegerLayer {
    /// `y[o] = bias[o] + sum_i weights[o, i] x[i]`.
    Linear {
        /// Number of outputs.
        outputs: usize,
        /// Weights `[outputs, inputs]` and bias `[outputs]`.
        parameters: IntegerParameters,
    },
    /// `y[o, i, j] = bias + sum_{c, a, b} weights[o, c, a, b] x[first + c, i stride + a - padding, j
    /// stride + b - padding]`, places outside of the image being 0, over the input channels of `o`'s
    /// group, `first` the first of them.
    Conv2d {
        /// Output channels.
        channels: usize,
        /// Side of the kernel, in pixels.
        kernel: usize,
        /// Step between applications of the kernel, in pixels.
        stride: usize,
        /// Zeros added on each side, in pixels.
        padding: usize,
        /// Groups of channels that do not see each other.
        groups: usize,
        /// Weights `[channels, channels in / groups, kernel, kernel]` and bias, `[channels]` or, where
        /// it differs between places, `[channels, height, width]` of the output.
        parameters: IntegerParameters,
    },
    /// Sum of each window; what divides it to a mean is in the scale.
    SumPool {
        /// Side of the window, in pixels.
        kernel: usize,
        /// Step between windows, in pixels.
        stride: usize,
    },
    /// Sum of each channel; what divides it to a mean is in the scale.
    #[serde(deserialize_with = "no_other_key")]
    GlobalSum,
    /// `x^2`: the only multiplication of two encrypted numbers.
    #[serde(deserialize_with = "no_other_key")]
    Square,
    /// The same values as a row.
    #[serde(deserialize_with = "no_other_key")]
    Flatten,
}

/// Weights and bias of a layer, row-major.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IntegerParameters {
    /// The weights.
    pub weights: Vec<i32>,
    /// What is added to each output, at the scale of the sums.
    #[serde(with = "decimal::list")]
    pub bias: Vec<i128>,
    /// The real weight that a weight of 1 stands for, above 0.
    pub scale: f64,
}

impl IntegerLayer {
    /// The layer with the shape of this one, in the description of networks.
    pub(crate) fn spec(&self) -> LayerSpec {
        match *self {
            Self::Linear { outputs, .. } => LayerSpec::Linear { outputs },
            Self::Conv2d {
                channels,
                kernel,
                stride,
                padding,
                groups,
                ..
            } => LayerSpec::Conv2d {
                channels,
                kernel,
                stride,
                padding,
                groups,
            },
            Self::SumPool { kernel, stride } => LayerSpec::AvgPool {
                kernel,
                stride: Some(stride),
            },
            Self::GlobalSum => LayerSpec::GlobalAvgPool,
            Self::Square => LayerSpec::Square,
            Self::Flatten => LayerSpec::Flatten,
        }
    }

    /// The layer for a description, with its parameters if it has any; `None` where they do not go
    /// together.
    pub(crate) fn of(spec: &LayerSpec, parameters: Option<IntegerParameters>) -> Option<Self> {
        Some(match (spec, parameters) {
            (&LayerSpec::Linear { outputs }, Some(parameters)) => Self::Linear {
                outputs,
                parameters,
            },
            (
                &LayerSpec::Conv2d {
                    channels,
                    kernel,
                    stride,
                    padding,
                    groups,
                },
                Some(parameters),
            ) => Self::Conv2d {
                channels,
                kernel,
                stride,
                padding,
                groups,
                parameters,
            },
            (&LayerSpec::AvgPool { kernel, stride }, None) => Self::SumPool {
                kernel,
                stride: stride.unwrap_or(kernel),
            },
            (LayerSpec::GlobalAvgPool, None) => Self::GlobalSum,
            (LayerSpec::Square, None) => Self::Square,
            (LayerSpec::Flatten, None) => Self::Flatten,
            _ => return None,
        })
    }

    /// Weights and bias, if the layer has any.
    #[must_use]
    pub const fn parameters(&self) -> Option<&IntegerParameters> {
        match self {
            Self::Linear { parameters, .. } | Self::Conv2d { parameters, .. } => Some(parameters),
            Self::SumPool { .. } | Self::GlobalSum | Self::Square | Self::Flatten => None,
        }
    }
}
