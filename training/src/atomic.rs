//! Files that are either old or new, never half.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// As the user's mask says.
    Shared,
    /// The owner alone (mode 0600).
    Owner,
}

/// Writes a file so that a crash at any moment leaves the old content or the new one, and so that
/// the new one is on the disk when this returns.
///
/// # Errors
/// Whatever the operating system says; the old file is there then.
pub fn write(path: &Path, bytes: &[u8], access: Access) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".partial");
    let partial = path.with_file_name(name);
    // What a crash left there, or somebody put there: it is neither followed nor are its rights kept.
    let _ = fs::remove_file(&partial);
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if access == Access::Owner {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = access;
    let result = options.open(&partial).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    let result = result.and_then(|()| fs::rename(&partial, path));
    if result.is_err() {
        let _ = fs::remove_file(&partial);
        return result;
    }
    sync_directory(directory_of(path))
}

/// The directory that a file is in; of a bare file name it is the current one.
pub fn directory_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Makes renames and removals in a directory durable.
///
/// # Errors
/// Whatever the operating system says.
pub fn sync_directory(directory: &Path) -> io::Result<()> {
    // Windows cannot open a directory this way; its renames are durable with the file.
    if cfg!(unix) {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}
