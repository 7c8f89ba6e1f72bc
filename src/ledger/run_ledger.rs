//! The write-ahead ledger of a run: what has been reserved, on the disk before anything is released.
//!
//! A crash can leave a reservation whose release never happened (counted all the same), never a
//! release without its reservation. The ledger holds events and relations, which come from public
//! constants, a keyed digest of what each reservation was for, and whether its noise is private.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use privet_accountant::{DpEvent, Ledger, NeighboringRelation};
use privet_ledger::Unit;
use privet_mechanisms::NoiseOrigin;
use serde::{Deserialize, Serialize};

use super::RunAccount;
use crate::run_dir::atomic::{self, Access};

/// Version of the file.
const FORMAT: &str = "privet-ledger-2";

/// One reservation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Reservation {
    /// What was to be released.
    pub(crate) purpose: String,
    /// What it costs.
    pub(crate) event: DpEvent,
    /// Keyed digest of the mechanism's inputs. A resumed run with the same digest repeats the same
    /// release with the same noise and is not charged again.
    pub(crate) inputs: String,
    /// Where its noise came from: with noise that somebody can predict, the event is worth nothing.
    pub(crate) noise: NoiseOrigin,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LedgerFile {
    format: String,
    neighboring: NeighboringRelation,
    unit: Unit,
    reservations: Vec<Reservation>,
}

/// What every version of the file has.
#[derive(Deserialize)]
struct Version {
    format: String,
}

impl LedgerFile {
    fn from_json(bytes: &[u8]) -> Result<Self> {
        let Version { format } = serde_json::from_slice(bytes)?;
        ensure!(
            format == FORMAT,
            "format = {format:?} is not {FORMAT:?}, the ledger of this version of the program"
        );
        Ok(serde_json::from_slice(bytes)?)
    }

    fn write(&self, path: &Path) -> Result<()> {
        atomic::write(path, &serde_json::to_vec_pretty(self)?, Access::Shared)
    }

    fn to_ledger(&self) -> Result<Ledger> {
        let mut ledger = Ledger::new(self.neighboring);
        for reservation in &self.reservations {
            ledger.record(reservation.event.clone(), 1)?;
        }
        Ok(ledger)
    }
}

/// The ledger file of one run directory.
#[derive(Debug)]
pub(crate) struct RunLedger {
    path: PathBuf,
    content: LedgerFile,
    account: Option<RunAccount>,
}

