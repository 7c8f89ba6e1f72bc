//! What fits, against the accountant's own filter and against exact accounting.

use privet_accountant::budget::{Budget, PrivacyFilter};
use privet_accountant::{
    DpEvent, Ledger, NeighboringRelation, PldAccountant, PrivacyAccountant, RdpAccountant,
};
use privet_ledger::{
    Admits, Claimed, LedgerError, OverBudget, PopulationLedger, Request, RunId, Standing,
};

use crate::support::{
    DELTA, Folder, RELATION, clinic, declaration, events, gaussian, request, spent,
};

/// Reserves runs of `event` until one is refused; how many fitted, and the refusal.
fn fill(ledger: &mut PopulationLedger, event: &DpEvent) -> (u64, Box<OverBudget>) {
    for count in 0.. {
        let run = request(ledger, event.clone());
        match ledger.reserve(&run) {
            Ok(reserved) => assert!(reserved.charged),
            Err(LedgerError::OverBudget(over)) => return (count, over),
            Err(error) => panic!("{error}"),
        }
    }
    unreachable!()
}

fn epsilon(event: &DpEvent, count: u64) -> f64 {
    let mut accountant = PldAccountant::new(RELATION);
    accountant.compose(event, count).unwrap();
    accountant.epsilon(DELTA).unwrap().epsilon
}

#[test]
fn as_much_fits_as_the_filter_admits() {
    let sampled = DpEvent::poisson_sampled(0.02, gaussian(1.1)).unwrap();
    let training = DpEvent::self_composed(sampled, 300).unwrap();
    let budget = Budget::new(3.0, DELTA).unwrap();
    for (admits, event) in [
        (Admits::Any, gaussian(8.0)),
        (Admits::Any, training),
        (Admits::Any, DpEvent::laplace(5.0).unwrap()),
        (Admits::Gaussian, gaussian(8.0)),
    ] {
        let filter = match admits {
            Admits::Any => PrivacyFilter::new(RELATION, budget),
            Admits::Gaussian => PrivacyFilter::for_gaussians(RELATION, budget),
        };
        let most = filter.unwrap().largest_count(&event).unwrap();
        let (_folder, mut ledger) = Folder::declared(Some(3.0), admits);
        let (count, over) = fill(&mut ledger, &event);
        assert_eq!(count, most, "{admits:?} {}", event.kind());
        assert!(most >= 2);
        // All of it is within the budget also by exact accounting.
        let total = epsilon(&event, count);
        assert!(total <= 3.0 && total > 1.5, "{total}");
        assert_eq!(over.charges, count);
        let fixed = over.prior_if_fixed.as_ref().unwrap().epsilon;
        assert!((fixed - total).abs() < 1e-9, "{fixed} {total}");
        let both = over.both_if_fixed.as_ref().unwrap().epsilon;
        assert!((both - epsilon(&event, count + 1)).abs() < 1e-9);
        assert_eq!(spent(&ledger) as u64, count);
        ledger.verify(None).unwrap();
    }
}

#[test]
fn costs_that_are_not_alike_add_up() {
    let (_folder, mut ledger) = Folder::clinic(Some(3.0));
    let mut filter = PrivacyFilter::new(RELATION, Budget::new(3.0, DELTA).unwrap()).unwrap();
    let mut refused = 0;
    for step in 0..30 {
        let event = gaussian(3.0 + f64::from(step % 7));
        let run = request(&ledger, event.clone());
        let fits = filter.charge(&event, 1).is_ok();
        assert_eq!(ledger.check(&run).is_ok(), fits, "step {step}");
        assert_eq!(ledger.reserve(&run).is_ok(), fits, "step {step}");
        refused += u32::from(!fits);
    }
    assert!(refused > 0 && refused < 30);
    let (state, _) = ledger.state().unwrap();
    let standing = Standing::new(&state, state.population(&clinic()).unwrap());
    let part = standing.part_spent.unwrap();
    assert!((part - filter.spent()).abs() < 1e-12, "{part}");
    assert!(!standing.overspent);
}

