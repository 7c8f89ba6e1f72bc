//! Whose protection a guarantee speaks of.

use serde::{Deserialize, Serialize};

/// What one of two neighbouring data sets has more or otherwise than the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// One record.
    Record,
    /// All records of one user.
    User,
}

impl Unit {
    /// In a word, as in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Record => "record",
            Self::User => "user",
        }
    }
}
