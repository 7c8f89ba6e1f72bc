//! Which errors are the user's to mend in a command or a config (exit code 2), and which are a run
//! that failed (exit code 1).

use std::fmt;

/// Marks an error as one of usage or config.
#[derive(Debug)]
pub(crate) struct UsageError(String);

impl fmt::Display for UsageError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for UsageError {}

/// An error of usage or config, with its whole message.
pub(crate) fn usage(message: impl Into<String>) -> anyhow::Error {
    UsageError(message.into()).into()
}

/// The exit code that an error deserves.
pub(crate) fn exit_code(error: &anyhow::Error) -> u8 {
    match error.chain().any(|cause| cause.is::<UsageError>()) {
        true => 2,
        false => 1,
    }
}
