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
        /// Groups of channels that do not see each other (1: all see all); divides the input's and
        /// the output's channels.
        #[serde(default = "one")]
        groups: usize,
    },
    /// Group normalisation over channels (Wu and He 2018), with a gain and a shift a channel.
    GroupNorm {
        /// Number of groups; divides the number of channels.
        groups: usize,
    },
    /// Layer normalisation (Ba et al. 2016) over the features of a vector, over the channels of
    /// each pixel, or over the width of each position of a sequence, with a gain and a shift for
    /// each of them.
    #[serde(deserialize_with = "no_other_key")]
    LayerNorm,
    /// `(x - mean) / deviation` by constants, without trainable values: one number for each channel
    /// of an image or feature of a vector, or a list of one number for all of them.
    ///
    /// The constants must be public: from the literature, computed from public data, or released by a
    /// mechanism, as `statistics` of noisy SGD are, never computed from private records otherwise. (A mean
    /// of private records in a network is a release without noise.) It is affine, so that a neighbouring
    /// linear layer can take it in.
    PublicNorm {
        /// What is subtracted.
        mean: Vec<f64>,
        /// What the difference is divided by, above 0.
        deviation: Vec<f64>,
    },
    /// `max(x, 0)`.
    #[serde(deserialize_with = "no_other_key")]
    Relu,
    /// Hyperbolic tangent.
    #[serde(deserialize_with = "no_other_key")]
    Tanh,
    /// `x Phi(x)` with the normal distribution function (Hendrycks and Gimpel 2016), not the
    /// approximation by tanh.
    #[serde(deserialize_with = "no_other_key")]
    Gelu,
    /// `x sigmoid(x)`, also called swish.
    #[serde(deserialize_with = "no_other_key")]
    Silu,
    /// `1 / (1 + exp(-x))`.
    #[serde(deserialize_with = "no_other_key")]
    Sigmoid,
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
    /// Largest value of each channel, or of each column of a sequence: `[batch, channels]`.
    #[serde(deserialize_with = "no_other_key")]
    GlobalMaxPool,
    /// Mean of each channel, or of each column of a sequence: `[batch, channels]`.
    #[serde(deserialize_with = "no_other_key")]
    GlobalAvgPool,
    /// `[batch, c, h, w] -> [batch, c h w]`, in row-major order.
    #[serde(deserialize_with = "no_other_key")]
    Flatten,
    /// Sets each value to 0 with this probability while training, and scales the others up
    /// (Srivastava et al. 2014). For training without privacy: noisy SGD refuses it.
    Dropout {
        /// Probability that a value is dropped, in `[0, 1)`.
        probability: f64,
    },
    /// `layers(x) + shortcut(x)` (He et al. 2016); without a shortcut `x` itself is added.
    Residual {
        /// The branch.
        layers: Vec<LayerSpec>,
        /// What happens to `x` on the way around: nothing when empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        shortcut: Vec<LayerSpec>,
    },
    /// A row of token numbers to a sequence of vectors: `[batch, length] -> [batch, length, width]`.
    Embedding {
        /// Number of tokens; a token is a whole number below it.
        vocabulary: usize,
        /// Width of each vector.
        width: usize,
    },
    /// Self-attention with several heads (Vaswani et al. 2017), `[batch, length, width]` to the same.
    MultiHeadAttention {
        /// Number of heads; divides the width.
        heads: usize,
    },
}

fn one() -> usize {
    1
}

/// Refuses keys beside the tag of a variant without fields, which `deny_unknown_fields` does not
/// reach, for `#[serde(deserialize_with)]`.
///
/// # Errors
/// Any other key.
pub fn no_other_key<'de, D: Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
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
            Self::LayerNorm => "layer_norm",
            Self::PublicNorm { .. } => "public_norm",
            Self::Gelu => "gelu",
            Self::Silu => "silu",
            Self::Sigmoid => "sigmoid",
            Self::GlobalMaxPool => "global_max_pool",
            Self::GlobalAvgPool => "global_avg_pool",
            Self::Dropout { .. } => "dropout",
            Self::Residual { .. } => "residual",
            Self::Embedding { .. } => "embedding",
            Self::MultiHeadAttention { .. } => "multi_head_attention",
            Self::Relu => "relu",
            Self::Tanh => "tanh",
            Self::Square => "square",
            Self::MaxPool { .. } => "max_pool",
            Self::AvgPool { .. } => "avg_pool",
            Self::Flatten => "flatten",
        }
    }
}
