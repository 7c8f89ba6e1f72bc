//! What an interrupted run goes on from, under a seal: a checkpoint of noisy SGD, or the rounds of
//! questions of PATE.
//!
//! Noise repeats from the run's key, so what follows must start from the very state that it started
//! from before: the same noise on another value would give the difference of the two away. Hence the
//! file carries a seal of the reservation that it was made under, and another one is refused. The
//! seal's key comes from the run's noise key: what names the reservation is in the ledger, which
//! others may read. A new reservation removes the old file.

use std::fs;

use anyhow::{Context, Result, bail};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::{Reserved, RunDir};

const FILE: &str = "checkpoint";

/// Bytes of the seal, which stands before the content.
const SEAL: usize = 32;

/// The state of one reservation: the latest one.
pub(crate) struct SealedFile {
    seal_key: [u8; 32],
}

impl SealedFile {
    /// The file of this reservation.
    pub(crate) fn of(reserved: &Reserved) -> Self {
        Self {
            seal_key: reserved.seal_key,
        }
    }

    /// What was kept latest, as `read` reads it; `None` where nothing was. `way_out` tells what to do about
    /// a damaged file.
    ///
    /// # Errors
    /// A file that is damaged, or of another run.
    pub(crate) fn load<T, E>(
        &self,
        dir: &RunDir,
        way_out: &str,
        read: impl FnOnce(&[u8]) -> Result<T, E>,
    ) -> Result<Option<T>>
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        let path = dir.private(FILE);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", path.display()));
            }
        };
        let way_out = || {
            format!(
                "{} is damaged, or of another run: {way_out}",
                path.display()
            )
        };
        let Some((seal, content)) = bytes.split_at_checked(SEAL) else {
            bail!(way_out());
        };
        if self.mac(content)?.verify_slice(seal).is_err() {
            bail!(way_out());
        }
        read(content).map(Some).with_context(way_out)
    }

    /// Keeps `content` in place of what was there; durable when this returns.
    pub(crate) fn save(&self, dir: &RunDir, content: &[u8]) -> Result<()> {
        let mut bytes = self.mac(content)?.finalize().into_bytes().to_vec();
        bytes.extend(content);
        dir.write_private(FILE, &bytes)
    }

    fn mac(&self, content: &[u8]) -> Result<Hmac<Sha256>> {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.seal_key)
            .context("making a keyed digest")?;
        mac.update(b"privet checkpoint v1");
        mac.update(content);
        Ok(mac)
    }
}

impl RunDir {
    /// Removes the file, if there is one.
    pub(super) fn remove_sealed(&self) -> Result<()> {
        self.remove_private(FILE)
    }
}