#[test]
fn the_refusal_says_prior_requested_and_left() {
    let (_folder, mut ledger) = Folder::clinic(Some(2.0));
    ledger.reserve(&request(&ledger, gaussian(3.0))).unwrap();
    let run = request(&ledger, gaussian(2.5));
    let error = ledger.reserve(&run).unwrap_err();
    let LedgerError::OverBudget(over) = &error else {
        panic!("{error}");
    };
    let filter = &over.filter;
    assert!(filter.prior + filter.requested > filter.limit);
    assert!((filter.left - (filter.limit - filter.prior)).abs() < 1e-9);
    let words = error.to_string();
    for word in [
        "population clinic has too little left of its budget, epsilon = 2 at delta = 1e-5",
        "nothing was charged",
        "prior: ",
        "by 1 charges",
        "requested: ",
        "left: ",
        "Renyi divergence at order",
        "if fixed in advance, by exact composition: epsilon = ",
        "privet ledger budget set clinic --epsilon E",
    ] {
        assert!(words.contains(word), "no `{word}` in {words}");
    }
    // What is said to fit fits, and a little more does not.
    let room = over.room;
    let fits = |target: f64, ledger: &PopulationLedger| {
        let sigma = privet_accountant::gaussian_dp::GaussianDp::within(target, DELTA).unwrap();
        ledger
            .check(&request(ledger, gaussian(1.0 / sigma.mu())))
            .is_ok()
    };
    assert!(room > 0.1 && room < 2.0, "{room}");
    assert!(fits(room * 0.999, &ledger));
    assert!(!fits(room * 1.01, &ledger));
}

#[test]
fn a_cost_that_nothing_bounds_is_refused() {
    for epsilon in [Some(3.0), None] {
        let (_folder, mut ledger) = Folder::clinic(epsilon);
        let no_rdp = DpEvent::epsilon_delta(0.1, 1e-7).unwrap();
        let error = ledger.reserve(&request(&ledger, no_rdp)).unwrap_err();
        assert!(matches!(error, LedgerError::CannotBound { .. }), "{error}");
        let infinite = DpEvent::gaussian(0.0);
        if let Ok(event) = infinite {
            let error = ledger.reserve(&request(&ledger, event)).unwrap_err();
            assert!(matches!(error, LedgerError::CannotBound { .. }), "{error}");
        }
        assert_eq!(spent(&ledger), 0);
    }
    let (_folder, mut ledger) = Folder::declared(Some(3.0), Admits::Gaussian);
    let laplace = DpEvent::laplace(9.0).unwrap();
    let error = ledger.reserve(&request(&ledger, laplace)).unwrap_err();
    assert!(error.to_string().contains("Gaussian"), "{error}");
}

#[test]
fn a_population_without_a_budget_shows_what_is_spent() {
    let (_folder, mut ledger) = Folder::clinic(None);
    for _ in 0..10 {
        ledger.reserve(&request(&ledger, gaussian(4.0))).unwrap();
    }
    let (state, _) = ledger.state().unwrap();
    let standing = Standing::new(&state, state.population(&clinic()).unwrap());
    let fixed = standing.if_fixed_in_advance.unwrap().epsilon;
    assert!((fixed - epsilon(&gaussian(4.0), 10)).abs() < 1e-9);
    assert!(standing.running_bound.unwrap() > fixed);
    assert_eq!((standing.part_spent, standing.room), (None, None));
    // No budget below that can be set; its orders were fixed before anything was seen.
    let error = ledger.set_budget(&clinic(), Some(fixed)).unwrap_err();
    assert!(matches!(error, LedgerError::BelowSpent { .. }), "{error}");
    let mut rdp = RdpAccountant::new(RELATION);
    rdp.compose(&gaussian(4.0), 10).unwrap();
    ledger.set_budget(&clinic(), Some(2.0 * fixed)).unwrap();
    let (state, _) = ledger.state().unwrap();
    let population = state.population(&clinic()).unwrap();
    assert_eq!(population.largest_epsilon, None);
    assert!(Standing::new(&state, population).part_spent.unwrap() > 0.3);
    ledger.verify(None).unwrap();
}

