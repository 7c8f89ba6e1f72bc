//! What is charged, under which relation, and what is refused.

use privet_accountant::NeighboringRelation::{self, AddOrRemoveOne, ReplaceOne, ReplaceSpecial};
use privet_accountant::{PldAccountant, PrivacyAccountant, RdpAccountant};
use privet_mechanisms::correlated::{
    BandedToeplitz, BatchAssignment, CorrelatedGaussian, CorrelatedParameters, NoiseStrategy,
    Participation,
};
use privet_mechanisms::{DpEvent, MechanismError};

use super::{TREES, banded, parameters, plan};

const CYCLIC: Participation = Participation::CyclicPoisson {
    groups: 4,
    sampling_probability: 0.1,
};

fn epsilon(event: &DpEvent, relation: NeighboringRelation) -> f64 {
    let mut accountant = RdpAccountant::new(relation);
    accountant.compose(event, 1).unwrap();
    accountant.epsilon(1e-5).unwrap().epsilon
}

#[test]
fn without_sampling_the_training_is_one_gaussian() {
    let fixed_order = Participation::FixedOrder { steps_per_epoch: 5 };
    for strategy in [banded(&[1.0, 0.5]), TREES[0].clone()] {
        let plan = plan(strategy, fixed_order, 20);
        let gaussian = DpEvent::gaussian(1.3).unwrap();
        for relation in [ReplaceSpecial, ReplaceOne] {
            assert_eq!(plan.event(relation).unwrap(), gaussian);
        }
    }
}

/// Independent noise without sampling, written down the long way: a record in k steps, each a
/// Gaussian mechanism.
#[test]
fn independent_noise_costs_its_composition() {
    let fixed_order = Participation::FixedOrder { steps_per_epoch: 5 };
    let plan = plan(banded(&[1.0]), fixed_order, 20);
    let of_a_step = plan.noise_standard_deviation() / 0.7;
    let steps = DpEvent::self_composed(DpEvent::gaussian(of_a_step).unwrap(), 4).unwrap();
    for relation in [ReplaceSpecial, ReplaceOne] {
        let (whole, parts) = (
            epsilon(&plan.event(relation).unwrap(), relation),
            epsilon(&steps, relation),
        );
        // The noise is larger than the event says, by the clipping slack.
        assert!(whole >= parts && whole < parts * 1.0001, "{whole} {parts}");
    }
}

/// The accountant's own tree event states the noise of a node.
#[test]
fn a_tree_costs_what_the_accountant_says_of_trees() {
    for steps in [1, 7, 8, 100] {
        let plan = plan(TREES[0].clone(), Participation::Once, steps);
        let of_a_node = plan.noise_standard_deviation() / 0.7;
        let tree = DpEvent::single_epoch_tree_aggregation(of_a_node, &[steps]).unwrap();
        let (found, expected) = (
            epsilon(&plan.event(ReplaceSpecial).unwrap(), ReplaceSpecial),
            epsilon(&tree, ReplaceSpecial),
        );
        assert!(
            found >= expected && found < expected * 1.0001,
            "{found} {expected}"
        );
    }
}

#[test]
fn cyclic_poisson_is_charged_once_a_cycle() {
    let plan = plan(banded(&[1.0, 0.5, 0.2]), CYCLIC, 42);
    let step = DpEvent::poisson_sampled(0.1, DpEvent::gaussian(1.3).unwrap()).unwrap();
    let event = plan.event(ReplaceSpecial).unwrap();
    assert_eq!(event, DpEvent::self_composed(step, 11).unwrap());
    let refused = plan.event(ReplaceOne).unwrap_err();
    assert!(matches!(
        refused,
        MechanismError::Relation {
            relation: ReplaceOne,
            ..
        }
    ));
    let mut accountant = PldAccountant::new(ReplaceSpecial);
    accountant.compose(&event, 1).unwrap();
    let amplified = accountant.epsilon(1e-5).unwrap().epsilon;
    // Without the coins a record takes part in all 11 uses of its group.
    let unsampled = DpEvent::gaussian(1.3 / 11_f64.sqrt()).unwrap();
    assert!(
        amplified < 0.3 * epsilon(&unsampled, ReplaceSpecial),
        "{amplified}"
    );
}

