//! The drawn noise: its covariance, and its replay.

use privet_mechanisms::correlated::{CorrelatedGaussian, CorrelatedNoise, Participation};
use privet_mechanisms::{MechanismError, NoiseKey, NoiseSource};

use super::{TREES, banded, dense, plan};
use crate::statistics::assert_normal;

/// The noise of the rest of the steps, each a vector of `dimension` coordinates.
fn rest(mut noise: CorrelatedNoise, dimension: usize) -> Vec<Vec<f64>> {
    let mut steps = Vec::new();
    while noise.next_step() < noise.plan().parameters().steps {
        let mut sum = vec![0.0; dimension];
        noise.add_to(&mut sum).unwrap();
        steps.push(sum);
    }
    steps
}

fn plans(steps: u64) -> Vec<CorrelatedGaussian> {
    let order = Participation::FixedOrder { steps_per_epoch: 3 };
    let mut plans = vec![
        plan(banded(&[1.0]), order, steps),
        plan(banded(&[1.0, 0.6, 0.45, 0.2]), order, steps),
    ];
    plans.extend(TREES.map(|tree| plan(tree, order, steps)));
    plans
}

/// Prefix sums of the noise have the covariance that the dense matrices say. A product of two of
/// `n` coordinates has variance at most 3 (product of the two variances); six deviations of the
/// mean of n = 40000 are the bound, crossed with probability below 1e-8 (normal approximation).
#[test]
fn the_covariance_is_that_of_the_dense_matrices() {
    const DIMENSION: usize = 40_000;
    for (index, plan) in plans(9).into_iter().enumerate() {
        let noise = plan.start(&NoiseSource::danger_fixed_seed(11)).unwrap();
        let mut prefix = vec![0.0; DIMENSION];
        let prefixes: Vec<Vec<f64>> = rest(noise, DIMENSION)
            .iter()
            .map(|step| {
                prefix.iter_mut().zip(step).for_each(|(p, s)| *p += s);
                prefix.clone()
            })
            .collect();
        let weights = dense::prefixes(&plan.parameters().strategy, 9);
        let unit = plan.noise_standard_deviation().powi(2);
        let expected = |i: usize, j: usize| {
            unit * weights[i]
                .iter()
                .zip(&weights[j])
                .map(|(a, b)| a * b)
                .sum::<f64>()
        };
        for i in 0..9 {
            for j in 0..=i {
                let products = prefixes[i].iter().zip(&prefixes[j]).map(|(a, b)| a * b);
                let found = products.sum::<f64>() / DIMENSION as f64;
                let scale = (expected(i, i) * expected(j, j)).sqrt();
                let bound = 6.0 * (3.0 / DIMENSION as f64).sqrt() * scale;
                let gap = (found - expected(i, j)).abs();
                assert!(
                    gap < bound,
                    "plan {index}, ({i}, {j}): {found} {}",
                    expected(i, j)
                );
            }
        }
    }
}

/// What goes through the strategy again is the independent noise of the planned size.
#[test]
fn the_strategy_undoes_the_correlation() {
    const DIMENSION: usize = 50_000;
    let coefficients = [1.0, 0.6, 0.45, 0.2];
    let order = Participation::FixedOrder { steps_per_epoch: 4 };
    let plan = plan(banded(&coefficients), order, 20);
    let steps = rest(
        plan.start(&NoiseSource::danger_fixed_seed(12)).unwrap(),
        DIMENSION,
    );
    let mut independent = Vec::new();
    for t in 0..20 {
        let mut row = vec![0.0; DIMENSION];
        for (lag, coefficient) in coefficients.iter().take(t + 1).enumerate() {
            let step = &steps[t - lag];
            row.iter_mut()
                .zip(step)
                .for_each(|(sum, n)| *sum += coefficient * n);
        }
        independent.extend(row);
    }
    // Five participations whose columns do not overlap.
    let norm: f64 = coefficients.iter().map(|c| c * c).sum();
    assert_normal(&mut independent, 1.3 * 0.7 * (5.0 * norm).sqrt());
}

#[test]
fn noise_is_added_to_the_sum() {
    for plan in plans(5) {
        let [mut zero, mut some] = [0.0, 10.0].map(|value| {
            let mut noise = plan.start(&NoiseSource::danger_fixed_seed(13)).unwrap();
            let mut sums = vec![vec![value; 3]; 5];
            sums.iter_mut().for_each(|sum| noise.add_to(sum).unwrap());
            sums.concat()
        });
        zero.iter_mut().zip(&mut some).for_each(|(z, s)| {
            assert!((*s - *z - 10.0).abs() < 1e-12);
            assert!(*z != 0.0);
        });
    }
}

#[test]
fn a_resumed_run_repeats_its_noise_from_any_step() {
    let key = NoiseKey::generate().unwrap();
    let source = || NoiseSource::from_key(&key);
    for plan in plans(11) {
        let all = rest(plan.start(&source()).unwrap(), 4);
        for step in 0..=11 {
            let resumed = rest(plan.start_at(step, &source()).unwrap(), 4);
            assert_eq!(all[step as usize..], resumed);
        }
        let others = [
            NoiseSource::from_key(&NoiseKey::generate().unwrap()),
            source().bound_to(b"other data"),
        ];
        for other in others {
            assert_ne!(all, rest(plan.start(&other).unwrap(), 4));
        }
    }
}

/// Noise of two plans from one key must not cancel.
#[test]
fn another_plan_has_other_noise() {
    let source = NoiseSource::danger_fixed_seed(14);
    let mut firsts: Vec<f64> = Vec::new();
    for plan in [plans(11), plans(12)].concat() {
        let first = rest(plan.start(&source).unwrap(), 1)[0][0] / plan.noise_standard_deviation();
        assert!(firsts.iter().all(|other| (other - first).abs() > 1e-9));
        firsts.push(first);
    }
}

/// Of one key and plan too: else the beginnings of two models' gradients would differ without noise.
#[test]
fn a_vector_of_another_length_has_other_noise() {
    for plan in plans(5) {
        let [short, long] = [3, 4].map(|dimension| {
            let source = NoiseSource::danger_fixed_seed(16);
            rest(plan.start(&source).unwrap(), dimension)
        });
        for (short, long) in short.iter().zip(&long) {
            let differ = |(a, b): (&f64, &f64)| (a - b).abs() > 1e-9;
            assert!(short.iter().zip(long).all(differ), "{short:?} {long:?}");
        }
    }
}

#[test]
fn steps_beyond_the_plan_other_lengths_and_second_starts_are_refused() {
    for plan in plans(4) {
        let source = NoiseSource::danger_fixed_seed(15);
        let mut noise = plan.start(&source).unwrap();
        noise.add_to(&mut [0.0; 2]).unwrap();
        let refused = noise.add_to(&mut [0.0; 3]).unwrap_err();
        assert_eq!(
            refused,
            MechanismError::Length {
                found: 3,
                expected: 2
            }
        );
        (1..4).for_each(|_| noise.add_to(&mut [0.0; 2]).unwrap());
        let beyond = |step| MechanismError::StepBeyondPlan { step, steps: 4 };
        assert_eq!(noise.add_to(&mut [0.0; 2]).unwrap_err(), beyond(4));
        assert_eq!(plan.start_at(5, &source).map(drop), Err(beyond(5)));
        let again = plan.start(&source).unwrap_err();
        assert!(
            matches!(again, MechanismError::AlreadyStarted { .. }),
            "{again}"
        );
    }
}