impl RunLedger {
    /// Opens the ledger, or starts an empty one, which is on the disk before anything else of the
    /// release: a key without a ledger then means that the ledger was lost.
    pub(crate) fn open(path: &Path, neighboring: NeighboringRelation, unit: Unit) -> Result<Self> {
        let content = match fs::read(path) {
            Ok(bytes) => LedgerFile::from_json(&bytes).with_context(|| {
                format!(
                    "{} is damaged, or of another version, so what this run has spent is not known: \
                     start a new run, and count this one as spent",
                    path.display()
                )
            })?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let content = LedgerFile {
                    format: FORMAT.into(),
                    neighboring,
                    unit,
                    reservations: Vec::new(),
                };
                content.write(path)?;
                content
            }
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", path.display()));
            }
        };
        if content.neighboring != neighboring || content.unit != unit {
            bail!(
                "{} has the relation {} for one {}, this run {neighboring} for one {}: start a new run",
                path.display(),
                content.neighboring,
                content.unit.name(),
                unit.name()
            );
        }
        Ok(Self {
            path: path.to_path_buf(),
            content,
            account: None,
        })
    }

    /// The same for a run that is also charged in the ledger of all runs: each reservation is paid
    /// for there first.
    pub(crate) fn charged_to(self, account: Option<RunAccount>) -> Self {
        Self { account, ..self }
    }

    /// The reservations so far, oldest first.
    pub(crate) fn reservations(&self) -> &[Reservation] {
        &self.content.reservations
    }

    /// Adds a reservation; on the disk when this returns. Only then may its release begin.
    pub(crate) fn reserve(&mut self, reservation: Reservation) -> Result<()> {
        if let Some(account) = &self.account {
            account.claim(&reservation)?;
        }
        self.content.reservations.push(reservation);
        let written = self.content.write(&self.path);
        if written.is_err() {
            self.content.reservations.pop();
        }
        written.context("nothing was released, since its cost could not be recorded")
    }

    /// Everything reserved, for an accountant. Whether the noise was private is not its matter.
    pub(crate) fn to_ledger(&self) -> Result<Ledger> {
        self.content.to_ledger()
    }

    /// What a ledger in a file's text guarantees, and to whom; the file stays as it is.
    ///
    /// # Errors
    /// What is no ledger, and one with a reservation whose noise is not private: its events say
    /// nothing.
    pub(crate) fn parse(text: &str) -> Result<(Ledger, Unit)> {
        let content = LedgerFile::from_json(text.as_bytes())?;
        let private = |reservation: &Reservation| reservation.noise == NoiseOrigin::OsEntropy;
        ensure!(
            content.reservations.iter().all(private),
            "NOT PRIVATE: the noise of this run came from a fixed seed ([privacy] \
             danger_fixed_noise_seed), so nothing is guaranteed and there is no epsilon; run it \
             without that key"
        );
        Ok((content.to_ledger()?, content.unit))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reservation(noise_multiplier: f64) -> Reservation {
        Reservation {
            purpose: "test".into(),
            event: DpEvent::gaussian(noise_multiplier).unwrap(),
            inputs: "00".into(),
            noise: NoiseOrigin::OsEntropy,
        }
    }

    const RELATION: NeighboringRelation = NeighboringRelation::AddOrRemoveOne;

    #[test]
    fn reservations_survive_reopening() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ledger.json");
        let mut ledger = RunLedger::open(&path, RELATION, Unit::Record).unwrap();
        ledger.reserve(reservation(1.0)).unwrap();
        ledger.reserve(reservation(2.0)).unwrap();
        let again = RunLedger::open(&path, RELATION, Unit::Record).unwrap();
        assert_eq!(again.reservations(), [reservation(1.0), reservation(2.0)]);
        assert_eq!(again.to_ledger().unwrap().entries().len(), 2);
        assert!(RunLedger::open(&path, NeighboringRelation::ReplaceOne, Unit::Record).is_err());
        assert!(RunLedger::open(&path, RELATION, Unit::User).is_err());
    }

    #[test]
    fn noise_of_a_fixed_seed_guarantees_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ledger.json");
        let mut ledger = RunLedger::open(&path, RELATION, Unit::User).unwrap();
        ledger.reserve(reservation(1.0)).unwrap();
        let parse = || RunLedger::parse(&fs::read_to_string(&path).unwrap());
        assert_eq!(parse().unwrap().1, Unit::User);
        let danger = Reservation {
            noise: NoiseOrigin::DangerFixedSeed,
            ..reservation(1.0)
        };
        ledger.reserve(danger).unwrap();
        let error = parse().unwrap_err();
        assert!(error.to_string().contains("NOT PRIVATE"), "{error}");
    }

    #[test]
    fn a_damaged_ledger_is_an_error_not_an_empty_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ledger.json");
        fs::write(&path, "{\"format\":").unwrap();
        let error = RunLedger::open(&path, RELATION, Unit::Record).unwrap_err();
        assert!(error.to_string().contains("damaged"), "{error}");
    }

    #[test]
    fn a_reservation_that_cannot_be_written_is_not_made() {
        let dir = tempfile::tempdir().unwrap();
        let folder = dir.path().join("folder");
        fs::create_dir(&folder).unwrap();
        let path = folder.join("ledger.json");
        let mut ledger = RunLedger::open(&path, RELATION, Unit::Record).unwrap();
        fs::remove_dir_all(&folder).unwrap();
        assert!(ledger.reserve(reservation(1.0)).is_err());
        assert!(ledger.reservations().is_empty());
    }
}
