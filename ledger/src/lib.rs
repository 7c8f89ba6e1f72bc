//! What all runs together have spent on the people behind some data, in one database.
//!
//! A [`PopulationLedger`] is an SQLite file in which every run reserves its cost before it starts.
//! A budget belongs to a [population](PopulationId) that the owner of the data declares and that
//! every version and every subset of the data inherits: a budget for a file's content would start
//! afresh with one record more. It is a privacy filter at a fixed (epsilon, delta), because later
//! runs are chosen by those who have seen earlier ones; an accountant of what happened to be run is
//! no guarantee then, and stands beside it under the name `if fixed in advance`.
//!
//! # Life of a charge
//! 1. [`reserve`](PopulationLedger::reserve), before any work: the cost is spent from now on, also
//!    if the process dies.
//! 2. [`claim`](PopulationLedger::claim), before each release, with a name that no other release
//!    has: a release that no reservation is left for is charged, or refused.
//! 3. [`settle`](PopulationLedger::settle) at the end, or [`cancel`](PopulationLedger::cancel) where
//!    nothing was claimed, so that nothing can have been released.
//!
//! # What an entry says
//! Entries are only ever added, each with a keyed digest of itself and of all before it, so that
//! [`verify`](PopulationLedger::verify) finds what was changed, removed or moved. The key lies beside
//! the database. Content of data is known by a digest under that key, and only in the database:
//! what is [exported](export) holds numbers in their place.

mod admission;
mod chain;
mod claim;
mod data_id;
mod database;
mod error;
pub mod export;
mod key;
mod names;
mod notice;
mod population;
mod process;
mod record;
mod refusal;
mod request;
mod reservation;
mod rules;
mod schema;
mod settle;
mod standing;
mod state;
mod store;
mod unit;
mod verify;

pub use chain::{Damage, Head};
pub use claim::Claimed;
pub use data_id::DataId;
pub use database::PopulationLedger;
pub use error::LedgerError;
pub use names::{PopulationId, RunId};
pub use notice::{Notice, NoticeKind, Notifier, NotifyError};
pub use population::{Declaration, Population};
pub use process::Process;
pub use refusal::OverBudget;
pub use request::{Request, Reserved};
pub use reservation::{Reservation, ReservationState};
pub use rules::Admits;
pub use standing::Standing;
pub use state::State;
pub use unit::Unit;
pub use verify::Verified;
