//! What can be wrong with a network's description.

use thiserror::Error;

/// A network description that cannot be built.
#[derive(Debug, Error, Clone, PartialEq)]
pub enum NetworkError {
    /// A layer cannot follow what comes before it.
    #[error("layer {position} ({kind}): {reason}")]
    Layer {
        /// Position in the list, counted from 1.
        position: usize,
        /// The layer's kind as written in a config.
        kind: &'static str,
        /// What is wrong and how to mend it.
        reason: String,
    },
    /// The list of layers ends with something other than one score for each class.
    #[error(
        "the network ends with {found}, but the data set has {classes} classes: \
         end the list with {{ kind = \"linear\", outputs = {classes} }}"
    )]
    Output {
        /// Shape of the last layer's output.
        found: String,
        /// Classes of the data set.
        classes: usize,
    },
    /// A preset cannot be applied to these inputs.
    #[error("preset \"{preset}\": {reason}")]
    Preset {
        /// Name of the preset.
        preset: &'static str,
        /// What is wrong and how to mend it.
        reason: String,
    },
    /// A network that is not what its profile asks for.
    #[error("profile \"{profile}\": {reason}")]
    Profile {
        /// Name of the profile.
        profile: &'static str,
        /// What is wrong and how to mend it.
        reason: String,
    },
    /// Parameters that do not fit the architecture.
    #[error("{0}")]
    Parameters(String),
}
