//! Names of populations and of runs.

use std::fmt;

use rand::TryRng;
use rand::rngs::SysRng;
use serde::{Deserialize, Serialize};

use crate::LedgerError;

/// Whose privacy a budget protects: a name that the owner declares, such as `clinic-patients`, for
/// the people or records that all versions and subsets of the data are drawn from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PopulationId(String);

impl PopulationId {
    /// The most characters of a name.
    const LONGEST: usize = 100;

    /// Checks and wraps a name.
    ///
    /// # Errors
    /// [`LedgerError::InvalidName`] unless it has 1 to 100 characters, all of them ASCII letters,
    /// digits, `-`, `_` or `.`: two names that look the same are the same.
    pub fn new(name: impl Into<String>) -> Result<Self, LedgerError> {
        let name = name.into();
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if (1..=Self::LONGEST).contains(&name.len()) && name.chars().all(plain) {
            Ok(Self(name))
        } else {
            Err(LedgerError::InvalidName { name })
        }
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PopulationId {
    type Error = LedgerError;

    fn try_from(name: String) -> Result<Self, LedgerError> {
        Self::new(name)
    }
}

impl From<PopulationId> for String {
    fn from(name: PopulationId) -> Self {
        name.0
    }
}

impl fmt::Display for PopulationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Which run: random, drawn when the run begins and kept in its directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RunId(String);

impl RunId {
    const DIGITS: usize = 32;

    /// A new one from the operating system's entropy.
    ///
    /// # Errors
    /// [`LedgerError::NoEntropy`] if the operating system has none.
    pub fn generate() -> Result<Self, LedgerError> {
        let mut bytes = [0; Self::DIGITS / 2];
        let drawn = SysRng.try_fill_bytes(&mut bytes);
        drawn.map_err(|error| LedgerError::NoEntropy(error.to_string()))?;
        Ok(Self(hex(&bytes)))
    }

    /// One that was stored.
    ///
    /// # Errors
    /// [`LedgerError::InvalidRun`] unless it is 32 lower-case hexadecimal digits.
    pub fn new(text: impl Into<String>) -> Result<Self, LedgerError> {
        let text = text.into();
        let digit = |c: char| matches!(c, '0'..='9' | 'a'..='f');
        if text.len() == Self::DIGITS && text.chars().all(digit) {
            Ok(Self(text))
        } else {
            Err(LedgerError::InvalidRun { text })
        }
    }

    /// The digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for RunId {
    type Error = LedgerError;

    fn try_from(text: String) -> Result<Self, LedgerError> {
        Self::new(text)
    }
}

impl From<RunId> for String {
    fn from(run: RunId) -> Self {
        run.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
