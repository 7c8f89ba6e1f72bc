//! The end of a run, as it should be or not.

use crate::record::Action;
use crate::{LedgerError, PopulationLedger, Reservation, ReservationState, RunId};

impl PopulationLedger {
    /// Settles a complete run. What was reserved and not claimed is given back, since every release
    /// claims.
    ///
    /// # Errors
    /// Those of the file.
    pub fn settle(&mut self, run: &RunId) -> Result<(), LedgerError> {
        self.end(run, |reservation| match reservation.state {
            ReservationState::Claimed => Some(Action::Settled {
                reservation: reservation.id,
            }),
            _ => Some(Action::Cancelled {
                reservation: reservation.id,
            }),
        })
    }

    /// Gives back what a run has reserved and not claimed, where nothing was released under it; what
    /// was claimed stays spent.
    ///
    /// # Errors
    /// Those of the file.
    pub fn cancel(&mut self, run: &RunId) -> Result<(), LedgerError> {
        self.end(run, |reservation| {
            (reservation.state == ReservationState::Reserved).then_some(Action::Cancelled {
                reservation: reservation.id,
            })
        })
    }

    /// Notes the reservations whose process has ended before its run was complete, each once; they
    /// stay spent until the run is resumed and settled.
    ///
    /// # Errors
    /// Those of the file.
    pub fn find_dead(&mut self) -> Result<Vec<Reservation>, LedgerError> {
        let dead = |r: &&Reservation| r.is_open() && !r.died && r.process.is_dead();
        // Most often there is none, and nothing needs to be written.
        if !self.store.read()?.state.reservations().any(|r| dead(&r)) {
            return Ok(Vec::new());
        }
        self.change(|book| {
            let found: Vec<Reservation> = book.state.reservations().filter(dead).cloned().collect();
            for reservation in &found {
                let reservation = reservation.id;
                book.add(Action::Died { reservation })?;
            }
            Ok(found)
        })
    }

    fn end(
        &mut self,
        run: &RunId,
        what: impl Fn(&Reservation) -> Option<Action>,
    ) -> Result<(), LedgerError> {
        self.change(|book| {
            let actions: Vec<Action> = book
                .state
                .open_of(run)
                .into_iter()
                .filter_map(what)
                .collect();
            for action in actions {
                book.add(action)?;
            }
            Ok(())
        })
    }
}
