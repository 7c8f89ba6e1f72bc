//! A run in the ledger of all runs: its cost is reserved there before any work, claimed before each
//! release, and settled at the end.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use privet_accountant::{DpEvent, Ledger, NeighboringRelation};
use privet_ledger::{DataId, LedgerError, PopulationLedger, Request, RunId, Unit};
use privet_mechanisms::{NoiseOrigin, Sensitive};

use super::settings::LedgerSettings;
use super::shared::{SharedLedger, refused};
use super::{Reservation, RunLedger};
use crate::errors::usage;
use crate::output;
use crate::run_dir::RunDir;

/// Where a run keeps its name.
const RUN_FILE: &str = "run.id";

/// What a plan will release.
#[derive(Clone, Debug)]
pub(crate) struct PlannedRelease {
    /// What it costs.
    pub(crate) event: DpEvent,
    /// Which data sets are neighbours.
    pub(crate) relation: NeighboringRelation,
    /// Whom it protects.
    pub(crate) unit: Unit,
    /// Where its noise will come from.
    pub(crate) noise: NoiseOrigin,
    /// What it is.
    pub(crate) purpose: &'static str,
}

/// A plan that is to be charged.
#[derive(Debug)]
pub(crate) struct Charge {
    settings: LedgerSettings,
    planned: PlannedRelease,
    digest: Sensitive<[u8; 32]>,
}

impl Charge {
    /// Charges `planned`, which is made from data with this digest.
    pub(crate) fn new(
        settings: LedgerSettings,
        planned: PlannedRelease,
        digest: Sensitive<[u8; 32]>,
    ) -> Self {
        Self {
            settings,
            planned,
            digest,
        }
    }

    /// Refuses a new run that does not fit, before anything is made for it.
    pub(crate) fn check(&self) -> Result<()> {
        let open = || -> Result<(), LedgerError> {
            let LedgerSettings { path, notifier, .. } = &self.settings;
            let mut shared = SharedLedger::open(path, notifier)?;
            shared.look_for_dead();
            let account = self.account(&shared, RunId::generate()?, String::new());
            let request = account.request(&self.planned.event, self.planned.purpose)?;
            shared.attempt(Some(&request), |ledger| ledger.check(&request))
        };
        open().map_err(refused)
    }

    /// Reserves the cost of the run in `dir`, or finds it reserved. Whatever the run's own ledger
    /// holds may have been released, and is claimed.
    pub(crate) fn begin(&self, dir: &RunDir) -> Result<RunAccount> {
        let ledger = dir.ledger(self.planned.relation, self.planned.unit)?;
        let run = run_id(dir)?;
        let directory = std::path::absolute(dir.root()).unwrap_or_else(|_| dir.root().into());
        let LedgerSettings { path, notifier, .. } = &self.settings;
        let mut shared = SharedLedger::open(path, notifier).map_err(refused)?;
        let account = self.account(&shared, run, directory.display().to_string());
        account.reserve(&mut shared, &ledger, &self.planned)?;
        // After this run has been taken up, so that it is not among them.
        shared.look_for_dead();
        Ok(account)
    }

    /// Settles a run that was complete before, if it has an account.
    pub(crate) fn settle_finished(&self, dir: &RunDir) -> Result<()> {
        let Some(run) = stored_id(dir)? else {
            return Ok(());
        };
        let directory = std::path::absolute(dir.root()).unwrap_or_else(|_| dir.root().into());
        let LedgerSettings { path, notifier, .. } = &self.settings;
        let shared = SharedLedger::open(path, notifier).map_err(refused)?;
        let account = self.account(&shared, run, directory.display().to_string());
        drop(shared);
        account.settle(dir);
        Ok(())
    }

    fn account(&self, shared: &SharedLedger, run: RunId, directory: String) -> RunAccount {
        RunAccount {
            data: shared.database.data_id(&self.digest),
            settings: self.settings.clone(),
            relation: self.planned.relation,
            unit: self.planned.unit,
            noise: self.planned.noise,
            run,
            directory,
        }
    }
}

/// A run that is charged to a population.
#[derive(Clone, Debug)]
pub(crate) struct RunAccount {
    settings: LedgerSettings,
    relation: NeighboringRelation,
    unit: Unit,
    noise: NoiseOrigin,
    data: DataId,
    run: RunId,
    directory: String,
}

