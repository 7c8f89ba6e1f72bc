//! What all entries together say.

use std::collections::BTreeMap;

use privet_accountant::DpEvent;
use privet_accountant::budget::{Budget, PrivacyFilter};

use crate::record::{Action, NewReservation, Record};
use crate::{LedgerError, Population, PopulationId, Reservation, ReservationState, RunId};

/// Populations and reservations, as the entries up to now tell them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    populations: BTreeMap<PopulationId, Population>,
    reservations: BTreeMap<u64, Reservation>,
}

impl State {
    /// Every population, by name.
    pub fn populations(&self) -> impl Iterator<Item = &Population> {
        self.populations.values()
    }

    /// A declared population.
    ///
    /// # Errors
    /// [`LedgerError::UnknownPopulation`].
    pub fn population(&self, id: &PopulationId) -> Result<&Population, LedgerError> {
        let names = || self.populations.keys().map(PopulationId::as_str);
        self.populations
            .get(id)
            .ok_or_else(|| LedgerError::UnknownPopulation {
                population: id.clone(),
                known: names().collect::<Vec<_>>().join(", "),
            })
    }

    /// Every reservation, oldest first.
    pub fn reservations(&self) -> impl Iterator<Item = &Reservation> {
        self.reservations.values()
    }

    /// Those of one population.
    pub fn reservations_of(&self, id: &PopulationId) -> impl Iterator<Item = &Reservation> {
        self.reservations().filter(move |r| r.population == *id)
    }

    /// The first reservation that is so.
    pub(crate) fn find(&self, is: impl Fn(&Reservation) -> bool) -> Option<&Reservation> {
        self.reservations
            .values()
            .find(|reservation| is(reservation))
    }

    /// Those of a run that is not over.
    pub(crate) fn open_of(&self, run: &RunId) -> Vec<&Reservation> {
        let open = |r: &&Reservation| r.run == *run && r.is_open();
        self.reservations().filter(open).collect()
    }

    /// What a population has spent: equal costs counted, so that each is computed once.
    pub(crate) fn charges(&self, id: &PopulationId) -> Vec<(DpEvent, u64)> {
        let mut charges: Vec<(DpEvent, u64)> = Vec::new();
        for spent in self.reservations_of(id).filter(|r| r.is_spent()) {
            let event = spent.events.as_event();
            match charges.iter_mut().find(|(other, _)| *other == event) {
                Some((_, count)) => *count += 1,
                None => charges.push((event, 1)),
            }
        }
        charges
    }

    /// Takes in the entry numbered `id`; in words, why that cannot have happened.
    pub(crate) fn apply(&mut self, id: u64, record: Record) -> Result<(), String> {
        let Record { time, action } = record;
        match action {
            Action::Declared {
                population,
                neighboring,
                unit,
                delta,
                epsilon,
                rules,
            } => {
                if self.populations.contains_key(&population) {
                    return Err(format!("population {population} is declared a second time"));
                }
                let budget = Budget::new(epsilon.unwrap_or(0.0), delta);
                let filter = budget
                    .map_err(Into::into)
                    .and_then(|budget| PrivacyFilter::with_rules(neighboring, budget, &rules));
                filter.map_err(|error| error.to_string())?;
                let new = Population {
                    id: population.clone(),
                    relation: neighboring,
                    unit,
                    delta,
                    epsilon,
                    largest_epsilon: epsilon,
                    rules,
                };
                self.populations.insert(population, new);
                Ok(())
            }
            Action::BudgetSet {
                population,
                epsilon,
            } => {
                let known = self.populations.get_mut(&population);
                let known = known.ok_or_else(|| undeclared(&population))?;
                let budget = Budget::new(epsilon.unwrap_or(0.0), known.delta);
                budget.map_err(|error| error.to_string())?;
                known.set_epsilon(epsilon);
                Ok(())
            }
            Action::Reserved(new) => self.reserved(id, time, *new),
            Action::Claimed {
                reservation,
                release,
            } => {
                let claimed = self.turn(
                    reservation,
                    ReservationState::Reserved,
                    ReservationState::Claimed,
                )?;
                claimed.release = Some(release);
                Ok(())
            }
            Action::Settled { reservation } => self
                .turn(
                    reservation,
                    ReservationState::Claimed,
                    ReservationState::Settled,
                )
                .map(drop),
            Action::Cancelled { reservation } => self
                .turn(
                    reservation,
                    ReservationState::Reserved,
                    ReservationState::Cancelled,
                )
                .map(drop),
            Action::Resumed {
                reservation,
                process,
            } => {
                let open = self.open(reservation)?;
                open.process = process;
                open.died = false;
                Ok(())
            }
            Action::Died { reservation } => {
                self.open(reservation)?.died = true;
                Ok(())
            }
        }
    }

    fn reserved(&mut self, id: u64, time: u64, new: NewReservation) -> Result<(), String> {
        let population = self.populations.get(&new.population);
        let population = population.ok_or_else(|| undeclared(&new.population))?;
        if new.events.neighboring_relation() != population.relation {
            return Err(format!(
                "a cost under {} is charged to a population under {}",
                new.events.neighboring_relation(),
                population.relation
            ));
        }
        self.reservations
            .insert(id, Reservation::new(id, time, new));
        Ok(())
    }

    fn open(&mut self, id: u64) -> Result<&mut Reservation, String> {
        let found = self.reservations.get_mut(&id).filter(|r| r.is_open());
        found.ok_or_else(|| format!("entry {id} is no reservation of a run that goes on"))
    }

    /// Turns a reservation from `before` to `after`.
    fn turn(
        &mut self,
        id: u64,
        before: ReservationState,
        after: ReservationState,
    ) -> Result<&mut Reservation, String> {
        let found = self.reservations.get_mut(&id);
        let found = found.ok_or_else(|| format!("entry {id} is no reservation"))?;
        if found.state != before {
            return Err(format!(
                "reservation {id} is {} and cannot become {}",
                found.state.name(),
                after.name()
            ));
        }
        found.state = after;
        found.died = false;
        Ok(found)
    }
}

fn undeclared(population: &PopulationId) -> String {
    format!("population {population} is not declared")
}
