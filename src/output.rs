//! Standard output and standard error, which may be full or closed.

use std::io::{self, Write};

use anyhow::{Context, Result};

/// Prints `text` on standard output.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut stdout = io::stdout().lock();
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    match written {
        // The reader has seen enough, for example `| head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written.context("cannot write to standard output: is the disk full?"),
    }
}

/// Writes a line on standard error, if anybody is there to read it: a run that has spent its budget
/// does not stop for that.
pub(crate) fn note(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
