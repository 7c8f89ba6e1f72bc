//! From reservation to the end of a run, and what the same run is charged.

use privet_ledger::{Claimed, LedgerError, PopulationLedger, ReservationState, RunId, Standing};
use privet_mechanisms::{NoiseOrigin, Sensitive};

use crate::support::{Folder, events, gaussian, request, reservations, spent};

#[test]
fn a_run_is_reserved_claimed_and_settled() {
    let (folder, mut ledger) = Folder::clinic(Some(3.0));
    let run = request(&ledger, gaussian(4.0));
    let state = |ledger: &PopulationLedger| reservations(ledger)[0].state;
    assert!(ledger.reserve(&run).unwrap().charged);
    assert_eq!(state(&ledger), ReservationState::Reserved);
    assert_eq!(ledger.claim(&run, "a").unwrap(), Claimed::Reserved);
    assert_eq!(state(&ledger), ReservationState::Claimed);
    ledger.settle(&run.run).unwrap();
    // Another process sees the same.
    let again = PopulationLedger::open(&folder.ledger()).unwrap();
    assert_eq!(state(&again), ReservationState::Settled);
    assert_eq!(reservations(&again)[0].events, run.events);
    assert_eq!(spent(&again), 1);
    assert!(again.verify(None).is_ok());
}

#[test]
fn a_resumed_run_is_charged_once() {
    let (_folder, mut ledger) = Folder::clinic(Some(3.0));
    let run = request(&ledger, gaussian(4.0));
    for first in [true, false, false] {
        assert_eq!(ledger.reserve(&run).unwrap().charged, first);
    }
    assert_eq!(ledger.claim(&run, "a").unwrap(), Claimed::Reserved);
    assert_eq!(ledger.claim(&run, "a").unwrap(), Claimed::Repeated);
    ledger.settle(&run.run).unwrap();
    assert_eq!(ledger.claim(&run, "a").unwrap(), Claimed::Repeated);
    assert_eq!(spent(&ledger), 1);
}

#[test]
fn another_release_of_the_same_run_is_charged() {
    let (_folder, mut ledger) = Folder::clinic(Some(3.0));
    let run = request(&ledger, gaussian(4.0));
    ledger.reserve(&run).unwrap();
    ledger.claim(&run, "a").unwrap();
    // The same event under another name was drawn with other noise.
    assert_eq!(ledger.claim(&run, "b").unwrap(), Claimed::Charged);
    assert_eq!(spent(&ledger), 2);
    // So does a copy of the run that begins after the claim.
    assert!(ledger.reserve(&run).unwrap().charged);
    assert_eq!(spent(&ledger), 3);
    // The same name for another event is no repetition.
    let other = privet_ledger::Request {
        events: events(gaussian(5.0)),
        ..run.clone()
    };
    assert_eq!(ledger.claim(&other, "a").unwrap(), Claimed::Charged);
    assert_eq!(spent(&ledger), 4);
    // The one that nobody claimed is given back at the end.
    ledger.settle(&run.run).unwrap();
    assert_eq!(spent(&ledger), 3);
}

#[test]
fn only_what_was_not_claimed_is_given_back() {
    let (_folder, mut ledger) = Folder::clinic(Some(3.0));
    let (one, two) = (
        request(&ledger, gaussian(4.0)),
        request(&ledger, gaussian(4.0)),
    );
    ledger.reserve(&one).unwrap();
    ledger.reserve(&two).unwrap();
    ledger.claim(&two, "a").unwrap();
    ledger.cancel(&one.run).unwrap();
    ledger.cancel(&two.run).unwrap();
    let states = reservations(&ledger);
    assert_eq!(states[0].state, ReservationState::Cancelled);
    assert_eq!(states[1].state, ReservationState::Claimed);
    let (state, _) = ledger.state().unwrap();
    let population = state.population(&one.population).unwrap();
    assert_eq!(Standing::new(&state, population).charges, 1);
    // A cancelled run that goes on is charged anew, by whichever way.
    assert_eq!(ledger.claim(&one, "b").unwrap(), Claimed::Charged);
    ledger.cancel(&RunId::generate().unwrap()).unwrap();
    assert_eq!(spent(&ledger), 2);
    assert!(ledger.verify(None).is_ok());
}

#[test]
fn predictable_noise_and_other_protection_are_refused() {
    let (_folder, mut ledger) = Folder::clinic(None);
    let good = request(&ledger, gaussian(4.0));
    let danger = privet_ledger::Request {
        noise: NoiseOrigin::DangerFixedSeed,
        ..good.clone()
    };
    let user = privet_ledger::Request {
        unit: privet_ledger::Unit::User,
        ..good.clone()
    };
    let relation = privet_ledger::Request {
        events: privet_accountant::Ledger::new(privet_accountant::NeighboringRelation::ReplaceOne),
        ..good.clone()
    };
    let unknown = privet_ledger::Request {
        population: privet_ledger::PopulationId::new("clinik").unwrap(),
        ..good
    };
    let mut refuse = |request, words: &str| {
        let reserve = ledger.reserve(&request).unwrap_err().to_string();
        let claim = ledger.claim(&request, "a").unwrap_err().to_string();
        let check = ledger.check(&request).unwrap_err().to_string();
        assert!(reserve.contains(words), "{reserve}");
        assert_eq!((&claim, &check), (&reserve, &reserve));
    };
    refuse(danger, "fixed seed");
    refuse(user, "one record (add-or-remove-one)");
    refuse(relation, "record (replace-one)");
    refuse(
        unknown,
        "clinik is not declared in this ledger (declared: clinic)",
    );
    assert_eq!(spent(&ledger), 0);
}

#[test]
fn equal_content_is_known_again() {
    let (folder, ledger) = Folder::clinic(None);
    let of = |ledger: &PopulationLedger, byte| ledger.data_id(&Sensitive::new([byte; 32]));
    let again = PopulationLedger::open_to_read(&folder.ledger()).unwrap();
    assert_eq!(of(&ledger, 1), of(&again, 1));
    assert_ne!(of(&ledger, 1), of(&ledger, 2));
    let (_other, other) = Folder::clinic(None);
    assert_ne!(
        of(&ledger, 1),
        of(&other, 1),
        "it does not depend on the key"
    );
}

#[test]
fn a_dead_process_is_found_once() {
    let (_folder, mut ledger) = Folder::clinic(Some(3.0));
    let run = request(&ledger, gaussian(4.0));
    ledger.reserve(&run).unwrap();
    // This process lives.
    assert!(ledger.find_dead().unwrap().is_empty());
    assert!(!reservations(&ledger)[0].died);
}

#[test]
fn names_are_plain() {
    for bad in ["", "a b", "ä", "a/b", &"x".repeat(101)] {
        let error = privet_ledger::PopulationId::new(bad).unwrap_err();
        assert!(matches!(error, LedgerError::InvalidName { .. }));
    }
    for bad in ["", "0", &"g".repeat(32), &"A".repeat(32)] {
        assert!(RunId::new(bad).is_err());
    }
    let run = RunId::generate().unwrap();
    assert_eq!(RunId::new(run.as_str()).unwrap(), run);
    assert_ne!(RunId::generate().unwrap(), run);
}
