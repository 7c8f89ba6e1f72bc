//! Why a model file cannot be written or used.

use privet_features::FeatureError;
use privet_training::network::NetworkError;
use thiserror::Error;

/// Why a model file cannot be written or used.
#[derive(Debug, Error)]
pub enum ExportError {
    /// A file of another kind.
    #[error(
        "this is no model file: give a .safetensors, .onnx or .bpk file that `privet export` or a run \
         has written"
    )]
    Unknown,
    /// A pickle, which runs code when it is opened.
    #[error(
        "this is a pickle, as PyTorch's torch.save writes: whoever opens it runs the code that it \
         holds, so it is not opened; give a .safetensors, .onnx or .bpk file"
    )]
    Pickle,
    /// Damaged.
    #[error("this is not a readable {format} file ({reason}): export the model again")]
    Damaged {
        /// Name of the format.
        format: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// Nothing in it says what the network is.
    #[error(
        "the file's metadata has no `{0}` that this version understands: it was not exported by \
         this version of privet"
    )]
    Metadata(&'static str),
    /// A tensor is missing, has another shape or type, or holds NaN.
    #[error("tensor `{name}`: {reason}")]
    Tensor {
        /// Name in the file.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// The list of layers is impossible.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// Features that do not fit.
    #[error(transparent)]
    Features(#[from] FeatureError),
    /// Features that ONNX has no operators for.
    #[error(
        "the model's features hold a `{0}` stage, for which ONNX has no operators: export safetensors or \
         burnpack, whose users compute the features themselves (docs/FEATURES.md has the code)"
    )]
    NoOperators(&'static str),
}

impl ExportError {
    pub(crate) fn damaged(format: &'static str, error: impl std::fmt::Display) -> Self {
        Self::Damaged {
            format,
            reason: error.to_string(),
        }
    }
}
