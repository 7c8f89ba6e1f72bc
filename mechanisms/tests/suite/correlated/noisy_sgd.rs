//! Correlated noise inside noisy SGD: one plan for sampler, noise and event.

use privet_accountant::NeighboringRelation::{AddOrRemoveOne, ReplaceOne, ReplaceSpecial};
use privet_mechanisms::correlated::{BandedToeplitz, NoiseStrategy};
use privet_mechanisms::{
    AdaptiveClipping, Arithmetic, Clipping, ClippingPlan, DpEvent, MechanismError, NoiseSource,
    NoisySgdMechanism, NoisySgdParameters, NoisySgdRun, Sampling, Sensitive,
};

use super::{TREES, banded, dense};
use crate::plans::{poisson, sum_of};
use crate::statistics::assert_normal;

const FIXED_ORDER: Sampling = Sampling::FixedOrder { steps_per_epoch: 4 };
const CYCLIC: Sampling = Sampling::CyclicPoisson {
    groups: 4,
    sampling_probability: 0.25,
};
const COEFFICIENTS: [f64; 3] = [1.0, 0.6, 0.3];

fn parameters(sampling: Sampling, noise: NoiseStrategy) -> NoisySgdParameters {
    NoisySgdParameters {
        sampling,
        noise,
        declared_units: 400,
        steps: 10,
        clipping: Clipping::Flat { norm: 0.7 }.into(),
        noise_multiplier: 1.3,
        arithmetic: Arithmetic::Float,
    }
}

fn plan(sampling: Sampling, noise: NoiseStrategy) -> NoisySgdMechanism {
    NoisySgdMechanism::new(parameters(sampling, noise)).unwrap()
}

/// The steps in which each of `units` units is, by what the run draws.
fn participations(run: &mut NoisySgdRun, units: usize) -> Vec<Vec<usize>> {
    let mut steps = vec![Vec::new(); units];
    while let Some(batch) = run.next_batch() {
        for &unit in *batch.indices().expose_sensitive() {
            steps[unit].push(batch.step() as usize);
        }
    }
    steps
}

/// The norm of what one unit with the largest gradient in all of its steps does to the release.
fn largest_change(noise: &NoiseStrategy, participations: &[Vec<usize>]) -> f64 {
    let matrix = dense::strategy(noise, 10);
    let change = |steps: &Vec<usize>| {
        let row = |row: &Vec<f64>| steps.iter().map(|&step| row[step]).sum::<f64>().powi(2);
        matrix.iter().map(row).sum::<f64>().sqrt()
    };
    participations.iter().map(change).fold(0.0, f64::max)
}

#[test]
fn the_sampler_keeps_to_the_participation_that_is_paid_for() {
    for noise in [
        banded(&COEFFICIENTS),
        TREES[0].clone(),
        NoiseStrategy::independent(),
    ] {
        let plan = plan(FIXED_ORDER, noise.clone());
        let source = NoiseSource::danger_fixed_seed(21);
        let mut run = plan.start(&source, Sensitive::new(30)).unwrap();
        let change = largest_change(&noise, &participations(&mut run, 30));
        let sensitivity = plan.correlated().unwrap().sensitivity();
        assert!(
            (change / sensitivity - 1.0).abs() < 1e-13,
            "{change} {sensitivity}"
        );
        let size = run.noise_standard_deviation() / (1.3 * 0.7);
        assert!(size > change && size < change * 1.0001, "{size} {change}");
    }
}

#[test]
fn uses_of_a_record_in_cyclic_poisson_do_not_overlap() {
    let plan = plan(CYCLIC, banded(&COEFFICIENTS));
    let source = NoiseSource::danger_fixed_seed(22);
    let mut run = plan.start(&source, Sensitive::new(300)).unwrap();
    let participations = participations(&mut run, 300);
    let mut most = 0;
    for steps in &participations {
        assert!(
            steps
                .windows(2)
                .all(|pair| pair[1] - pair[0] >= COEFFICIENTS.len())
        );
        most = most.max(steps.len());
    }
    // Units of the first two groups have three turns, and some of them use all.
    assert_eq!(most, 3);
    let step = DpEvent::poisson_sampled(0.25, DpEvent::gaussian(1.3).unwrap()).unwrap();
    let event = DpEvent::self_composed(step, 3).unwrap();
    assert_eq!(plan.event(ReplaceSpecial).unwrap(), event);
}

/// Released gradients times the divisor, put through the strategy, are the planned noise.
#[test]
fn the_released_noise_is_that_of_the_strategy() {
    const DIMENSION: usize = 60_000;
    for sampling in [FIXED_ORDER, CYCLIC] {
        let plan = plan(sampling, banded(&COEFFICIENTS));
        let source = NoiseSource::danger_fixed_seed(23);
        let mut run = plan.start(&source, Sensitive::new(30)).unwrap();
        let (mut released, mut independent) = (Vec::new(), Vec::new());
        while let Some(batch) = run.next_batch() {
            let sum = sum_of(&run, &batch, vec![3.0; DIMENSION]);
            released.push(run.release(batch, sum).unwrap());
            let mut row = vec![0.0; DIMENSION];
            for (coefficient, step) in COEFFICIENTS.iter().zip(released.iter().rev()) {
                for (row, &value) in row.iter_mut().zip(step) {
                    let noise = f64::from(value) * plan.expected_batch_size() - 3.0;
                    *row += coefficient * noise;
                }
            }
            independent.extend(row);
        }
        assert_normal(&mut independent, run.noise_standard_deviation());
    }
    assert_eq!(
        plan(FIXED_ORDER, TREES[0].clone()).expected_batch_size(),
        100.0
    );
    assert_eq!(plan(CYCLIC, banded(&[1.0])).expected_batch_size(), 25.0);
}

