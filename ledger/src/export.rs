//! What may be shown to others: nothing that was computed from private data, under a key or not.
//!
//! Left out are digests of content and whether two runs had the same one, names of releases, the ledger's own digests, directories, machines, and times of the day.

use privet_accountant::{Ledger, NeighboringRelation};
use serde::Serialize;

use crate::{DataId, PopulationId, Reservation, ReservationState, RunId, State, Unit};

/// Populations and reservations for others to see.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Export {
    /// Every population.
    pub populations: Vec<ExportedPopulation>,
    /// Every reservation, oldest first.
    pub reservations: Vec<ExportedReservation>,
}

/// A population.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExportedPopulation {
    /// Its name.
    pub population: PopulationId,
    /// When data sets are neighbours.
    pub neighboring: NeighboringRelation,
    /// Whom the budget protects.
    pub unit: Unit,
    /// The budget's delta.
    pub delta: f64,
    /// The budget's epsilon; null if unlimited.
    pub epsilon: Option<f64>,
    /// The largest epsilon ever set; null if it was ever unlimited.
    pub largest_epsilon: Option<f64>,
}

/// A reservation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExportedReservation {
    /// The number of its entry.
    pub entry: u64,
    /// Whose budget it is taken from.
    pub population: PopulationId,
    /// The run.
    pub run: RunId,
    /// The day it was made (UTC).
    pub date: String,
    /// What was to be released.
    pub purpose: String,
    /// What has become of it.
    pub state: ReservationState,
    /// What it costs.
    pub events: Ledger,
}

/// Numbers for contents, in the order of their first use. Which runs had the same content is for the
/// owner alone: it tells whether a record came or went between them.
#[derive(Debug, Default)]
pub struct DataNumbers(Vec<DataId>);

impl DataNumbers {
    /// The number of a content, from 1.
    pub fn number(&mut self, data: &DataId) -> usize {
        let known = self.0.iter().position(|other| other == data);
        let position = known.unwrap_or_else(|| {
            self.0.push(data.clone());
            self.0.len() - 1
        });
        position + 1
    }
}

impl Export {
    /// Everything that may be shown.
    #[must_use]
    pub fn new(state: &State) -> Self {
        let populations = state.populations().map(|population| ExportedPopulation {
            population: population.id.clone(),
            neighboring: population.relation,
            unit: population.unit,
            delta: population.delta,
            epsilon: population.epsilon,
            largest_epsilon: population.largest_epsilon,
        });
        Self {
            populations: populations.collect(),
            reservations: state.reservations().map(exported).collect(),
        }
    }
}

fn exported(reservation: &Reservation) -> ExportedReservation {
    ExportedReservation {
        entry: reservation.id,
        population: reservation.population.clone(),
        run: reservation.run.clone(),
        date: date(reservation.time),
        purpose: reservation.purpose.clone(),
        state: reservation.state,
        events: reservation.events.clone(),
    }
}

/// The day of a time in seconds since 1970, as `2026-01-31` (UTC).
#[must_use]
pub fn date(time: u64) -> String {
    // Years begin in March, so that the day that is there every fourth year comes last; eras of 400
    // years are all alike.
    let days = time / 86_400 + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day_of_year = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, carry) = match month < 10 {
        true => (month + 3, 0),
        false => (month - 9, 1),
    };
    format!(
        "{:04}-{month:02}-{day_of_month:02}",
        era * 400 + year + carry
    )
}

#[cfg(test)]
mod tests {
    use super::date;

    #[test]
    fn days_are_those_of_the_calendar() {
        for (time, day) in [
            (0, "1970-01-01"),
            (951_782_399, "2000-02-28"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_735_689_599, "2024-12-31"),
            (1_735_689_600, "2025-01-01"),
            (4_107_542_400, "2100-03-01"),
            (4_107_542_399, "2100-02-28"),
        ] {
            assert_eq!(date(time), day);
        }
    }
}
