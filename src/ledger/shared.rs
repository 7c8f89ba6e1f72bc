//! The ledger of all runs, and those who want to hear of it.

use std::path::Path;

use privet_ledger::{
    LedgerError, Notice, NoticeKind, Notifier, PopulationLedger, Request, Reservation,
};

use crate::errors::usage;
use crate::output;

/// An open ledger with its hooks.
#[derive(Debug)]
pub(crate) struct SharedLedger {
    pub(crate) database: PopulationLedger,
    notifier: Notifier,
}

impl SharedLedger {
    /// Opens it; somebody is told where it is damaged.
    pub(crate) fn open(path: &Path, notifier: &Notifier) -> Result<Self, LedgerError> {
        let database = PopulationLedger::open(path);
        Ok(Self {
            database: heard(path, notifier, None, database)?,
            notifier: notifier.clone(),
        })
    }

    /// The same, to read alone where that is all that is allowed.
    pub(crate) fn open_to_look(path: &Path, notifier: &Notifier) -> Result<Self, LedgerError> {
        let database = match PopulationLedger::open(path) {
            Err(LedgerError::NotWritable { .. }) => PopulationLedger::open_to_read(path),
            opened => opened,
        };
        Ok(Self {
            database: heard(path, notifier, None, database)?,
            notifier: notifier.clone(),
        })
    }

    /// Does something; somebody is told where a budget is exhausted or an entry not in order.
    pub(crate) fn attempt<T>(
        &mut self,
        request: Option<&Request>,
        what: impl FnOnce(&mut PopulationLedger) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        let result = what(&mut self.database);
        heard(self.database.path(), &self.notifier, request, result)
    }

    /// Looks for runs that have died after spending; somebody is told of each once.
    pub(crate) fn look_for_dead(&mut self) {
        // A ledger that cannot be written shows what it shows.
        for dead in self.database.find_dead().unwrap_or_default() {
            let message = died(&dead);
            output::note(&format!("warning: {message}"));
            let notice = Notice {
                population: Some(dead.population.to_string()),
                run: Some(dead.run.to_string()),
                directory: Some(dead.directory.clone()),
                ..Notice::new(NoticeKind::RunDied, self.database.path(), message)
            };
            tell(&self.notifier, &notice);
        }
    }
}

/// What became of a run, and the way on.
fn died(dead: &Reservation) -> String {
    format!(
        "the run in {} has ended before it was complete, and what it reserved of population {} \
         stays spent: continue it with --resume",
        dead.directory, dead.population
    )
}

/// Tells of an error that somebody wants to hear of.
fn heard<T>(
    path: &Path,
    notifier: &Notifier,
    request: Option<&Request>,
    result: Result<T, LedgerError>,
) -> Result<T, LedgerError> {
    if let Err(error) = &result {
        let kind = match error {
            LedgerError::OverBudget(_) => Some(NoticeKind::BudgetExhausted),
            error if error.is_damage() => Some(NoticeKind::VerificationFailed),
            _ => None,
        };
        if let Some(kind) = kind {
            let of_request = |what: fn(&Request) -> String| request.map(what);
            let notice = Notice {
                population: of_request(|request| request.population.to_string()),
                run: of_request(|request| request.run.to_string()),
                directory: of_request(|request| request.directory.clone()),
                ..Notice::new(kind, path, error.to_string())
            };
            tell(notifier, &notice);
        }
    }
    result
}

fn tell(notifier: &Notifier, notice: &Notice) {
    for failure in notifier.send(notice) {
        output::note(&format!("warning: {failure}"));
    }
}

/// An error before any work: what the user can mend in a command, a config or a budget is one of
/// usage.
pub(crate) fn refused(error: LedgerError) -> anyhow::Error {
    match error {
        error if error.is_damage() => error.into(),
        LedgerError::Busy { .. }
        | LedgerError::NotWritable { .. }
        | LedgerError::File { .. }
        | LedgerError::Database { .. }
        | LedgerError::NoEntropy(_) => error.into(),
        error => usage(error.to_string()),
    }
}
