//! What the mechanisms refuse.

use privet_mechanisms::{
    AdaptiveClipping, ChangedVotes, ClippedSum, Clipping, ClippingPlan, ConfidentGnMax,
    ConfidentScales, DrawnBatch, GnMax, LnMax, MechanismError, NoiseSource, NoisyMax,
    NoisySgdMechanism, NoisySgdParameters, NoisySgdRun, RunState, Sampling, Sensitive,
    VoteHistogram, VoteQueries,
};

use crate::plans::poisson;

const QUERIES: VoteQueries = VoteQueries {
    classes: 3,
    queries: 2,
    changed_votes: ChangedVotes::ONE,
};

fn sgd() -> NoisySgdParameters {
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

fn run() -> NoisySgdRun {
    let source = NoiseSource::danger_fixed_seed(1);
    NoisySgdMechanism::new(sgd())
        .unwrap()
        .start(&source, Sensitive::new(10))
        .unwrap()
}

fn release(
    run: &mut NoisySgdRun,
    batch: DrawnBatch,
    norm: f64,
    sum: f32,
) -> Result<(), MechanismError> {
    let norms = batch.size().map(|size| vec![0.0; size]);
    let sum = Sensitive::new(vec![sum; 3]);
    let sum = ClippedSum::new(&Clipping::Flat { norm }, sum, &norms);
    run.release(batch, sum).map(drop)
}

/// Also of the same plan, key and step: the ids of runs differ.
#[test]
fn a_batch_of_another_run_is_refused() {
    let (mut ours, mut theirs) = (run(), run());
    let (_, foreign) = (ours.next_batch(), theirs.next_batch().unwrap());
    assert_eq!(
        release(&mut ours, foreign, 1.0, 0.0),
        Err(MechanismError::ForeignBatch)
    );
}

#[test]
fn batches_are_released_in_the_order_in_which_they_were_drawn() {
    let mut run = run();
    let (first, second) = (run.next_batch().unwrap(), run.next_batch().unwrap());
    assert!(run.next_batch().is_none());
    assert_eq!((first.step(), second.step()), (0, 1));
    release(&mut run, first, 1.0, 0.0).unwrap();
    release(&mut run, second, 1.0, 0.0).unwrap();

    let mut run = self::run();
    let (_lost, second) = (run.next_batch().unwrap(), run.next_batch().unwrap());
    let refused = MechanismError::StepOrder {
        step: 1,
        expected: 0,
    };
    assert_eq!(release(&mut run, second, 1.0, 0.0), Err(refused));
}

#[test]
fn sums_that_the_noise_was_not_made_for_are_refused() {
    let mut run = run();
    let batch = run.next_batch().unwrap();
    let refused = MechanismError::Clipping {
        found: Clipping::Flat { norm: 2.0 },
        planned: Clipping::Flat { norm: 1.0 },
    };
    assert_eq!(release(&mut run, batch, 2.0, 0.0), Err(refused));
    for broken in [f32::NAN, f32::INFINITY] {
        let mut run = self::run();
        let batch = run.next_batch().unwrap();
        assert_eq!(
            release(&mut run, batch, 1.0, broken),
            Err(MechanismError::NonFiniteSum)
        );
        assert_eq!(run.released(), 0);
    }
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

const ADAPTIVE: AdaptiveClipping = AdaptiveClipping {
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

fn truncated(sampling_probability: f64, maximum_batch_size: u64, maximum_units: u64) -> Sampling {
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
fn states_that_do_not_fit_the_plan_are_refused() {
    let fixed = NoisySgdMechanism::new(sgd()).unwrap();
    let adaptive = NoisySgdMechanism::new(NoisySgdParameters {
        clipping: ClippingPlan::Adaptive(ADAPTIVE),
        ..sgd()
    })
    .unwrap();
    let start = |plan: &NoisySgdMechanism, step, clipping_norm| {
        let state = RunState {
            step,
            clipping_norm,
        };
        let source = NoiseSource::danger_fixed_seed(1);
        plan.start_at(state, &source, Sensitive::new(10)).map(drop)
    };
    let beyond = MechanismError::StepBeyondPlan { step: 3, steps: 2 };
    assert_eq!(start(&fixed, 3, None), Err(beyond));
    for (plan, step, norm) in [
        (&fixed, 1, Some(1.0)),
        (&adaptive, 1, None),
        (&adaptive, 0, Some(0.2)),
    ] {
        let refused = start(plan, step, norm);
        let other = matches!(refused, Err(MechanismError::StateOfAnotherPlan { .. }));
        assert!(other, "{refused:?}");
    }
    for norm in [0.0, -1.0, f64::NAN, 1e30] {
        let refused = start(&adaptive, 1, Some(norm));
        let range = matches!(refused, Err(MechanismError::OutOfRange { .. }));
        assert!(range, "{refused:?}");
    }
    start(&fixed, 2, None).unwrap();
    start(&adaptive, 0, Some(0.1)).unwrap();
    start(&adaptive, 1, Some(7.0)).unwrap();
    let unknown = serde_json::from_str::<RunState>(r#"{"step":1,"norm":2.0}"#);
    assert!(unknown.is_err());
}

#[test]
fn sums_of_other_units_or_lengths_are_refused() {
    let rule = Clipping::Flat { norm: 1.0 };
    let sum = |rule: &Clipping, length, units| {
        let norms = Sensitive::new(vec![0.0; units]);
        ClippedSum::new(rule, Sensitive::new(vec![0.0; length]), &norms)
    };
    let mut run = run();
    let batch = run.next_batch().unwrap();
    let one_more = *batch.size().expose_sensitive() + 1;
    let refused = run.release(batch, sum(&rule, 3, one_more));
    assert_eq!(refused, Err(MechanismError::UnitsOfAnotherBatch));

    let mut total = sum(&rule, 3, 1);
    let length = MechanismError::Length {
        found: 2,
        expected: 3,
    };
    assert_eq!(total.add(sum(&rule, 2, 1)), Err(length));
    let other = total.add(sum(&Clipping::Flat { norm: 2.0 }, 3, 1));
    assert!(matches!(other, Err(MechanismError::Clipping { .. })));
}

#[test]
fn more_units_than_the_cost_was_made_for_are_refused() {
    let plan = NoisySgdMechanism::new(NoisySgdParameters {
        sampling: truncated(0.5, 5, 10),
        ..sgd()
    })
    .unwrap();
    let start = |units| {
        let source = NoiseSource::danger_fixed_seed(1);
        plan.start(&source, Sensitive::new(units)).map(drop)
    };
    start(10).unwrap();
    let refused = MechanismError::TooManyUnits { maximum_units: 10 };
    assert_eq!(start(11), Err(refused));
}
