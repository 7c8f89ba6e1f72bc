//! The same key repeats a run exactly; anything else changes it.

use privet_mechanisms::correlated::{BandedToeplitz, NoiseStrategy, TreeEstimator};
use privet_mechanisms::{
    AdaptiveClipping, Answer, Arithmetic, ChangedVotes, Clipping, ClippingPlan, ConfidentGnMax,
    ConfidentScales, NoiseKey, NoiseSource, NoisyMax, NoisySgdMechanism, NoisySgdParameters,
    RunState, Sampling, Sensitive, VoteHistogram, VoteQueries,
};

use crate::plans::{poisson, release_zeros};

const QUERIES: VoteQueries = VoteQueries {
    classes: 10,
    queries: 60,
    changed_votes: ChangedVotes::ONE,
};

/// Answers to queries on which the noise alone decides.
fn answers(source: &NoiseSource, threshold: f64) -> Vec<Answer> {
    let scales = ConfidentScales {
        threshold,
        threshold_scale: 40.0,
        vote_scale: 20.0,
    };
    let plan = ConfidentGnMax::new(scales, 40, QUERIES).unwrap();
    let mut aggregator = plan.start(source).unwrap();
    let votes = Sensitive::new(VoteHistogram::new(vec![20; 10]).unwrap());
    (0..60)
        .map(|query| aggregator.release(query, &votes).unwrap())
        .collect()
}

#[test]
fn a_resumed_aggregation_repeats_its_answers() {
    let key = NoiseKey::generate().unwrap();
    let stored = NoiseKey::from_bytes(key.expose_bytes()).unwrap();
    let first = answers(&NoiseSource::from_key(&key), 20.0);
    assert_eq!(first, answers(&NoiseSource::from_key(&stored), 20.0));
    assert!(first.contains(&Answer::Abstained));

    // Each of these agrees by chance with probability below 1e-6.
    let other_key = NoiseSource::from_key(&NoiseKey::generate().unwrap());
    assert_ne!(first, answers(&other_key, 20.0));
    assert_ne!(
        first,
        answers(&NoiseSource::from_key(&key).bound_to(b"other data"), 20.0)
    );
    assert_ne!(
        first,
        answers(&NoiseSource::from_key(&key), 20.001),
        "another plan"
    );
}

/// What a step did, and where the run stood after it.
#[derive(Debug, PartialEq)]
struct Step {
    indices: Vec<usize>,
    released: Vec<f32>,
    after: RunState,
}

/// The steps of a run from its start, or from a state.
fn steps(
    source: &NoiseSource,
    parameters: &NoisySgdParameters,
    from: Option<RunState>,
) -> Vec<Step> {
    let plan = NoisySgdMechanism::new(parameters.clone()).unwrap();
    let units = Sensitive::new(100);
    let mut run = match from {
        Some(state) => plan.start_at(state, source, units).unwrap(),
        None => plan.start(source, units).unwrap(),
    };
    let mut steps = Vec::new();
    while let Some(batch) = run.next_batch() {
        let indices = batch.indices().expose_sensitive().to_vec();
        let norms = indices.iter().map(|&unit| 0.01 * unit as f64).collect();
        let released = release_zeros(&mut run, batch, 5, &Sensitive::new(norms));
        let after = run.state();
        steps.push(Step {
            indices,
            released,
            after,
        });
    }
    steps
}

fn all(source: &NoiseSource, parameters: &NoisySgdParameters) -> Vec<Step> {
    steps(source, parameters, None)
}

fn flat(noise_multiplier: f64) -> NoisySgdParameters {
    NoisySgdParameters {
        steps: 10,
        noise_multiplier,
        ..poisson(0.1)
    }
}

