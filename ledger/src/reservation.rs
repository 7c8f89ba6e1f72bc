//! A cost that was reserved, and what has become of it.

use serde::{Deserialize, Serialize};

use privet_accountant::Ledger;

use crate::record::NewReservation;
use crate::{DataId, PopulationId, Process, RunId};

/// What has become of a reservation. All but `cancelled` are spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReservationState {
    /// Its run has begun, and released nothing under it.
    Reserved,
    /// Its release has begun.
    Claimed,
    /// Its run is complete.
    Settled,
    /// Given back: nothing was released.
    Cancelled,
}

impl ReservationState {
    /// In a word, as in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Claimed => "claimed",
            Self::Settled => "settled",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A reservation as the entries up to now tell it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Reservation {
    /// The number of the entry that made it.
    pub id: u64,
    /// Whose budget it is taken from.
    pub population: PopulationId,
    /// The run.
    pub run: RunId,
    /// What it costs, with the relation that it is charged under.
    pub events: Ledger,
    /// What is to be released.
    pub purpose: String,
    /// Which content it is made from.
    pub data: DataId,
    /// Where the run keeps its files.
    pub directory: String,
    /// Who works on it, or has.
    pub process: Process,
    /// When it was made, in seconds since 1970.
    pub time: u64,
    /// What has become of it.
    pub state: ReservationState,
    /// Whether its process was found dead and no other has taken over.
    pub died: bool,
    /// The release that it was claimed for.
    pub(crate) release: Option<String>,
}

impl Reservation {
    pub(crate) fn new(id: u64, time: u64, new: NewReservation) -> Self {
        let NewReservation {
            population,
            run,
            events,
            purpose,
            data,
            directory,
            process,
        } = new;
        Self {
            id,
            population,
            run,
            events,
            purpose,
            data,
            directory,
            process,
            time,
            state: ReservationState::Reserved,
            died: false,
            release: None,
        }
    }

    /// Whether its cost counts.
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.state != ReservationState::Cancelled
    }

    /// Whether its run may still go on.
    #[must_use]
    pub fn is_open(&self) -> bool {
        matches!(
            self.state,
            ReservationState::Reserved | ReservationState::Claimed
        )
    }

    /// Whether it is of this run and population and was made for these events.
    pub(crate) fn is_for(&self, population: &PopulationId, run: &RunId, events: &Ledger) -> bool {
        self.population == *population && self.run == *run && self.events == *events
    }
}
