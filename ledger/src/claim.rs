//! The last word before a release.

use crate::admission::admit;
use crate::database::{reserved, take_over};
use crate::record::Action;
use crate::{LedgerError, PopulationLedger, Request, Reservation, ReservationState};

/// How a release was paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// By the reservation that the run made before its work.
    Reserved,
    /// It was paid for before: it is the same release once more.
    Repeated,
    /// By a further charge, made now.
    Charged,
}

impl PopulationLedger {
    /// Makes sure that a release is paid for, just before it; on the disk when this returns.
    ///
    /// `release` names the release among all of the run: two releases with other noise or other
    /// inputs must have other names, such as a digest of both under a secret of the run. A release
    /// that was claimed under its name before is the same one again and costs nothing more; another
    /// takes a reservation of the run for the same events that nobody has claimed, or is charged. So
    /// also a copy of a run's directory that goes on by itself pays for what it releases.
    ///
    /// # Errors
    /// Those of [`reserve`](Self::reserve), if it must be charged: it must not happen then.
    pub fn claim(&mut self, request: &Request, release: &str) -> Result<Claimed, LedgerError> {
        let decided = self.change(|book| {
            let own =
                |r: &Reservation| r.is_for(&request.population, &request.run, &request.events);
            let named = |r: &Reservation| own(r) && r.release.as_deref() == Some(release);
            if let Some((id, open)) = book.state.find(named).map(|r| (r.id, r.is_open())) {
                if open {
                    take_over(book, id)?;
                }
                return Ok(Ok(Claimed::Repeated));
            }
            let free = |r: &Reservation| own(r) && r.state == ReservationState::Reserved;
            let free = book.state.find(free).map(|r| r.id);
            let (reservation, claimed) = match free {
                Some(id) => {
                    take_over(book, id)?;
                    (id, Claimed::Reserved)
                }
                None => match admit(&book.state, request) {
                    Ok(()) => (book.add(reserved(request))?, Claimed::Charged),
                    Err(refusal) => return Ok(Err((refusal, book.state.clone()))),
                },
            };
            let release = release.to_owned();
            book.add(Action::Claimed {
                reservation,
                release,
            })?;
            Ok(Ok(claimed))
        })?;
        decided.map_err(|(refusal, state)| refusal.told(&state, request))
    }
}
