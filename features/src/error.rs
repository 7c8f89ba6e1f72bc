//! What can be wrong with a representation.

use ndarray::ShapeError;
use privet_gradients::GradientError;
use privet_gradients::network::{InputShape, NetworkError};
use privet_learning::encoder::EncoderError;
use thiserror::Error;

/// Why a representation cannot be made or applied.
///
/// No message holds a value of a record.
#[derive(Debug, Error)]
pub enum FeatureError {
    /// A setting out of its range.
    #[error("{kind}: `{key}` is {value}: {remedy}")]
    Setting {
        /// The stage's kind as written in a config.
        kind: &'static str,
        /// The key as written in a config.
        key: &'static str,
        /// What was given.
        value: String,
        /// What is allowed.
        remedy: String,
    },
    /// A stage that cannot take these inputs.
    #[error("{kind} cannot take inputs of {input}: {remedy}")]
    Input {
        /// The stage's kind as written in a config.
        kind: &'static str,
        /// The inputs.
        input: InputShape,
        /// What it takes.
        remedy: String,
    },
    /// Rows of another width.
    #[error("{kind} takes rows of {expected} values, but these have {found}")]
    Width {
        /// The stage's kind as written in a config.
        kind: &'static str,
        /// Values of a row that the stage takes.
        expected: usize,
        /// Values of a row that was given.
        found: usize,
    },
    /// Public rows that a stage cannot be fitted on.
    #[error("{kind} cannot be fitted: {reason}")]
    Fit {
        /// The stage's kind as written in a config.
        kind: &'static str,
        /// What is wrong with the rows and the way out.
        reason: String,
    },
    /// One stage of a list.
    #[error("stage {position} of the features: {error}")]
    Stage {
        /// Position in the list, counted from 1.
        position: usize,
        /// What is wrong.
        error: Box<FeatureError>,
    },
    /// Parts that are no map.
    #[error("the features cannot be read: {0}")]
    Parts(String),
    /// An encoder that cannot be trained.
    #[error("encoder: {0}")]
    Encoder(#[from] EncoderError),
    /// A network that cannot be built.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// A network that cannot be applied.
    #[error(transparent)]
    Engine(#[from] GradientError),
    /// Memory of another shape than was asked for.
    #[error(transparent)]
    Shape(#[from] ShapeError),
}

/// Refuses a whole number out of its range.
pub(crate) fn in_range(
    kind: &'static str,
    key: &'static str,
    value: usize,
    range: std::ops::RangeInclusive<usize>,
) -> Result<(), FeatureError> {
    match range.contains(&value) {
        true => Ok(()),
        false => Err(FeatureError::Setting {
            kind,
            key,
            value: value.to_string(),
            remedy: format!("give {} to {}", range.start(), range.end()),
        }),
    }
}
