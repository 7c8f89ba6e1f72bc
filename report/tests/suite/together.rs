//! What all runs of a page cost together, against compositions made by hand.

use privet_accountant::{DpEvent, NeighboringRelation::ReplaceOne};
use privet_report::cost::{How, together};

use crate::made::{Folder, Made, epsilon, noisy_sgd};

#[test]
fn runs_on_the_same_people_are_composed() {
    let (a, b) = (noisy_sgd(2.0, 300), noisy_sgd(1.5, 200));
    let runs = Folder::new().runs(&[a.clone(), b.clone(), a.clone()]);
    let groups = together(&runs.runs);
    assert_eq!(groups.len(), 1);
    let whole = groups[0].whole;
    let by_hand = epsilon(&[&a.event, &b.event, &a.event], a.relation, 1e-5);
    assert!(
        (whole.epsilon - by_hand).abs() < 1e-9 * by_hand,
        "{whole:?} {by_hand}"
    );
    assert_eq!((whole.delta, whole.how), (1e-5, How::Composed("pld")));
    // More than any of them, less than their sum.
    assert!(whole.epsilon > a.cost().max(b.cost()) && whole.epsilon < 2.0 * a.cost() + b.cost());
    assert_eq!(groups[0].runs, [0, 1, 2]);
}

#[test]
fn one_run_costs_what_it_states() {
    let one = noisy_sgd(2.0, 300);
    let whole = together(&Folder::new().runs(std::slice::from_ref(&one)).runs)[0].whole;
    assert_eq!(
        (whole.epsilon, whole.delta, whole.how),
        (one.cost(), 1e-5, How::Alone)
    );
}

#[test]
fn relations_are_not_mixed_and_people_are() {
    let one = noisy_sgd(2.0, 300);
    let other_relation = Made {
        relation: ReplaceOne,
        ..one.clone()
    };
    let other_data = Made {
        dataset: "shop",
        ..one.clone()
    };
    let runs = Folder::new().runs(&[one.clone(), other_relation, other_data.clone()]);
    let groups = together(&runs.runs);
    assert_eq!(
        groups.iter().map(|g| g.runs.clone()).collect::<Vec<_>>(),
        [[0], [1], [2]]
    );
    assert_eq!(
        groups.iter().map(|g| g.others).collect::<Vec<_>>(),
        [true, true, false]
    );
    // One population makes one people of two data sets, also by way of a third run.
    let config = "seed = 1\n[ledger]\npopulation = \"town\"";
    let runs = Folder::new().runs(&[
        one.clone(),
        Made {
            config,
            ..other_data
        },
        Made { config, ..one },
    ]);
    let groups = together(&runs.runs);
    assert_eq!((groups.len(), groups[0].name.as_str()), (1, "town"));
    assert_eq!(groups[0].runs, [0, 1, 2]);
}

#[test]
fn deltas_that_differ_add_up() {
    let one = noisy_sgd(2.0, 300);
    let other = Made {
        delta: 1e-6,
        ..one.clone()
    };
    let whole = together(&Folder::new().runs(&[one.clone(), other.clone()]).runs)[0].whole;
    assert!(whole.delta >= 1.1e-5 && whole.delta < 1.1e-5 * (1.0 + 1e-12));
    assert_eq!(whole.how, How::ComposedAtSum("pld"));
    let by_hand = epsilon(&[&one.event, &other.event], one.relation, whole.delta);
    assert!(whole.epsilon >= by_hand && whole.epsilon >= other.cost());
}

#[test]
fn what_states_more_than_its_events_counts_by_its_statement() {
    // A run that was charged twice states its budget.
    let charged_twice = Made {
        epsilon: Some(9.0),
        ..noisy_sgd(2.0, 300)
    };
    let other = noisy_sgd(1.5, 200);
    let whole = together(&Folder::new().runs(&[charged_twice, other.clone()]).runs)[0].whole;
    let statement = DpEvent::epsilon_delta(9.0, 1e-5).unwrap();
    let by_hand = epsilon(&[&statement, &other.event], other.relation, whole.delta);
    assert!(whole.delta >= 2e-5, "{whole:?}");
    assert!(
        whole.epsilon >= 9.0 && whole.epsilon >= by_hand * (1.0 - 1e-9),
        "{whole:?} {by_hand}"
    );
}

#[test]
fn events_without_a_bound_are_added_up() {
    // Accountants refuse shuffled batches, so the run's own statement is all there is.
    let step = DpEvent::gaussian(2.0).unwrap();
    let shuffled = Made {
        event: DpEvent::shuffled(10, step).unwrap(),
        epsilon: Some(1.25),
        ..noisy_sgd(2.0, 300)
    };
    let whole = together(&Folder::new().runs(&[shuffled.clone(), shuffled]).runs)[0].whole;
    // Two (1.25, 1e-5) guarantees as events at the sum of deltas, or their plain sum.
    assert!(
        whole.epsilon >= 1.25 && whole.epsilon <= 2.5 + 1e-9 && whole.delta >= 2e-5,
        "{whole:?}"
    );
}

#[test]
fn what_is_not_private_is_counted_and_not_composed() {
    let one = noisy_sgd(2.0, 300);
    let fixed = Made {
        private: false,
        ..one.clone()
    };
    let baseline = Made {
        method: "baseline",
        event: DpEvent::non_private(),
        private: false,
        ..one.clone()
    };
    let runs = Folder::new().runs(&[fixed, one.clone(), baseline]);
    let groups = together(&runs.runs);
    assert_eq!((groups.len(), groups[0].not_private), (1, 2));
    assert_eq!(
        (&groups[0].runs[..], groups[0].whole.epsilon),
        (&[1][..], one.cost())
    );
}