impl RunAccount {
    fn reserve(
        &self,
        shared: &mut SharedLedger,
        ledger: &RunLedger,
        planned: &PlannedRelease,
    ) -> Result<()> {
        for earlier in ledger.reservations() {
            self.claim_in(shared, earlier).map_err(refused)?;
        }
        if ledger.reservations().is_empty() {
            let request = self
                .request(&planned.event, planned.purpose)
                .map_err(refused)?;
            shared
                .attempt(Some(&request), |ledger| ledger.reserve(&request))
                .map_err(refused)?;
        }
        Ok(())
    }

    /// Makes sure that a release is paid for, just before it is reserved in the run's own ledger. The
    /// digest of its inputs under the noise's key names it: other noise is another release.
    pub(crate) fn claim(&self, reservation: &Reservation) -> Result<()> {
        let mut shared = self.open()?;
        self.claim_in(&mut shared, reservation)
            .context("nothing was released")
    }

    fn claim_in(
        &self,
        shared: &mut SharedLedger,
        reservation: &Reservation,
    ) -> Result<(), LedgerError> {
        let request = Request {
            noise: reservation.noise,
            ..self.request(&reservation.event, &reservation.purpose)?
        };
        let claim = |ledger: &mut PopulationLedger| ledger.claim(&request, &reservation.inputs);
        shared.attempt(Some(&request), claim).map(drop)
    }

    /// The run in `dir` is complete.
    pub(crate) fn settle(&self, dir: &RunDir) {
        if let Err(error) = self.end(dir, |ledger| ledger.settle(&self.run)) {
            output::note(&format!(
                "warning: the run is complete, and what it spent is recorded, but not that it is \
                 complete: {error:#}"
            ));
        }
    }

    /// The run in `dir` has failed: what it has not claimed is given back.
    pub(crate) fn cancel(&self, dir: &RunDir) {
        if let Err(error) = self.end(dir, |ledger| ledger.cancel(&self.run)) {
            output::note(&format!(
                "warning: what this run reserved and did not use stays spent: {error:#}"
            ));
        }
    }

    /// Ends the run. A database that was brought back from a backup does not know all that was claimed,
    /// so that everything in the run's own ledger is claimed first.
    fn end(
        &self,
        dir: &RunDir,
        end: impl FnOnce(&mut PopulationLedger) -> Result<(), LedgerError>,
    ) -> Result<()> {
        let mut shared = self.open()?;
        for released in dir.ledger(self.relation, self.unit)?.reservations() {
            self.claim_in(&mut shared, released)?;
        }
        Ok(shared.attempt(None, end)?)
    }

    /// Refuses to go on without a ledger where a run began with one: what it spent from now on would
    /// be missing there.
    pub(crate) fn refuse_without(dir: &RunDir) -> Result<()> {
        match stored_id(dir)? {
            None => Ok(()),
            Some(_) => Err(usage(format!(
                "{} is charged in a ledger of all runs: give [ledger], or PRIVET_LEDGER and \
                 PRIVET_POPULATION, as it was begun with",
                dir.root().display()
            ))),
        }
    }

    fn open(&self) -> Result<SharedLedger, LedgerError> {
        SharedLedger::open(&self.settings.path, &self.settings.notifier)
    }

    fn request(&self, event: &DpEvent, purpose: &str) -> Result<Request, LedgerError> {
        let mut events = Ledger::new(self.relation);
        let recorded = events.record(event.clone(), 1);
        recorded.map_err(privet_accountant::budget::BudgetError::from)?;
        Ok(Request {
            population: self.settings.population.clone(),
            run: self.run.clone(),
            events,
            unit: self.unit,
            noise: self.noise,
            purpose: purpose.into(),
            data: self.data.clone(),
            directory: self.directory.clone(),
        })
    }
}

/// The run's name, drawn where it has none: on the disk before anything is reserved under it.
fn run_id(dir: &RunDir) -> Result<RunId> {
    if let Some(run) = stored_id(dir)? {
        return Ok(run);
    }
    let run = RunId::generate()?;
    dir.write_private(RUN_FILE, run.as_str().as_bytes())?;
    Ok(run)
}

fn stored_id(dir: &RunDir) -> Result<Option<RunId>> {
    id_of_run(&dir.private(""))
}

/// The name of a run in the ledger of all runs, by its `private` folder; none where it is in none.
pub(crate) fn id_of_run(private: &Path) -> Result<Option<RunId>> {
    let path = private.join(RUN_FILE);
    match fs::read_to_string(&path) {
        Ok(text) => {
            let run = RunId::new(text.trim());
            let run = run.with_context(|| {
                format!(
                    "{} is damaged: start a new run with --out DIR, and count this one as spent",
                    path.display()
                )
            })?;
            Ok(Some(run))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("cannot read {}", path.display())),
    }
}
