//! One process a run directory.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Held while a process works in a run directory; the operating system lets go of it when the
/// process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "held for its lock")] File);

impl Lock {
    pub(super) fn take(path: &Path) -> Result<Self> {
        let file = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(path)
            .with_context(|| format!("cannot write {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => bail!(
                "another process is working in this run directory (it holds {}): wait for it, or \
                 choose another directory with --out DIR",
                path.display()
            ),
            // A file system without locks: better to run than not.
            Err(TryLockError::Error(_)) => Ok(Self(file)),
        }
    }
}
