//! One layer as written in a config.

use serde::{Deserialize, Deserializer, Serialize};

/// One layer of an explicit list, for example
/// `{ kind = "conv2d", channels = 16, kernel = 8, stride = 2, padding = 3 }`.
///
/// Layers that mix examples (batch normalisation) do not exist here: their per-example gradient is
/// not defined, and their statistics would leak. Group normalisation takes their place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum LayerSpec {
    /// Fully connected: `[batch, inputs] -> [batch, outputs]`, with a bias.
    Linear {
        /// Width of the output.
        outputs: usize,
    },
    /// Square convolution with a bias: `[batch, c, h, w] -> [batch, channels, h', w']` with
    /// `h' = (h + 2 padding - kernel) / stride + 1`, rounded down.
    Conv2d {
        /// Output channels.
        channels: usize,
        /// Side of the kernel, in pixels.
        kernel: usize,
        /// Step between applications of the kernel, in pixels.
        #[serde(default = "one")]
        stride: usize,
        /// Zeros added on each side, in pixels.
        #[serde(default)]
        padding: usize,
    },
    /// Group normalisation over channels (Wu and He 2018), with a gain and a shift a channel.
    GroupNorm {
        /// Number of groups; divides the number of channels.
        groups: usize,
    },
    /// `max(x, 0)`.
    #[serde(deserialize_with = "no_other_key")]
    Relu,
    /// Hyperbolic tangent.
    #[serde(deserialize_with = "no_other_key")]
    Tanh,
    /// `x^2`, which encrypted inference can evaluate.
    #[serde(deserialize_with = "no_other_key")]
    Square,
    /// Largest value of each window.
    MaxPool {
        /// Side of the window, in pixels.
        kernel: usize,
        /// Step between windows, in pixels; the kernel when absent.
        stride: Option<usize>,
    },
    /// Mean of each window.
    AvgPool {
        /// Side of the window, in pixels.
        kernel: usize,
        /// Step between windows, in pixels; the kernel when absent.
        stride: Option<usize>,
    },
    /// `[batch, c, h, w] -> [batch, c h w]`, in row-major order.
    #[serde(deserialize_with = "no_other_key")]
    Flatten,
}

fn one() -> usize {
    1
}

/// `deny_unknown_fields` does not reach variants without fields: serde skips what stands beside
/// their tag.
fn no_other_key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Nothing {}
    Nothing::deserialize(deserializer).map(|Nothing {}| ())
}

impl LayerSpec {
    /// The layer's kind as written in a config.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Linear { .. } => "linear",
            Self::Conv2d { .. } => "conv2d",
            Self::GroupNorm { .. } => "group_norm",
            Self::Relu => "relu",
            Self::Tanh => "tanh",
            Self::Square => "square",
            Self::MaxPool { .. } => "max_pool",
            Self::AvgPool { .. } => "avg_pool",
            Self::Flatten => "flatten",
        }
    }
}
