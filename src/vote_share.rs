//! Votes, and features of records, that several runs take from one place: they are made once for all.
//!
//! The folder is as private as the votes. A place in it is named by a keyed digest of the records,
//! the partition, the teachers, their seed, the public pool, the program and the processor; the key
//! is in the folder, so that names alone tell nothing of the records. Votes are no release: every
//! run that answers from them draws its own noise and is charged for it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use hmac::{Hmac, KeyInit, Mac};
use privet_mechanisms::{NoiseKey, Sensitive};
use sha2::Sha256;

use crate::digest::hex;
use crate::errors::usage;
use crate::progress::Progress;
use crate::run_dir::atomic;

const KEY: &str = "share.key";

/// The folder of all shared votes.
#[derive(Debug)]
pub(crate) struct VoteShare {
    folder: PathBuf,
    key: NoiseKey,
}

/// The place of one ensemble, or of one set of features, held by this process alone.
#[derive(Debug)]
pub(crate) struct Place {
    /// Where they are, or will be.
    pub(crate) folder: PathBuf,
    _lock: File,
}

impl VoteShare {
    /// Opens the folder, or makes it.
    ///
    /// # Errors
    /// A folder that cannot be written, or a damaged key.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let refused = |error: std::io::Error| {
            usage(format!(
                "cannot make the folder of shared votes {}: {error}; choose a writable one with \
                 --share-votes DIR",
                folder.display()
            ))
        };
        let mut making = fs::DirBuilder::new();
        making.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut making, 0o700);
        making.create(folder).map_err(refused)?;
        if !is_private(folder) {
            return Err(usage(format!(
                "--share-votes {}: others can read this folder, and votes are private: give a new folder, \
                 or make it yours alone (chmod 700)",
                folder.display()
            )));
        }
        // Two processes that begin together must agree on the key.
        let _lock = lock(&folder.join("lock"), || {})?;
        let path = folder.join(KEY);
        let key = match fs::read(&path) {
            Ok(bytes) => NoiseKey::from_bytes(&bytes)
                .with_context(|| format!("{} is damaged: remove the folder", path.display()))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let key = NoiseKey::generate()?;
                atomic::write(&path, key.expose_bytes(), atomic::Access::Owner)?;
                key
            }
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", path.display()));
            }
        };
        Ok(Self {
            folder: folder.to_path_buf(),
            key,
        })
    }

    /// The place of what has this digest; waits, and says so, while another run makes the same.
    pub(crate) fn place(
        &self,
        inputs: &Sensitive<[u8; 32]>,
        progress: Progress,
        waiting: &str,
    ) -> Result<Place> {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(self.key.expose_bytes())
            .context("making a keyed digest")?;
        mac.update(b"privet shared votes v1");
        mac.update(inputs.expose_sensitive());
        let folder = self.folder.join(hex(&mac.finalize().into_bytes()));
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let lock = lock(&folder.join("lock"), || progress.say(waiting))?;
        Ok(Place {
            folder,
            _lock: lock,
        })
    }
}

/// Whether nobody but the owner can read a folder, as far as the system tells.
fn is_private(folder: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(folder).is_ok_and(|found| found.permissions().mode() & 0o077 == 0)
    }
    #[cfg(not(unix))]
    folder.exists()
}

/// Waits until no other process has the file; says so first.
pub(crate) fn lock(path: &Path, waiting: impl FnOnce()) -> Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let failed = || format!("cannot lock {}", path.display());
    let file = options.open(path).with_context(failed)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            waiting();
            file.lock().with_context(failed)?;
        }
        Err(TryLockError::Error(error)) => return Err(error).with_context(failed),
    }
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_named_under_a_key_of_the_folder() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let name = |folder: &Path, byte| {
            let share = VoteShare::open(&folder.join("share")).unwrap();
            let place = share.place(&Sensitive::new([byte; 32]), Progress::Quiet, "");
            let folder = place.unwrap().folder;
            folder.file_name().unwrap().to_owned()
        };
        assert_eq!(name(one.path(), 1), name(one.path(), 1));
        assert_ne!(name(one.path(), 1), name(one.path(), 2));
        assert_ne!(name(one.path(), 1), name(other.path(), 1));
    }

    #[test]
    fn a_damaged_key_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let share = folder.path().join("share");
        VoteShare::open(&share).unwrap();
        fs::write(share.join(KEY), b"short").unwrap();
        let error = VoteShare::open(&share).unwrap_err();
        assert!(format!("{error:#}").contains("share.key"), "{error:#}");
    }
}
