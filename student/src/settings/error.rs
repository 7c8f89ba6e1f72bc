//! Settings that cannot be.

use privet_training::augment::AugmentationError;
use privet_training::optimizer::OptimizerError;
use thiserror::Error;

use super::Method;

/// Why a student cannot be trained with these settings.
#[derive(Clone, Debug, Error, PartialEq)]
pub enum SettingError {
    /// A setting out of its range.
    #[error("{key} = {value}: it must be {range}")]
    Range {
        /// The key, below `student`.
        key: &'static str,
        /// What was given.
        value: f64,
        /// What is allowed.
        range: &'static str,
    },
    /// A key that the chosen method does not read.
    #[error(
        "`{key}` has no meaning with method = \"{method}\": remove it, or choose a method that \
         reads it"
    )]
    Excluded {
        /// The key, below `student`.
        key: &'static str,
        /// The method chosen.
        method: &'static str,
    },
    /// The optimizer does not fit.
    #[error("optimizer: {0}")]
    Optimizer(#[from] OptimizerError),
    /// The generator's optimizer does not fit.
    #[error("`gan.generator_optimizer`: {0}")]
    Generator(OptimizerError),
    /// The strong augmentation does not fit.
    #[error("strong augmentation: {0}")]
    Augmentation(#[from] AugmentationError),
}

pub(super) fn check(
    key: &'static str,
    value: f64,
    valid: bool,
    range: &'static str,
) -> Result<(), SettingError> {
    match valid {
        true => Ok(()),
        false => Err(SettingError::Range { key, value, range }),
    }
}

pub(super) fn at_least_one(key: &'static str, value: usize) -> Result<(), SettingError> {
    check(key, value as f64, value >= 1, "at least 1")
}

/// Refuses what is negative, infinite or NaN.
pub(super) fn not_negative(key: &'static str, value: f64) -> Result<(), SettingError> {
    let valid = value.is_finite() && value >= 0.0;
    check(key, value, valid, "a finite number of at least 0")
}

/// Refuses what is not positive and finite.
pub(super) fn positive(key: &'static str, value: f64) -> Result<(), SettingError> {
    let valid = value.is_finite() && value > 0.0;
    check(key, value, valid, "a finite number above 0")
}

/// Refuses a key that is given in vain.
pub(super) fn excluded(
    key: &'static str,
    in_vain: bool,
    method: Method,
) -> Result<(), SettingError> {
    match in_vain {
        true => Err(SettingError::Excluded {
            key,
            method: method.name(),
        }),
        false => Ok(()),
    }
}
