//! What can be wrong with a checkpoint.

use thiserror::Error;

/// Why a checkpoint cannot be written or used.
#[derive(Debug, Error)]
pub enum CheckpointError {
    /// The file cannot be read or written.
    #[error("checkpoint {file}: {source}; check the path, its permissions and the free space")]
    File {
        /// The file.
        file: String,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// Cut off, or changed since it was written.
    #[error(
        "the checkpoint is damaged ({0}): remove it and start from an earlier one or from the \
         beginning; with the run's noise key the steps repeat exactly"
    )]
    Damaged(String),
    /// A safetensors file, but not a checkpoint of this version.
    #[error("the file is no checkpoint that this version of privet wrote")]
    Foreign,
    /// A checkpoint of something else.
    #[error(
        "the checkpoint belongs to another training (its {0} differ): go on with the configuration \
         that it was made with, or start anew"
    )]
    Mismatch(&'static str),
}
