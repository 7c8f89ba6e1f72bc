//! Why there is no audit.

use privet_accountant::{AccountantError, EventError};
use privet_mechanisms::MechanismError;
use thiserror::Error;

/// Why there is no audit.
#[derive(Debug, Error)]
pub enum AuditError {
    /// A number without a meaning.
    #[error("{key} = {value}: it must be {expected}")]
    OutOfRange {
        /// What the number is.
        key: &'static str,
        /// The number.
        value: f64,
        /// What it may be.
        expected: &'static str,
    },
    /// Two lists that belong together have different lengths.
    #[error("there are {found} {what}, but {expected} are needed: give one for each canary")]
    Length {
        /// What is listed.
        what: &'static str,
        /// How many were given.
        found: usize,
        /// How many are needed.
        expected: usize,
    },
    /// The accountant has no answer.
    #[error(transparent)]
    Accountant(#[from] AccountantError),
    /// The event has no meaning.
    #[error(transparent)]
    Event(#[from] EventError),
    /// The mechanism refuses.
    #[error(transparent)]
    Mechanism(#[from] MechanismError),
}

/// Refuses a number that is not `valid`.
pub(crate) fn in_range(
    key: &'static str,
    value: f64,
    valid: bool,
    expected: &'static str,
) -> Result<(), AuditError> {
    match valid {
        true => Ok(()),
        false => Err(AuditError::OutOfRange {
            key,
            value,
            expected,
        }),
    }
}
