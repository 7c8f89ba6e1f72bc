//! What the mechanisms refuse.

use privet_mechanisms::{
    ChangedVotes, ClippedSum, ConfidentGnMax, ConfidentScales, GnMax, LnMax, MechanismError,
    NoiseSource, NoisyMax, NoisySgdMechanism, NoisySgdParameters, NoisySgdRun, PoissonBatch,
    PoissonSampling, Sensitive, VoteHistogram, VoteQueries,
};

const QUERIES: VoteQueries = VoteQueries {
    classes: 3,
    queries: 2,
    changed_votes: ChangedVotes::ONE,
};
const SGD: NoisySgdParameters = NoisySgdParameters {
    sampling_probability: 0.5,
    steps: 2,
    clipping_norm: 1.0,
    noise_multiplier: 1.0,
    expected_batch_size: 5.0,
};

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
    NoisySgdMechanism::new(SGD)
        .unwrap()
        .start(&source, Sensitive::new(10))
        .unwrap()
}

fn release(
    run: &mut NoisySgdRun,
    batch: PoissonBatch,
    norm: f64,
    sum: f32,
) -> Result<(), MechanismError> {
    run.release(batch, ClippedSum::new(Sensitive::new(vec![sum; 3]), norm))
        .map(drop)
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
    let refused = MechanismError::ClippingNorm {
        found: 2.0,
        planned: 1.0,
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
        let mut parameters = SGD;
        change(&mut parameters);
        NoisySgdMechanism::new(parameters).map(drop)
    };
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
        PoissonSampling::new(0.0).map(drop),
        PoissonSampling::new(1.1).map(drop),
        PoissonSampling::new(f64::NAN).map(drop),
        sgd(|p| p.steps = 0),
        sgd(|p| p.clipping_norm = f64::NAN),
        sgd(|p| p.clipping_norm = 1e30),
        sgd(|p| p.noise_multiplier = 0.0),
        sgd(|p| p.noise_multiplier = f64::INFINITY),
        sgd(|p| p.expected_batch_size = 0.0),
    ];
    for (index, result) in refused.into_iter().enumerate() {
        let out_of_range = matches!(result, Err(MechanismError::OutOfRange { .. }));
        assert!(out_of_range, "case {index}: {result:?}");
    }
    let source = NoiseSource::danger_fixed_seed(1);
    let plan = NoisySgdMechanism::new(SGD).unwrap();
    let beyond = plan.start_at(3, &source, Sensitive::new(10)).map(drop);
    assert_eq!(
        beyond,
        Err(MechanismError::StepBeyondPlan { step: 3, steps: 2 })
    );
}
