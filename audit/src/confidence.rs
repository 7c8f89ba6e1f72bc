//! How sure a statement is.

use crate::AuditError;
use crate::error::in_range;

/// The confidence of a statement, kept as the probability with which it may be false.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Confidence {
    failure: f64,
}

impl Confidence {
    /// A confidence such as 0.99.
    ///
    /// # Errors
    /// What does not lie between 0 and 1.
    pub fn new(confidence: f64) -> Result<Self, AuditError> {
        let valid = confidence > 0.0 && confidence < 1.0;
        in_range(
            "confidence",
            confidence,
            valid,
            "above 0 and below 1, such as 0.99",
        )?;
        // Down: a failure that is rounded up would allow more than was asked for.
        Ok(Self {
            failure: (1.0 - confidence).next_down(),
        })
    }

    /// The confidence whose statements are false with at most this probability: for failures that
    /// one minus a double cannot hold.
    ///
    /// # Errors
    /// What does not lie between 0 and 1.
    pub fn with_failure(failure: f64) -> Result<Self, AuditError> {
        let valid = failure > 0.0 && failure < 1.0;
        in_range(
            "probability of failure",
            failure,
            valid,
            "above 0 and below 1",
        )?;
        Ok(Self { failure })
    }

    /// The most probability with which a statement is false.
    #[must_use]
    pub fn failure(self) -> f64 {
        self.failure
    }

    /// What each of `statements` statements needs, so that all of them hold with this confidence
    /// (the union bound).
    #[must_use]
    pub fn for_each_of(self, statements: usize) -> Self {
        Self {
            failure: self.failure / statements.max(1) as f64,
        }
    }
}
