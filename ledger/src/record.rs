//! What an entry of the ledger says.

use privet_accountant::budget::RuleShare;
use privet_accountant::{Ledger, NeighboringRelation};
use serde::{Deserialize, Serialize};

use crate::{DataId, PopulationId, Process, RunId, Unit};

/// One entry: the text in the database is this in JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Record {
    /// When, in seconds since 1970, by the clock of the machine that wrote it.
    pub(crate) time: u64,
    /// What was done.
    pub(crate) action: Action,
}

/// What can be done. Everything else follows from these, in their order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Action {
    /// A population begins. All but epsilon is fixed with this.
    Declared {
        population: PopulationId,
        neighboring: NeighboringRelation,
        unit: Unit,
        delta: f64,
        /// Unlimited if absent.
        epsilon: Option<f64>,
        rules: Vec<RuleShare>,
    },
    /// Its budget is another.
    BudgetSet {
        population: PopulationId,
        epsilon: Option<f64>,
    },
    /// A cost is spent.
    Reserved(Box<NewReservation>),
    /// A release is made, of what was reserved by that entry.
    Claimed { reservation: u64, release: String },
    /// Another process goes on with the run.
    Resumed { reservation: u64, process: Process },
    /// The process was found dead before its run was complete.
    Died { reservation: u64 },
    /// The run is complete.
    Settled { reservation: u64 },
    /// Nothing was claimed, so nothing was released: the cost is given back.
    Cancelled { reservation: u64 },
}

/// A cost, and whose it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewReservation {
    pub(crate) population: PopulationId,
    pub(crate) run: RunId,
    pub(crate) events: Ledger,
    pub(crate) purpose: String,
    pub(crate) data: DataId,
    pub(crate) directory: String,
    pub(crate) process: Process,
}
