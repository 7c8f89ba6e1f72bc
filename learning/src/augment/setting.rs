//! Settings of augmentations out of their range.

use thiserror::Error;

/// A setting out of its range.
#[derive(Clone, Debug, Error, PartialEq)]
#[error("`{key}` is {value}: it must be {range}")]
pub struct AugmentationError {
    /// The key as written.
    pub key: &'static str,
    /// What was given.
    pub value: f64,
    /// What is allowed.
    pub range: &'static str,
}

/// Refuses what is not in `[0, largest]`, a NaN too.
pub(super) fn check(
    key: &'static str,
    value: f64,
    largest: f64,
    range: &'static str,
) -> Result<(), AugmentationError> {
    match (0.0..=largest).contains(&value) {
        true => Ok(()),
        false => Err(AugmentationError { key, value, range }),
    }
}