#[test]
fn the_event_says_for_which_relation_it_is() {
    let gaussian = DpEvent::gaussian(1.3).unwrap();
    for noise in [banded(&COEFFICIENTS), TREES[1].clone()] {
        let plan = plan(FIXED_ORDER, noise);
        assert_eq!(plan.event(ReplaceSpecial).unwrap(), gaussian);
        assert_eq!(plan.event(ReplaceOne).unwrap(), gaussian);
        assert_eq!(plan.event_after(ReplaceOne, 3).unwrap(), gaussian);
        let refused = plan.event(AddOrRemoveOne).unwrap_err();
        assert!(
            matches!(refused, MechanismError::Relation { .. }),
            "{refused}"
        );
    }
    let plan = plan(CYCLIC, banded(&COEFFICIENTS));
    for relation in [AddOrRemoveOne, ReplaceOne] {
        let refused = plan.event(relation).unwrap_err();
        assert!(
            matches!(refused, MechanismError::Relation { .. }),
            "{refused}"
        );
    }
    let step = DpEvent::poisson_sampled(0.25, gaussian).unwrap();
    let once = DpEvent::self_composed(step, 1).unwrap();
    assert_eq!(plan.event_after(ReplaceSpecial, 4).unwrap(), once);
}

#[test]
fn what_has_no_theorem_is_refused() {
    let square_root = |bands| NoiseStrategy::Banded(BandedToeplitz::square_root(bands).unwrap());
    let adaptive = ClippingPlan::Adaptive(AdaptiveClipping {
        initial_norm: 0.1,
        target_quantile: 0.5,
        learning_rate: 0.2,
        count_noise: 5.0,
    });
    let allocation = Sampling::RandomAllocation {
        steps_per_epoch: 4,
        selected: 1,
    };
    let combinations = [
        parameters(poisson(0.1).sampling, square_root(2)),
        parameters(allocation, TREES[0].clone()),
        parameters(CYCLIC, TREES[0].clone()),
        NoisySgdParameters {
            clipping: adaptive,
            ..parameters(FIXED_ORDER, square_root(2))
        },
        NoisySgdParameters {
            arithmetic: Arithmetic::Exact,
            ..parameters(FIXED_ORDER, square_root(2))
        },
    ];
    for parameters in combinations {
        let refused = NoisySgdMechanism::new(parameters).unwrap_err();
        assert!(
            matches!(refused, MechanismError::Combination { .. }),
            "{refused}"
        );
    }
    let overlap = NoisySgdMechanism::new(parameters(CYCLIC, square_root(5)));
    assert_eq!(
        overlap.unwrap_err(),
        MechanismError::BandsOverlap {
            bands: 5,
            groups: 4
        }
    );
    let empty = Sampling::FixedOrder { steps_per_epoch: 0 };
    let refused = NoisySgdMechanism::new(parameters(empty, square_root(2))).unwrap_err();
    assert!(
        matches!(refused, MechanismError::OutOfRange { .. }),
        "{refused}"
    );
}

#[test]
fn what_no_machine_can_plan_or_remember_is_refused() {
    let refused = |result: Result<(), MechanismError>, words: &str| {
        let error = result.unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    };
    let too_long = "bands times steps is 536870912";
    refused(
        BandedToeplitz::optimized(1 << 12, 1 << 17).map(drop),
        too_long,
    );
    let wide = NoiseStrategy::Banded(BandedToeplitz::square_root(1 << 12).unwrap());
    let long = NoisySgdParameters {
        steps: 1 << 17,
        ..parameters(FIXED_ORDER, wide)
    };
    refused(NoisySgdMechanism::new(long).map(drop), too_long);

    let plan = plan(FIXED_ORDER, banded(&COEFFICIENTS));
    plan.check_model(1 << 31).unwrap();
    let too_much = "(bands - 1) times parameters is 4294967298";
    refused(plan.check_model((1 << 31) + 1), too_much);
    let tree = self::plan(FIXED_ORDER, TREES[0].clone());
    tree.check_model((1 << 31) + 1).unwrap();
}

#[test]
fn a_sum_of_another_length_is_not_released() {
    let plan = plan(FIXED_ORDER, banded(&COEFFICIENTS));
    let source = NoiseSource::danger_fixed_seed(24);
    let mut run = plan.start(&source, Sensitive::new(30)).unwrap();
    for length in [3, 4] {
        let batch = run.next_batch().unwrap();
        let sum = sum_of(&run, &batch, vec![0.0; length]);
        let released = run.release(batch, sum).map(|values| values.len());
        let wrong = MechanismError::Length {
            found: 4,
            expected: 3,
        };
        assert_eq!(released, if length == 3 { Ok(3) } else { Err(wrong) });
    }
    assert_eq!(run.released(), 1);
}
