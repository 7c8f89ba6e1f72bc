//! What plans and aggregators refuse.

use privet_accountant::NeighboringRelation;
use privet_mechanisms::{
    AdaptiveClipping, ChangedVotes, Clipping, ClippingPlan, ConfidentGnMax, ConfidentScales, GnMax,
    LnMax, MechanismError, NoiseSource, NoisyMax, NoisySgdMechanism, NoisySgdParameters, Sampling,
    Sensitive, VoteHistogram, VoteQueries,
};

use crate::plans::poisson;

const QUERIES: VoteQueries = VoteQueries {
    classes: 3,
    queries: 2,
    changed_votes: ChangedVotes::ONE,
};

pub(crate) fn sgd() -> NoisySgdParameters {
    NoisySgdParameters {
        steps: 2,
        ..poisson(0.5)
    }
}

fn votes(classes: usize) -> Sensitive<VoteHistogram> {
    Sensitive::new(VoteHistogram::new(vec![5; classes]).unwrap())
}

#[test]
fn a_query_is_released_once_in_order_and_within_the_plan() {
    let plan = GnMax::new(1.0, QUERIES).unwrap();
    let mut aggregator = plan.start(&NoiseSource::danger_fixed_seed(1)).unwrap();
    let order = |query, expected| Err(MechanismError::QueryOrder { query, expected });
    assert_eq!(aggregator.release(1, &votes(3)), order(1, 0));
    aggregator.release(0, &votes(3)).unwrap();
    assert_eq!(aggregator.release(0, &votes(3)), order(0, 1));
    aggregator.release(1, &votes(3)).unwrap();
    let beyond = MechanismError::QueryBeyondPlan {
        query: 2,
        queries: 2,
    };
    assert_eq!(aggregator.release(2, &votes(3)), Err(beyond));
}

#[test]
fn votes_of_another_shape_are_refused_and_use_nothing_up() {
    let plan = LnMax::new(1.0, QUERIES).unwrap();
    let mut aggregator = plan.start(&NoiseSource::danger_fixed_seed(1)).unwrap();
    let refused = aggregator.release(0, &votes(4)).unwrap_err();
    assert!(
        matches!(refused, MechanismError::Classes { classes: 3, .. }),
        "{refused}"
    );
    assert_eq!((aggregator.next_query(), aggregator.answered()), (0, 0));
}

#[test]
fn a_plan_is_started_once_from_a_source() {
    let source = NoiseSource::danger_fixed_seed(1);
    let plan = GnMax::new(1.0, QUERIES).unwrap();
    plan.start(&source).unwrap();
    let refused = plan.start(&source).unwrap_err();
    assert!(
        matches!(refused, MechanismError::AlreadyStarted { .. }),
        "{refused}"
    );
    GnMax::new(2.0, QUERIES).unwrap().start(&source).unwrap();
}

