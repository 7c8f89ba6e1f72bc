//! What can be wrong with a model of integers.

use privet_gradients::network::NetworkError;
use thiserror::Error;

/// Why there is no model of integers, or none of its scores.
#[derive(Debug, Error, Clone, PartialEq)]
pub enum IntegerError {
    /// The network is none that integers can evaluate.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// A setting is out of range.
    #[error("{key} = {value}: {remedy}")]
    Setting {
        /// The setting.
        key: &'static str,
        /// Its value.
        value: String,
        /// What to give.
        remedy: &'static str,
    },
    /// The weights or the bias of a layer.
    #[error("layer {position} ({kind}): {reason}")]
    Parameters {
        /// Position in the list, counted from 1.
        position: usize,
        /// The layer's kind.
        kind: &'static str,
        /// What is wrong and how to mend it.
        reason: String,
    },
    /// Trained values that do not fit the network.
    #[error("{found} {what} were given to a network of {expected}")]
    Count {
        /// What was counted.
        what: &'static str,
        /// How many there must be.
        expected: usize,
        /// How many were given.
        found: usize,
    },
    /// Values of a layer may be too large.
    #[error(
        "layer {position} ({kind}): its values may need more than 128 bits: use fewer weight_bits or \
         input_bits, fewer squares, or narrower layers"
    )]
    Overflow {
        /// Position in the list, counted from 1.
        position: usize,
        /// The layer's kind.
        kind: &'static str,
    },
    /// Too much to evaluate.
    #[error("{found} {what} are too many, {most} are the most: {remedy}")]
    TooLarge {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        found: u64,
        /// How many there may be.
        most: u64,
        /// What to do.
        remedy: &'static str,
    },
    /// An input that is none of the model.
    #[error("input: {0}")]
    Input(String),
    /// A file that is none of this format, or whose parts contradict each other.
    #[error("integer model file, {place}: {reason}; export the model again")]
    File {
        /// Which part.
        place: String,
        /// What is wrong.
        reason: String,
    },
}
