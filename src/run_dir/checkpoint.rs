//! The checkpoint of a noisy SGD run, under a seal.
//!
//! Noise repeats from the run's key, so the steps after a checkpoint must start from the very model
//! that they started from before: the same noise on other gradients would give their difference away.
//! Hence a checkpoint carries a seal of the reservation that it was made under, and another one is
//! refused. The seal's key comes from the run's noise key: what names the reservation is in the
//! ledger, which others may read. A new reservation removes the old checkpoint.

use std::fs;

use anyhow::{Context, Result, bail};
use hmac::{Hmac, KeyInit, Mac};
use privet_training::checkpoint::Checkpoint;
use sha2::Sha256;

use super::{Reserved, RunDir};

const FILE: &str = "checkpoint";

/// Bytes of the seal, which stands before the checkpoint.
const SEAL: usize = 32;

/// Where the checkpoints of one reservation are kept: the latest one.
pub(crate) struct CheckpointFile {
    seal_key: [u8; 32],
}

impl CheckpointFile {
    /// The checkpoints that are made under this reservation.
    pub(crate) fn of(reserved: &Reserved) -> Self {
        Self {
            seal_key: reserved.seal_key,
        }
    }

    /// The latest checkpoint; `None` where there is none.
    ///
    /// # Errors
    /// A checkpoint that is damaged, or of another run.
    pub(crate) fn load(&self, dir: &RunDir) -> Result<Option<Checkpoint>> {
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
                "{} is damaged, or of another run: remove it and resume again, which repeats every \
                 step from the beginning and costs nothing more",
                path.display()
            )
        };
        let Some((seal, content)) = bytes.split_at_checked(SEAL) else {
            bail!(way_out());
        };
        if self.mac(content)?.verify_slice(seal).is_err() {
            bail!(way_out());
        }
        Checkpoint::from_bytes(content)
            .map(Some)
            .with_context(way_out)
    }

    /// Keeps a checkpoint in place of the one before; durable when this returns.
    pub(crate) fn save(&self, dir: &RunDir, checkpoint: &Checkpoint) -> Result<()> {
        let content = checkpoint.to_bytes()?;
        let mut bytes = self.mac(&content)?.finalize().into_bytes().to_vec();
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
    /// Removes the checkpoint, if there is one.
    pub(super) fn remove_checkpoint(&self) -> Result<()> {
        self.remove_private(FILE)
    }
}