#[test]
fn a_record_that_comes_or_goes_must_not_move_others() {
    for participation in [Participation::Once, CYCLIC] {
        let by = |assignment| {
            let parameters = parameters(banded(&[1.0, 0.5]), participation, 8);
            CorrelatedGaussian::new(CorrelatedParameters {
                assignment,
                ..parameters
            })
            .unwrap()
        };
        let refused = by(BatchAssignment::Position)
            .event(AddOrRemoveOne)
            .unwrap_err();
        assert!(
            matches!(refused, MechanismError::Relation { .. }),
            "{refused}"
        );
        assert!(
            refused.to_string().contains("under add-or-remove-one"),
            "{refused}"
        );
        let by_hash = by(BatchAssignment::RecordHash);
        assert_eq!(
            by_hash.event(AddOrRemoveOne).unwrap(),
            by_hash.event(ReplaceSpecial).unwrap()
        );
    }
}

#[test]
fn what_earns_no_amplification_is_refused() {
    let tree = parameters(TREES[1].clone(), CYCLIC, 20);
    let refused = CorrelatedGaussian::new(tree).unwrap_err();
    assert!(
        matches!(refused, MechanismError::Combination { .. }),
        "{refused}"
    );
    let five = NoiseStrategy::Banded(BandedToeplitz::square_root(5).unwrap());
    let overlap = MechanismError::BandsOverlap {
        bands: 5,
        groups: 4,
    };
    assert_eq!(
        CorrelatedGaussian::new(parameters(five, CYCLIC, 20)),
        Err(overlap)
    );
}

#[test]
fn parameters_without_a_meaning_are_refused() {
    let with = |participation, change: fn(&mut CorrelatedParameters)| {
        let mut parameters = parameters(banded(&[1.0, 0.5]), participation, 8);
        change(&mut parameters);
        CorrelatedGaussian::new(parameters).map(drop)
    };
    let cyclic = |groups, sampling_probability| {
        with(
            Participation::CyclicPoisson {
                groups,
                sampling_probability,
            },
            |_| {},
        )
    };
    let apart = |separation, participations| {
        with(
            Participation::MinSeparation {
                separation,
                participations,
            },
            |_| {},
        )
    };
    let refused = [
        with(Participation::Once, |p| p.steps = 0),
        with(Participation::Once, |p| {
            p.steps = CorrelatedGaussian::MAX_STEPS + 1
        }),
        with(Participation::Once, |p| p.clipping_norm = f64::NAN),
        with(Participation::Once, |p| p.clipping_norm = 1e-11),
        with(Participation::Once, |p| p.noise_multiplier = 0.0),
        with(Participation::Once, |p| p.noise_multiplier = f64::INFINITY),
        with(Participation::FixedOrder { steps_per_epoch: 0 }, |_| {}),
        apart(0, 1),
        apart(1, 0),
        cyclic(0, 0.5),
        cyclic(4, 0.0),
        cyclic(4, f64::NAN),
        BandedToeplitz::new(vec![]).map(drop),
        BandedToeplitz::new(vec![0.0, 0.0]).map(drop),
        BandedToeplitz::new(vec![f64::NAN]).map(drop),
        BandedToeplitz::square_root(0).map(drop),
        BandedToeplitz::square_root(usize::MAX).map(drop),
        BandedToeplitz::optimized(3, 2).map(drop),
        BandedToeplitz::optimized(3, u64::MAX).map(drop),
    ];
    for (index, result) in refused.into_iter().enumerate() {
        let out_of_range = matches!(result, Err(MechanismError::OutOfRange { .. }));
        assert!(out_of_range, "case {index}: {result:?}");
    }
    let not_sensitive = [
        BandedToeplitz::new(vec![1.0, 1.1]).map(drop),
        BandedToeplitz::new(vec![1.0, -0.1]).map(drop),
        BandedToeplitz::new(vec![1.0, f64::NAN]).map(drop),
        with(Participation::Once, |p| p.steps = 1),
    ];
    for (index, result) in not_sensitive.into_iter().enumerate() {
        let strategy = matches!(result, Err(MechanismError::Strategy(_)));
        assert!(strategy, "case {index}: {result:?}");
    }
    // No overflow where everything is as large as it may be.
    apart(u64::MAX, u64::MAX).unwrap();
    cyclic(u64::MAX, 1.0).unwrap();
    let epoch = Participation::FixedOrder {
        steps_per_epoch: u64::MAX,
    };
    with(epoch, |p| p.strategy = TREES[0].clone()).unwrap();
}
