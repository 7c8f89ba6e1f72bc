//! The key of a run's privacy noise, and the rule by which a resumed run repeats a release.
//!
//! A run that is cut off and started again would, with fresh noise, answer the same question a
//! second time. Instead it repeats its noise from the key under `private/`, provided that all that
//! decides the release is the same: the mechanism's private inputs, the config, the event, and the
//! program and kind of processor that compute between them (floating-point sums differ between
//! builds and instruction sets). Otherwise it takes a new key and pays again, if the budget allows.
//! All noise is also bound to that digest, so that one key never gives two computations one noise.

use std::fs;

use anyhow::{Context, Result};
use hmac::{Hmac, KeyInit, Mac};
use privet_accountant::DpEvent;
use privet_mechanisms::{NoiseKey, NoiseSource, Sensitive};
use sha2::Sha256;

use super::RunDir;
use crate::digest::hex;
use crate::ledger::{Reservation, RunLedger};

const KEY_FILE: &str = "noise.key";

/// The key of a reservation that is being made.
const NEXT_KEY: &str = "noise.key.next";

/// Where a run's noise comes from.
#[derive(Debug)]
pub(crate) enum Replay {
    /// A key from the operating system, kept under `private/` until the run is complete.
    Key,
    /// Debugging: a seed from the config. Not private.
    DangerFixedSeed(u64),
}

/// What a reservation gives.
pub(crate) struct Reserved {
    /// The noise of the mechanism that was reserved.
    pub(crate) noise: NoiseSource,
    /// Whether it was made by an earlier attempt, whose releases are repeated.
    pub(crate) repeated: bool,
    /// A secret of this reservation alone, by which its checkpoints are told from others.
    pub(super) seal_key: [u8; 32],
}

impl Reserved {
    /// The noise key of a part of this reservation that is run in a directory of its own. It is the
    /// same each time, so that a resumed part repeats its noise and nothing else.
    pub(crate) fn key_of_part(&self, number: u64) -> Result<NoiseKey> {
        let number = number.to_le_bytes();
        let parts: [&[u8]; 2] = [b"privet noise key of a part v1", &number];
        Ok(NoiseKey::from_bytes(&keyed(&self.seal_key, parts.iter())?)?)
    }

    /// A name for what belongs to this reservation, which tells nothing of it.
    pub(crate) fn tag(&self) -> Result<String> {
        let parts: [&[u8]; 1] = [b"privet name of a reservation v1"];
        Ok(hex(&keyed(&self.seal_key, parts.iter())?[..8]))
    }
}