/// Every sampling, with clipping that changes from step to step and without, in both arithmetics.
fn plans() -> Vec<NoisySgdParameters> {
    let samplings = [
        Sampling::Poisson {
            sampling_probability: 0.1,
        },
        Sampling::TruncatedPoisson {
            sampling_probability: 0.1,
            maximum_batch_size: 8,
            maximum_units: 100,
        },
        Sampling::RandomAllocation {
            steps_per_epoch: 4,
            selected: 1,
        },
        Sampling::RandomAllocation {
            steps_per_epoch: 6,
            selected: 3,
        },
    ];
    let clippings = [
        ClippingPlan::Fixed(Clipping::Flat { norm: 1.0 }),
        ClippingPlan::Adaptive(AdaptiveClipping {
            initial_norm: 0.1,
            target_quantile: 0.5,
            learning_rate: 0.2,
            count_noise: 2.0,
        }),
    ];
    let both = |sampling| {
        clippings.clone().map(|clipping| NoisySgdParameters {
            sampling,
            clipping,
            ..flat(1.0)
        })
    };
    let mut plans: Vec<_> = samplings.into_iter().flat_map(both).collect();
    let exact = plans.clone().into_iter().map(|plan| NoisySgdParameters {
        arithmetic: Arithmetic::Exact,
        ..plan
    });
    plans.extend(exact.collect::<Vec<_>>());
    plans.extend(turns());
    plans
}

/// Units that take turns, with noise that remembers.
fn turns() -> [NoisySgdParameters; 3] {
    let banded = || NoiseStrategy::Banded(BandedToeplitz::square_root(3).unwrap());
    let fixed_order = Sampling::FixedOrder { steps_per_epoch: 4 };
    let cyclic = Sampling::CyclicPoisson {
        groups: 3,
        sampling_probability: 0.5,
    };
    [
        (fixed_order, banded()),
        (fixed_order, NoiseStrategy::Tree(TreeEstimator::Honaker)),
        (cyclic, banded()),
    ]
    .map(|(sampling, noise)| NoisySgdParameters {
        sampling,
        noise,
        ..flat(1.0)
    })
}

#[test]
fn a_resumed_training_repeats_its_batches_its_noise_and_its_norms() {
    let key = NoiseKey::generate().unwrap();
    let source = || NoiseSource::from_key(&key);
    for plan in plans() {
        let whole = all(&source(), &plan);
        assert_eq!(whole, all(&source(), &plan));
        for (done, step) in whole.iter().enumerate() {
            let saved = serde_json::to_string(&step.after).unwrap();
            let state = Some(serde_json::from_str(&saved).unwrap());
            assert_eq!(
                whole[done + 1..],
                steps(&source(), &plan, state),
                "{plan:?}"
            );
        }
    }
}

/// The same noise on another scale would show the sum: `C' (s + C z) - C (s + C' z) = (C' - C) s`.
#[test]
fn a_run_resumed_with_another_norm_has_other_noise() {
    let key = NoiseKey::generate().unwrap();
    let source = || NoiseSource::from_key(&key);
    let plan = &plans()[1];
    let at = |norm| RunState {
        step: 4,
        clipping_norm: Some(norm),
    };
    let (one, two) = (
        steps(&source(), plan, Some(at(1.0))),
        steps(&source(), plan, Some(at(2.0))),
    );
    assert_eq!(one[0].indices, two[0].indices);
    for (x, y) in one[0].released.iter().zip(&two[0].released) {
        assert!((2.0 * x - y).abs() > 1e-6 * y.abs());
    }
}

#[test]
fn another_plan_has_other_batches_and_other_noise() {
    let key = NoiseKey::generate().unwrap();
    let source = || NoiseSource::from_key(&key);
    let one = all(&source(), &flat(1.0));
    let changed = [
        all(&source(), &flat(2.0)),
        all(&source().bound_to(b"other data"), &flat(1.0)),
        all(
            &NoiseSource::from_key(&NoiseKey::generate().unwrap()),
            &flat(1.0),
        ),
    ];
    for other in changed {
        for (a, b) in one.iter().zip(&other) {
            assert_ne!(a.indices, b.indices);
            // Not the same noise on another scale either.
            assert!(
                a.released
                    .iter()
                    .zip(&b.released)
                    .all(|(x, y)| x != y && 2.0 * x != *y)
            );
        }
    }
}
