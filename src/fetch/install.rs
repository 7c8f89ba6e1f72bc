//! Giving a complete file its name, all at once.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

/// Renames `complete` to `destination`, both in one folder, after its bytes are on the disk. A
/// reader sees the old file or the new one, never a part.
pub(crate) fn install(complete: &Path, destination: &Path) -> io::Result<()> {
    File::options().append(true).open(complete)?.sync_all()?;
    fs::rename(complete, destination)?;
    if let Some(folder) = destination.parent() {
        // A folder cannot be synced on every system; the rename itself is done.
        let _: io::Result<()> = File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(())
}

/// A hidden file beside `path`, called after it with `suffix`.
pub(crate) fn sibling(path: &Path, suffix: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}{suffix}"))
}