#[test]
fn a_budget_can_be_raised_and_lowered_to_what_is_spent() {
    let (_folder, mut ledger) = Folder::clinic(Some(1.0));
    let event = gaussian(8.0);
    let (few, _) = fill(&mut ledger, &event);
    ledger.set_budget(&clinic(), Some(2.0)).unwrap();
    let (more, _) = fill(&mut ledger, &event);
    assert!(more > few);
    // The orders are still those of the first budget: as much as they admit at the new epsilon.
    let rules: Vec<_> = PrivacyFilter::new(RELATION, Budget::new(1.0, DELTA).unwrap())
        .unwrap()
        .rules()
        .collect();
    let budget = Budget::new(2.0, DELTA).unwrap();
    let filter = PrivacyFilter::with_rules(RELATION, budget, &rules).unwrap();
    assert_eq!(few + more, filter.largest_count(&event).unwrap());
    let error = ledger.set_budget(&clinic(), Some(1.0)).unwrap_err();
    assert!(matches!(error, LedgerError::BelowSpent { .. }), "{error}");
    ledger.set_budget(&clinic(), Some(4.0)).unwrap();
    ledger.set_budget(&clinic(), Some(2.5)).unwrap();
    let (state, _) = ledger.state().unwrap();
    let population = state.population(&clinic()).unwrap();
    assert_eq!(population.epsilon, Some(2.5));
    assert_eq!(population.largest_epsilon, Some(4.0));
    ledger.verify(None).unwrap();
}

#[test]
fn declarations_are_checked() {
    let (_folder, mut ledger) = Folder::clinic(Some(1.0));
    let again = ledger.declare(&declaration(Some(9.0), Admits::Any));
    assert!(matches!(again, Err(LedgerError::AlreadyDeclared { .. })));
    for (epsilon, delta) in [
        (f64::NAN, 1e-5),
        (-1.0, 1e-5),
        (1.0, 1.0),
        (1.0, -0.1),
        (1.0, f64::NAN),
    ] {
        let bad = privet_ledger::Declaration {
            population: privet_ledger::PopulationId::new("other").unwrap(),
            delta,
            ..declaration(Some(epsilon), Admits::Any)
        };
        let error = ledger.declare(&bad).unwrap_err();
        assert!(
            matches!(error, LedgerError::InvalidNumber { .. }),
            "{error}"
        );
    }
    assert!(ledger.set_budget(&clinic(), Some(f64::INFINITY)).is_err());
}

#[test]
fn replace_one_costs_what_it_costs() {
    let folder = Folder::new();
    let mut ledger = PopulationLedger::create(&folder.ledger()).unwrap();
    let relation = NeighboringRelation::ReplaceOne;
    ledger
        .declare(&privet_ledger::Declaration {
            relation,
            ..declaration(Some(3.0), Admits::Gaussian)
        })
        .unwrap();
    let budget = Budget::new(3.0, DELTA).unwrap();
    let filter = PrivacyFilter::for_gaussians(relation, budget).unwrap();
    let most = filter.largest_count(&gaussian(20.0)).unwrap();
    let mut count = 0;
    loop {
        let mut events = Ledger::new(relation);
        events.record(gaussian(20.0), 1).unwrap();
        let run = Request {
            events,
            ..request(&ledger, gaussian(20.0))
        };
        if ledger.reserve(&run).is_err() {
            break;
        }
        count += 1;
    }
    assert_eq!(count, most);
}

#[test]
fn a_further_charge_is_refused_before_its_release() {
    let (_folder, mut ledger) = Folder::clinic(Some(1.0));
    let mut run = request(&ledger, gaussian(6.0));
    run.run = RunId::generate().unwrap();
    ledger.reserve(&run).unwrap();
    let mut releases = 0;
    loop {
        match ledger.claim(&run, &releases.to_string()) {
            Ok(claimed) => {
                let first = releases == 0;
                assert_eq!(claimed == Claimed::Reserved, first);
                releases += 1;
            }
            Err(LedgerError::OverBudget(_)) => break,
            Err(error) => panic!("{error}"),
        }
    }
    let filter = PrivacyFilter::new(RELATION, Budget::new(1.0, DELTA).unwrap()).unwrap();
    assert_eq!(releases, filter.largest_count(&gaussian(6.0)).unwrap());
    assert_eq!(events(gaussian(6.0)), run.events);
}