impl Replay {
    /// Reserves `event` for a mechanism that runs on `inputs`, and hands out the noise.
    ///
    /// The reservation is on the disk when this returns. It is not made a second time where the
    /// same mechanism was reserved on the same inputs under the key that is still there. `afford`
    /// decides whether a ledger that has an entry already may take another.
    pub(crate) fn reserve(
        &self,
        dir: &RunDir,
        ledger: &mut RunLedger,
        purpose: &str,
        event: &DpEvent,
        inputs: &Sensitive<[u8; 32]>,
        afford: impl FnOnce(&RunLedger, &DpEvent) -> Result<()>,
    ) -> Result<Reserved> {
        let config = dir.plan()?;
        match self {
            Self::DangerFixedSeed(seed) => {
                let parts = [purpose.as_bytes(), config.as_bytes()];
                let key = seed.to_le_bytes();
                let digest = digest(&key, &parts, event, inputs)?;
                let noise = NoiseSource::danger_fixed_seed(*seed).bound_to(&digest);
                let repeated = is_reserved(ledger, &digest);
                if !repeated {
                    dir.remove_sealed()?;
                    ledger.reserve(reservation(purpose, event, &digest, &noise))?;
                }
                let seal_key = seal_key(&key, &digest)?;
                Ok(Reserved {
                    noise,
                    repeated,
                    seal_key,
                })
            }
            Self::Key => {
                let parts = [purpose.as_bytes(), config.as_bytes(), dir.machine()];
                for name in [NEXT_KEY, KEY_FILE] {
                    let Some(key) = read_key(dir, name)? else {
                        continue;
                    };
                    let digest = digest(key.expose_bytes(), &parts, event, inputs)?;
                    if !is_reserved(ledger, &digest) {
                        continue;
                    }
                    if name == NEXT_KEY {
                        adopt(dir)?;
                    }
                    let noise = NoiseSource::from_key(&key).bound_to(&digest);
                    let seal_key = seal_key(key.expose_bytes(), &digest)?;
                    return Ok(Reserved {
                        noise,
                        repeated: true,
                        seal_key,
                    });
                }
                if !ledger.reservations().is_empty() {
                    afford(ledger, event)?;
                }
                // A key is never used for two reservations: whatever was drawn under the old one
                // may be out.
                // One that was made before a crash has given no noise yet: whatever a ledger of all runs
                // was charged under it is charged once.
                let key = match (dir.given_key(), read_key(dir, NEXT_KEY)?) {
                    (Some(key), _) | (None, Some(key)) => key,
                    (None, None) => NoiseKey::generate()?,
                };
                dir.write_private(NEXT_KEY, key.expose_bytes())?;
                let digest = digest(key.expose_bytes(), &parts, event, inputs)?;
                let noise = NoiseSource::from_key(&key).bound_to(&digest);
                // Where this is refused, what was paid for before can still be repeated.
                ledger.reserve(reservation(purpose, event, &digest, &noise))?;
                adopt(dir)?;
                let seal_key = seal_key(key.expose_bytes(), &digest)?;
                Ok(Reserved {
                    noise,
                    repeated: false,
                    seal_key,
                })
            }
        }
    }

    /// Deletes the key of a complete run, so that its noise cannot be subtracted again, and its
    /// checkpoint.
    pub(crate) fn forget(dir: &RunDir) -> Result<()> {
        dir.remove_private(KEY_FILE)?;
        dir.remove_private(NEXT_KEY)?;
        dir.remove_sealed()
    }
}

fn is_reserved(ledger: &RunLedger, digest: &[u8; 32]) -> bool {
    let digest = hex(digest);
    ledger.reservations().iter().any(|r| r.inputs == digest)
}

fn reservation(
    purpose: &str,
    event: &DpEvent,
    digest: &[u8; 32],
    noise: &NoiseSource,
) -> Reservation {
    Reservation {
        purpose: purpose.into(),
        event: event.clone(),
        inputs: hex(digest),
        noise: noise.origin(),
    }
}

/// Makes the key of a new reservation the key of the run. The checkpoint belongs to an earlier one,
/// whose steps will not be repeated.
fn adopt(dir: &RunDir) -> Result<()> {
    dir.remove_sealed()?;
    dir.rename_private(NEXT_KEY, KEY_FILE)
}

fn read_key(dir: &RunDir, name: &str) -> Result<Option<NoiseKey>> {
    let path = dir.private(name);
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
    parts: &[&[u8]],
    event: &DpEvent,
    inputs: &Sensitive<[u8; 32]>,
) -> Result<[u8; 32]> {
    let event = serde_json::to_vec(event)?;
    let ends: [&[u8]; 3] = [b"privet replay v1", &event, inputs.expose_sensitive()];
    keyed(key, ends.iter().chain(parts))
}

/// The same key's secret for the reservation that `digest` names.
fn seal_key(key: &[u8], digest: &[u8; 32]) -> Result<[u8; 32]> {
    let parts: [&[u8]; 2] = [b"privet checkpoint seal v1", digest];
    keyed(key, parts.iter())
}

/// HMAC-SHA-256 of parts that are framed by their lengths; the first one names the use.
fn keyed<'a>(key: &[u8], parts: impl Iterator<Item = &'a &'a [u8]>) -> Result<[u8; 32]> {
    let mut mac =
        <Hmac<Sha256> as KeyInit>::new_from_slice(key).context("making a keyed digest")?;
    for part in parts {
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part);
    }
    Ok(mac.finalize().into_bytes().into())
}
