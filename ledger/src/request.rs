//! What a run asks for.

use privet_accountant::Ledger;
use privet_mechanisms::NoiseOrigin;

use crate::{DataId, PopulationId, Reservation, RunId, Unit};

/// A cost that is to be spent.
#[derive(Clone, Debug)]
pub struct Request {
    /// Whose budget it is taken from.
    pub population: PopulationId,
    /// The run.
    pub run: RunId,
    /// The cost, with the relation that it is charged under.
    pub events: Ledger,
    /// What one neighbour has more or otherwise than the other.
    pub unit: Unit,
    /// Where the noise comes from.
    pub noise: NoiseOrigin,
    /// What is to be released.
    pub purpose: String,
    /// Which content it is made from.
    pub data: DataId,
    /// Where the run keeps its files.
    pub directory: String,
}

/// What a request came to.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Reserved {
    /// The reservation.
    pub reservation: Reservation,
    /// Whether it was made now, and not by the same run before.
    pub charged: bool,
}
