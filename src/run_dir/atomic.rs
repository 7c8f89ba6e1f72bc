//! Files that are either old or new, never half.

use std::path::Path;

use anyhow::{Context, Result};
pub(crate) use privet_training::atomic::{Access, directory_of, sync_directory};

/// Writes a file so that a crash at any moment leaves the old content or the new one, and so that
/// the new one is on the disk when this returns.
pub(crate) fn write(path: &Path, bytes: &[u8], access: Access) -> Result<()> {
    privet_training::atomic::write(path, bytes, access).with_context(|| {
        format!(
            "cannot write {}: is the disk full or read-only?",
            path.display()
        )
    })
}
