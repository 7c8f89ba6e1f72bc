//! A ledger in a fresh folder.

use std::path::PathBuf;

use privet_accountant::{DpEvent, Ledger, NeighboringRelation};
use privet_ledger::{
    Admits, Declaration, PopulationId, PopulationLedger, Request, Reservation, RunId, Unit,
};
use privet_mechanisms::{NoiseOrigin, Sensitive};
use tempfile::TempDir;

pub(crate) const RELATION: NeighboringRelation = NeighboringRelation::AddOrRemoveOne;
pub(crate) const DELTA: f64 = 1e-5;

/// A folder with a ledger, removed at its end.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Where the ledger lies.
    pub(crate) fn ledger(&self) -> PathBuf {
        self.path("ledger.sqlite")
    }

    /// A ledger with the population `clinic`.
    pub(crate) fn clinic(epsilon: Option<f64>) -> (Self, PopulationLedger) {
        Self::declared(epsilon, Admits::Any)
    }

    pub(crate) fn declared(epsilon: Option<f64>, admits: Admits) -> (Self, PopulationLedger) {
        let folder = Self::new();
        let mut ledger = PopulationLedger::create(&folder.ledger()).unwrap();
        ledger.declare(&declaration(epsilon, admits)).unwrap();
        (folder, ledger)
    }
}

pub(crate) fn clinic() -> PopulationId {
    PopulationId::new("clinic").unwrap()
}

pub(crate) fn declaration(epsilon: Option<f64>, admits: Admits) -> Declaration {
    Declaration {
        population: clinic(),
        relation: RELATION,
        unit: Unit::Record,
        delta: DELTA,
        epsilon,
        admits,
    }
}

pub(crate) fn gaussian(noise_multiplier: f64) -> DpEvent {
    DpEvent::gaussian(noise_multiplier).unwrap()
}

pub(crate) fn events(event: DpEvent) -> Ledger {
    let mut events = Ledger::new(RELATION);
    events.record(event, 1).unwrap();
    events
}

/// A new run that costs `event`.
pub(crate) fn request(ledger: &PopulationLedger, event: DpEvent) -> Request {
    Request {
        population: clinic(),
        run: RunId::generate().unwrap(),
        events: events(event),
        unit: Unit::Record,
        noise: NoiseOrigin::OsEntropy,
        purpose: "labels".into(),
        data: ledger.data_id(&Sensitive::new([1; 32])),
        directory: "runs/labels".into(),
    }
}

/// All reservations, oldest first.
pub(crate) fn reservations(ledger: &PopulationLedger) -> Vec<Reservation> {
    ledger.state().unwrap().0.reservations().cloned().collect()
}

/// Reservations that are spent.
pub(crate) fn spent(ledger: &PopulationLedger) -> usize {
    reservations(ledger).iter().filter(|r| r.is_spent()).count()
}
