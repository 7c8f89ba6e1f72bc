//! Why an event was refused.

use thiserror::Error;

use super::MAX_DEPTH;

/// An event that cannot be made: the message names the field, its value, and what is allowed.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum EventError {
    /// A number outside the range of its field.
    #[error("{field} = {value} is not allowed: give {allowed}")]
    OutOfRange {
        /// The field as it is spelled in JSON.
        field: &'static str,
        /// The refused value.
        value: f64,
        /// The allowed values, in words.
        allowed: &'static str,
    },
    /// A whole number that must be at least one.
    #[error("{field} = 0 is not allowed: give at least 1, or leave the event out (`no_op`)")]
    Zero {
        /// The field as it is spelled in JSON.
        field: &'static str,
    },
    /// Events nested too deeply to be walked without risk to the stack.
    #[error(
        "the field `event` holds events nested {depth} deep, more than the {MAX_DEPTH} allowed: \
         merge nested counts and compositions"
    )]
    TooDeep {
        /// The depth that the new event would have had.
        depth: usize,
    },
}
