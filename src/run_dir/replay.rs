//! The key of a run's privacy noise, and the rule by which a resumed run repeats a release.
//!
//! A run that is cut off and started again would, with fresh noise, answer the same question a
//! second time. Instead it repeats its noise from the key under `private/`, provided that the
//! mechanism's inputs are the same to the bit; otherwise it takes a new key and pays again. All
//! noise is also bound to the inputs, so that even one key could not give two inputs the same noise.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use hmac::{Hmac, KeyInit, Mac};
use privet_accountant::DpEvent;
use privet_mechanisms::{NoiseKey, NoiseSource, Sensitive};
use sha2::Sha256;

use super::RunDir;
use super::atomic;
use crate::digest::hex;
use crate::ledger::{Reservation, RunLedger};

const KEY_FILE: &str = "noise.key";

/// Where a run's noise comes from.
#[derive(Debug)]
pub(crate) enum Replay {
    /// A key from the operating system, kept under `private/` until the run is complete.
    Key,
    /// Debugging: a seed from the config. Not private.
    DangerFixedSeed(u64),
}

impl Replay {
    /// Reserves `event` for a mechanism that runs on `inputs`, and hands out the noise.
    ///
    /// The reservation is on the disk when this returns. It is not made a second time where the
    /// same mechanism was reserved on the same inputs under the key that is still there.
    pub(crate) fn reserve(
        &self,
        dir: &RunDir,
        ledger: &mut RunLedger,
        purpose: &str,
        event: &DpEvent,
        inputs: &Sensitive<[u8; 32]>,
    ) -> Result<NoiseSource> {
        match self {
            Self::DangerFixedSeed(seed) => {
                let digest = digest(&seed.to_le_bytes(), purpose, event, inputs)?;
                if !is_reserved(ledger, &digest) {
                    ledger.reserve(reservation(purpose, event, digest))?;
                }
                Ok(NoiseSource::danger_fixed_seed(*seed).bound_to(inputs.expose_sensitive()))
            }
            Self::Key => {
                if let Some(key) = read_key(dir)? {
                    let digest = digest(&key_bytes(&key), purpose, event, inputs)?;
                    if is_reserved(ledger, &digest) {
                        return Ok(NoiseSource::from_key(&key).bound_to(inputs.expose_sensitive()));
                    }
                }
                // A key is never used for two reservations: whatever was drawn under the old one
                // may be out.
                let key = NoiseKey::generate()?;
                dir.write_private(KEY_FILE, &key_bytes(&key))?;
                let digest = digest(&key_bytes(&key), purpose, event, inputs)?;
                ledger.reserve(reservation(purpose, event, digest))?;
                Ok(NoiseSource::from_key(&key).bound_to(inputs.expose_sensitive()))
            }
        }
    }

    /// Deletes the key of a complete run, so that its noise cannot be subtracted again.
    pub(crate) fn forget(dir: &RunDir) -> Result<()> {
        let path = dir.private(KEY_FILE);
        if path.exists() {
            fs::remove_file(&path)
                .and_then(|()| atomic::sync_directory(path.parent().unwrap_or(Path::new("."))))
                .with_context(|| format!("cannot remove {}", path.display()))?;
        }
        Ok(())
    }
}

fn is_reserved(ledger: &RunLedger, digest: &str) -> bool {
    ledger.reservations().iter().any(|r| r.inputs == digest)
}

fn reservation(purpose: &str, event: &DpEvent, inputs: String) -> Reservation {
    Reservation {
        purpose: purpose.into(),
        event: event.clone(),
        inputs,
    }
}

fn key_bytes(key: &NoiseKey) -> [u8; 32] {
    *key.expose_bytes()
}

fn read_key(dir: &RunDir) -> Result<Option<NoiseKey>> {
    let path = dir.private(KEY_FILE);
    match fs::read(&path) {
        // A file of another length is a damaged key; a new one is drawn and charged.
        Ok(bytes) => Ok(NoiseKey::from_bytes(&bytes).ok()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}

/// HMAC-SHA-256 of everything that decides the release, under the noise key: without the key it
/// says nothing about the private data.
fn digest(
    key: &[u8],
    purpose: &str,
    event: &DpEvent,
    inputs: &Sensitive<[u8; 32]>,
) -> Result<String> {
    let mut mac =
        <Hmac<Sha256> as KeyInit>::new_from_slice(key).context("making a keyed digest")?;
    let event = serde_json::to_vec(event)?;
    for part in [
        b"privet replay v1",
        env!("CARGO_PKG_VERSION").as_bytes(),
        purpose.as_bytes(),
        &event,
        inputs.expose_sensitive(),
    ] as [&[u8]; 5]
    {
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part);
    }
    Ok(hex(&mac.finalize().into_bytes()))
}