#[test]
fn plans_that_are_no_plans_are_refused() {
    let confident = |threshold, threshold_scale, vote_scale, max_answers| {
        let scales = ConfidentScales {
            threshold,
            threshold_scale,
            vote_scale,
        };
        ConfidentGnMax::new(scales, max_answers, QUERIES).map(drop)
    };
    let sgd = |change: fn(&mut NoisySgdParameters)| {
        let mut parameters = self::sgd();
        change(&mut parameters);
        NoisySgdMechanism::new(parameters).map(drop)
    };
    let adaptive = |change: fn(&mut AdaptiveClipping)| {
        let mut adaptive = ADAPTIVE;
        change(&mut adaptive);
        let parameters = NoisySgdParameters {
            clipping: ClippingPlan::Adaptive(adaptive),
            ..self::sgd()
        };
        NoisySgdMechanism::new(parameters).map(drop)
    };
    adaptive(|_| ()).unwrap();
    let refused = [
        GnMax::new(f64::NAN, QUERIES).map(drop),
        GnMax::new(0.0, QUERIES).map(drop),
        LnMax::new(-1.0, QUERIES).map(drop),
        LnMax::new(
            1.0,
            VoteQueries {
                classes: 1,
                ..QUERIES
            },
        )
        .map(drop),
        GnMax::new(
            1.0,
            VoteQueries {
                queries: 0,
                ..QUERIES
            },
        )
        .map(drop),
        ChangedVotes::new(0).map(drop),
        confident(f64::INFINITY, 1.0, 1.0, 1),
        confident(1.0, 0.0, 1.0, 1),
        confident(1.0, 1.0, f64::NAN, 1),
        confident(1.0, 1.0, 1.0, 0),
        confident(1.0, 1.0, 1.0, 3),
        sgd(|p| p.sampling = coins(0.0)),
        sgd(|p| p.sampling = coins(1.1)),
        sgd(|p| p.sampling = coins(f64::NAN)),
        sgd(|p| p.sampling = truncated(0.0, 5, 10)),
        sgd(|p| p.sampling = truncated(0.5, 0, 10)),
        sgd(|p| p.sampling = truncated(0.5, 5, 0)),
        sgd(|p| p.sampling = allocation(0, 0)),
        sgd(|p| p.sampling = allocation(0, 1)),
        sgd(|p| p.sampling = allocation(2, 0)),
        sgd(|p| p.sampling = allocation(2, 3)),
        sgd(|p| p.declared_units = 0),
        sgd(|p| p.steps = 0),
        sgd(|p| p.clipping = Clipping::Flat { norm: f64::NAN }.into()),
        sgd(|p| p.clipping = Clipping::Flat { norm: 1e30 }.into()),
        sgd(|p| p.clipping = Clipping::PerLayer { norms: vec![] }.into()),
        sgd(|p| p.noise_multiplier = 0.0),
        sgd(|p| p.noise_multiplier = f64::INFINITY),
        adaptive(|a| a.initial_norm = 0.0),
        adaptive(|a| a.target_quantile = 0.0),
        adaptive(|a| a.target_quantile = 1.0),
        adaptive(|a| a.target_quantile = f64::NAN),
        adaptive(|a| a.learning_rate = 0.0),
        adaptive(|a| a.learning_rate = f64::INFINITY),
        adaptive(|a| a.count_noise = 0.5),
        adaptive(|a| a.count_noise = 0.0),
        adaptive(|a| a.count_noise = -5.0),
        adaptive(|a| a.count_noise = f64::INFINITY),
        adaptive(|a| a.count_noise = f64::NAN),
    ];
    for (index, result) in refused.into_iter().enumerate() {
        let out_of_range = matches!(result, Err(MechanismError::OutOfRange { .. }));
        assert!(out_of_range, "case {index}: {result:?}");
    }
}

pub(crate) const ADAPTIVE: AdaptiveClipping = AdaptiveClipping {
    initial_norm: 0.1,
    target_quantile: 0.5,
    learning_rate: 0.2,
    count_noise: 2.0,
};

fn coins(sampling_probability: f64) -> Sampling {
    Sampling::Poisson {
        sampling_probability,
    }
}

pub(crate) fn truncated(
    sampling_probability: f64,
    maximum_batch_size: u64,
    maximum_units: u64,
) -> Sampling {
    Sampling::TruncatedPoisson {
        sampling_probability,
        maximum_batch_size,
        maximum_units,
    }
}

fn allocation(steps_per_epoch: u32, selected: u32) -> Sampling {
    Sampling::RandomAllocation {
        steps_per_epoch,
        selected,
    }
}

#[test]
fn relations_without_a_theorem_are_refused() {
    use NeighboringRelation::{AddOrRemoveOne, ReplaceOne, ReplaceSpecial};
    let event = |change: fn(&mut NoisySgdParameters), relation| {
        let mut parameters = sgd();
        change(&mut parameters);
        let event = NoisySgdMechanism::new(parameters).unwrap().event(relation);
        event.map_err(|error| error.to_string())
    };
    // One unit that becomes empty moves the count of adaptive clipping by 1, not by 1/2.
    let adaptive = |p: &mut NoisySgdParameters| {
        p.clipping = ClippingPlan::Adaptive(AdaptiveClipping {
            initial_norm: 0.1,
            target_quantile: 0.5,
            learning_rate: 0.2,
            count_noise: 5.0,
        });
    };
    assert!(event(adaptive, AddOrRemoveOne).is_ok());
    let refused = event(adaptive, ReplaceSpecial).unwrap_err();
    assert!(refused.contains("moves it by 1:"), "{refused}");

    let cut = |p: &mut NoisySgdParameters| p.sampling = truncated(0.5, 4, 100);
    let bins = |p: &mut NoisySgdParameters| p.sampling = allocation(4, 1);
    assert!(event(|_| (), ReplaceSpecial).is_ok() && event(bins, ReplaceSpecial).is_ok());
    for change in [|_: &mut _| (), cut, bins] {
        assert!(event(change, AddOrRemoveOne).is_ok());
        let refused = event(change, ReplaceOne).unwrap_err();
        assert!(refused.contains("take add-or-remove-one"), "{refused}");
    }
    assert!(event(cut, ReplaceSpecial).is_err());
}
