//! The secret of a ledger, in a file beside the database.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit, Mac};
use rand::TryRng;
use rand::rngs::SysRng;
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::LedgerError;

/// 32 secret bytes. Whoever knows them can write entries that verify, and can check a guess about
/// the content of the data.
pub(crate) struct Key(Zeroizing<[u8; Key::LENGTH]>);

impl Key {
    const LENGTH: usize = 32;

    /// Where the key of the database at `path` lies.
    pub(crate) fn path(database: &Path) -> PathBuf {
        let mut name = database.file_name().unwrap_or_default().to_os_string();
        name.push(".key");
        database.with_file_name(name)
    }

    /// The stored key; none if there is none.
    pub(crate) fn read(path: &Path) -> Result<Option<Self>, LedgerError> {
        let bytes = match fs::read(path) {
            Ok(bytes) => Zeroizing::new(bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(LedgerError::file(path, "read", &error)),
        };
        let damaged = || LedgerError::KeyDamaged {
            path: path.to_path_buf(),
        };
        let key: [u8; Self::LENGTH] = bytes.as_slice().try_into().map_err(|_| damaged())?;
        match key == [0; Self::LENGTH] {
            true => Err(damaged()),
            false => Ok(Some(Self(Zeroizing::new(key)))),
        }
    }

    /// A new key from the operating system, in a file for the owner alone, on the disk when this
    /// returns. Call it under the database's lock.
    pub(crate) fn create(path: &Path) -> Result<Self, LedgerError> {
        let mut bytes = Zeroizing::new([0; Self::LENGTH]);
        let drawn = SysRng.try_fill_bytes(bytes.as_mut());
        drawn.map_err(|error| LedgerError::NoEntropy(error.to_string()))?;
        let written = owned_file(path, true).and_then(|mut file| {
            file.write_all(bytes.as_ref())?;
            file.sync_all()?;
            sync_directory_of(path)
        });
        match written {
            Ok(()) => Ok(Self(bytes)),
            Err(error) => {
                let _ = fs::remove_file(path);
                Err(LedgerError::file(path, "write", &error))
            }
        }
    }

    /// HMAC-SHA-256 of parts that are framed by their lengths; the first one names the use.
    pub(crate) fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        // HMAC takes keys of any length, so the other branch is not reached; it must not panic.
        let Ok(mut mac) = <Hmac<Sha256> as KeyInit>::new_from_slice(self.0.as_ref()) else {
            return [0; 32];
        };
        for part in parts {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(..)")
    }
}

/// A file for the owner alone (mode 0600), which must not be there yet where it is `new`.
pub(crate) fn owned_file(path: &Path, new: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).create_new(new);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes the name of a new file durable.
pub(crate) fn sync_directory_of(path: &Path) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    // Windows cannot open a directory this way.
    if cfg!(unix) {
        File::open(directory)?.sync_all()?;
    }
    Ok(())
}
