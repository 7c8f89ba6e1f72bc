//! What can be wrong with an optimizer's settings or state.

use thiserror::Error;

/// Why an optimizer cannot be used.
#[derive(Debug, Error, Clone, PartialEq)]
pub enum OptimizerError {
    /// A setting out of its range.
    #[error("`{key}` is {value}: it must be {range}")]
    Range {
        /// The key as written.
        key: &'static str,
        /// What was given.
        value: f64,
        /// What is allowed.
        range: &'static str,
    },
    /// A correction for noise where there is none.
    #[error(
        "`noise_bias_correction` subtracts the variance of the privacy noise, and this training has \
         none: remove the key, or train by noisy SGD"
    )]
    NoNoise,
    /// A correction for noise whose variance is another one at each step.
    #[error(
        "`noise_bias_correction` subtracts one variance at all steps, and correlated noise has \
         another at each: remove the key, or take independent noise"
    )]
    CorrelatedNoise,
    /// A gradient or a state of another network.
    #[error("{what} of {found} values does not fit a network of {expected} parameters")]
    Length {
        /// What does not fit.
        what: &'static str,
        /// Parameters of the network.
        expected: usize,
        /// Values found.
        found: usize,
    },
}

/// Refuses `value` unless it is `valid`.
pub(super) fn check(
    key: &'static str,
    value: f64,
    valid: bool,
    range: &'static str,
) -> Result<(), OptimizerError> {
    match valid {
        true => Ok(()),
        false => Err(OptimizerError::Range { key, value, range }),
    }
}

/// Refuses what is no share: `[0, 1)`.
pub(super) fn check_share(key: &'static str, value: f64) -> Result<(), OptimizerError> {
    let valid = (0.0..1.0).contains(&value);
    check(key, value, valid, "at least 0 and below 1")
}

/// Refuses what is negative, infinite or NaN.
pub(super) fn check_not_negative(key: &'static str, value: f64) -> Result<(), OptimizerError> {
    let valid = value.is_finite() && value >= 0.0;
    check(key, value, valid, "a finite number of at least 0")
}
