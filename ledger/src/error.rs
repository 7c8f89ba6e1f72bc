//! What can go wrong, and what to do then.

use std::io;
use std::path::{Path, PathBuf};

use privet_accountant::NeighboringRelation;
use privet_accountant::budget::BudgetError;
use rusqlite::ErrorCode;
use thiserror::Error;

use crate::{Damage, OverBudget, PopulationId, Unit};

/// Why the ledger did not do what it was asked. It has changed nothing.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The cost does not fit into what is left.
    #[error(transparent)]
    OverBudget(Box<OverBudget>),
    /// No filter can bound the cost.
    #[error(
        "population {population} cannot be charged: {reason}; a cost that nothing bounds is not \
         recorded as if it were none: use a mechanism that its budget can bound"
    )]
    CannotBound {
        /// The population.
        population: PopulationId,
        /// Why not.
        reason: String,
    },
    /// The noise can be recomputed.
    #[error(
        "population {population} cannot be charged for noise from a fixed seed: whoever knows the seed \
         can subtract it, so it has no finite cost; leave danger_fixed_noise_seed out, or debug on \
         data that is public, without a ledger"
    )]
    PredictableNoise {
        /// The population.
        population: PopulationId,
    },
    /// The run protects something else than the population's budget.
    #[error(
        "population {population} has a budget for one {of_population}, and this run protects one \
         {of_run}: one says nothing of the other, so run under the population's relation and unit"
    )]
    OtherProtection {
        /// The population.
        population: PopulationId,
        /// What its budget is for, in words.
        of_population: String,
        /// What the run is for.
        of_run: String,
    },
    /// Nobody declared it.
    #[error(
        "population {population} is not declared in this ledger (declared: {known}): declare it with \
         `privet ledger budget set {population} --epsilon E --delta D`, or correct the name"
    )]
    UnknownPopulation {
        /// The name.
        population: PopulationId,
        /// The declared ones.
        known: String,
    },
    /// It is there already.
    #[error("population {population} is declared already, and only its epsilon can be set again")]
    AlreadyDeclared {
        /// The name.
        population: PopulationId,
    },
    /// Less than what was spent.
    #[error(
        "population {population} has spent more than epsilon = {epsilon} at delta = {delta:e} allows: \
         what is spent stays spent, so set a larger one ({reason})"
    )]
    BelowSpent {
        /// The population.
        population: PopulationId,
        /// The refused epsilon.
        epsilon: f64,
        /// The population's delta.
        delta: f64,
        /// The first cost that would not fit.
        reason: String,
    },
    /// A number out of range.
    #[error("{key} = {value}: {way_out}")]
    InvalidNumber {
        /// Which.
        key: &'static str,
        /// Its value.
        value: f64,
        /// What it must be.
        way_out: &'static str,
    },
    /// No name of a population.
    #[error(
        "population = {name:?}: a name has 1 to 100 letters a-z or A-Z, digits, `-`, `_` and `.`, for \
         example clinic-patients"
    )]
    InvalidName {
        /// The name.
        name: String,
    },
    /// No run.
    #[error("{text:?} is no run: it has 32 hexadecimal digits")]
    InvalidRun {
        /// The text.
        text: String,
    },
    /// There is no database.
    #[error(
        "there is no ledger at {path}: correct the path, or begin one with `privet ledger budget set \
         POPULATION --epsilon E --delta D`"
    )]
    NoLedger {
        /// Where.
        path: PathBuf,
    },
    /// The database was removed or emptied, and its key is left.
    #[error(
        "{path} is gone or empty, but its key {key} is there: bring the ledger back from a backup; \
         only if nothing was ever spent under it, remove the key and begin again"
    )]
    DatabaseGone {
        /// The database.
        path: PathBuf,
        /// The key.
        key: PathBuf,
    },
    /// The key was removed.
    #[error(
        "the key {key} of {path} is gone, so no entry can be checked: bring it back from a backup"
    )]
    KeyGone {
        /// The database.
        path: PathBuf,
        /// The key.
        key: PathBuf,
    },
    /// The key is no key.
    #[error("{path} is damaged: a key has 32 bytes, so bring it back from a backup")]
    KeyDamaged {
        /// The key.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("{path} is no ledger of this program: correct the path")]
    NotALedger {
        /// Where.
        path: PathBuf,
    },
    /// The file is of another version.
    #[error("{path} is a ledger of version {version}, which this program does not know: update it")]
    OtherVersion {
        /// Where.
        path: PathBuf,
        /// Its version.
        version: i32,
    },
    /// The entries are not as they were written.
    #[error(
        "{path} was changed by somebody else than this program, or is damaged: {damage}; nothing can \
         be charged until it is brought back from a backup"
    )]
    Damaged {
        /// Where.
        path: PathBuf,
        /// The first one.
        damage: Damage,
    },
    /// SQLite cannot read the file.
    #[error("{path} is damaged ({reason}): bring it back from a backup")]
    Unreadable {
        /// Where.
        path: PathBuf,
        /// In SQLite's words.
        reason: String,
    },
    /// A noted head is not there.
    #[error(
        "{path} does not hold the entries up to the noted head: some were removed or rewritten since; \
         bring it back from a backup"
    )]
    HeadGone {
        /// Where.
        path: PathBuf,
    },
    /// Other processes were at it all the time.
    #[error("{path} is in use by other processes for more than a minute: try again")]
    Busy {
        /// Where.
        path: PathBuf,
    },
    /// Nothing can be written.
    #[error(
        "cannot write {path}: {reason}; is the disk full or read-only? The folder must be writable \
         too. Nothing was charged"
    )]
    NotWritable {
        /// Where.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// A file beside the database.
    #[error("cannot {what} {path}: {reason}")]
    File {
        /// Where.
        path: PathBuf,
        /// What was tried.
        what: &'static str,
        /// Why.
        reason: String,
    },
    /// Any other word of SQLite.
    #[error("{path}: {reason}")]
    Database {
        /// Where.
        path: PathBuf,
        /// In its words.
        reason: String,
    },
    /// No randomness.
    #[error("the operating system gives no randomness: {0}")]
    NoEntropy(String),
    /// A cost or a budget that the accountant refuses.
    #[error(transparent)]
    Budget(#[from] BudgetError),
}

impl LedgerError {
    pub(crate) fn file(path: &Path, what: &'static str, error: &io::Error) -> Self {
        Self::File {
            path: path.to_path_buf(),
            what,
            reason: error.to_string(),
        }
    }

    pub(crate) fn database(path: &Path, error: rusqlite::Error) -> Self {
        let (path, reason) = (path.to_path_buf(), error.to_string());
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { path },
            Some(
                ErrorCode::DiskFull
                | ErrorCode::ReadOnly
                | ErrorCode::PermissionDenied
                | ErrorCode::CannotOpen
                | ErrorCode::SystemIoFailure,
            ) => Self::NotWritable { path, reason },
            Some(ErrorCode::NotADatabase) => Self::NotALedger { path },
            Some(ErrorCode::DatabaseCorrupt) => Self::Unreadable { path, reason },
            _ => Self::Database { path, reason },
        }
    }

    pub(crate) fn protection(relation: NeighboringRelation, unit: Unit) -> String {
        format!("{} ({relation})", unit.name())
    }

    /// Whether the entries are not what this program wrote.
    #[must_use]
    pub const fn is_damage(&self) -> bool {
        matches!(
            self,
            Self::Damaged { .. }
                | Self::HeadGone { .. }
                | Self::DatabaseGone { .. }
                | Self::KeyGone { .. }
                | Self::KeyDamaged { .. }
                | Self::Unreadable { .. }
        )
    }
}
