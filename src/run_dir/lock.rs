//! One process a run directory.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// How long a process that has the directory is waited for.
const PATIENCE: Duration = Duration::from_secs(3);

/// Held while a process works in a run directory; the operating system lets go of it when the
/// process ends, however it ends.
#[derive(Debug)]
pub(super) struct Lock(#[expect(dead_code, reason = "held for its lock")] File);

impl Lock {
    pub(super) fn take(path: &Path) -> Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .open(path)
            .with_context(|| format!("cannot write {}", path.display()))?;
        let since = Instant::now();
        let mut taken = file.try_lock();
        // A process that was asked to stop may be about to.
        while matches!(taken, Err(TryLockError::WouldBlock)) && since.elapsed() < PATIENCE {
            std::thread::sleep(Duration::from_millis(50));
            taken = file.try_lock();
        }
        match taken {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => bail!(
                "another process is working in this run directory (it holds {}): wait for it, or \
                 choose another directory with --out DIR",
                path.display()
            ),
            // Two processes in one directory could each overwrite what the other has spent.
            Err(TryLockError::Error(error)) => Err(error).with_context(|| {
                format!(
                    "cannot lock {}: choose a directory on a file system with locks, with --out DIR",
                    path.display()
                )
            }),
        }
    }
}
