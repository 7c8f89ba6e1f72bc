//! What has been spent: by one run, in its directory, before each of its releases; and by all runs on
//! the same population, in a database that the owner of the data keeps.

mod account;
mod run_ledger;
mod settings;
mod shared;

pub(crate) use account::{Charge, PlannedRelease, RunAccount, id_of_run};
pub(crate) use run_ledger::{Reservation, RunLedger};
pub(crate) use settings::{Hooks, LedgerSettings, LedgerTable};
pub(crate) use shared::{SharedLedger, refused};
