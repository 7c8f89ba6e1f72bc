//! Brute force over all neighbours of a few awkward gradients: no clipping rule lets a unit move
//! what is released by more than it says.

use privet_mechanisms::noisy_sgd::{CLIPPING_SLACK, add_clipped};
use privet_mechanisms::{
    AdaptiveClipping, ClippedSum, Clipping, ClippingPlan, NoiseSource, NoisySgdMechanism,
    NoisySgdParameters, Sensitive,
};

use crate::plans::poisson;

/// Two layers, of two parameters and one.
pub(crate) const AWKWARD: [[f32; 3]; 8] = [
    [0.3, -0.4, 0.05],
    [3.0, 4.0, -20.0],
    [-7e-5, 2e-42, 0.0],
    [f32::MAX, f32::MAX, f32::MAX],
    [f32::NAN, 1.0, 1.0],
    [1.0, 0.0, f32::INFINITY],
    [-1e30, 1.0, 1e30],
    [0.0, 0.0, 0.0],
];

pub(crate) const ADAPTIVE: AdaptiveClipping = AdaptiveClipping {
    initial_norm: 0.5,
    target_quantile: 0.7,
    learning_rate: 0.3,
    count_noise: 0.8,
};

pub(crate) fn rules() -> [Clipping; 3] {
    [
        Clipping::Flat { norm: 0.5 },
        Clipping::PerLayer {
            norms: vec![0.5, 1.2],
        },
        Clipping::Automatic {
            norm: 0.5,
            stability: 0.01,
        },
    ]
}

pub(crate) fn squares(gradient: &[f32; 3]) -> [f64; 2] {
    let [a, b, c] = gradient.map(|g| f64::from(g).powi(2));
    [a + b, c]
}

/// The sum of a subset of the gradients, clipped by `rule`, as an engine computes it.
fn clipped_sum(rule: &Clipping, subset: usize) -> [f32; 3] {
    let mut sum = [0.0; 3];
    for (_, gradient) in members(subset) {
        let mut factors = [0.0; 2];
        let norm = rule.factors(&squares(gradient), &mut factors);
        assert_eq!(norm.is_finite(), gradient.iter().all(|g| g.is_finite()));
        if norm.is_finite() {
            let [first, second] = factors;
            for ((total, g), factor) in sum.iter_mut().zip(gradient).zip([first, first, second]) {
                *total += factor * g;
            }
        }
    }
    sum
}

pub(crate) fn members(subset: usize) -> impl Iterator<Item = (usize, &'static [f32; 3])> {
    AWKWARD
        .iter()
        .enumerate()
        .filter(move |(i, _)| subset >> i & 1 == 1)
}

/// The norms of a subset of the gradients.
pub(crate) fn norms(subset: usize) -> Vec<f64> {
    members(subset)
        .map(|(_, gradient)| squares(gradient).iter().sum::<f64>().sqrt())
        .collect()
}

/// Every subset without some unit, beside the same with it.
pub(crate) fn neighbours() -> impl Iterator<Item = (usize, usize)> {
    (0..1 << AWKWARD.len()).flat_map(|subset| {
        (0..AWKWARD.len())
            .filter(move |i| subset >> i & 1 == 0)
            .map(move |added| (subset, subset | 1 << added))
    })
}

fn squared_distance(a: &[f32], b: &[f32]) -> f64 {
    let squares = a
        .iter()
        .zip(b)
        .map(|(&a, &b)| (f64::from(a) - f64::from(b)).powi(2));
    squares.sum()
}

#[test]
fn one_unit_moves_the_sum_by_at_most_the_sensitivity_of_the_rule() {
    for rule in rules() {
        let distance = |(a, b)| squared_distance(&clipped_sum(&rule, a), &clipped_sum(&rule, b));
        let largest = neighbours().map(distance).fold(0.0, f64::max).sqrt();
        let stated = rule.sensitivity();
        assert!(
            largest <= stated * (1.0 + CLIPPING_SLACK),
            "{rule:?}: {largest}"
        );
        assert!(largest >= stated * 0.999, "{rule:?}: {largest}");
    }
}

#[test]
fn the_reference_for_engines_clips_alike() {
    let rule = Clipping::Flat { norm: 0.5 };
    for subset in 0..1 << AWKWARD.len() {
        let mut sum = [0.0; 3];
        for (_, gradient) in members(subset) {
            add_clipped(&mut sum, gradient, 0.5);
        }
        assert_eq!(sum, clipped_sum(&rule, subset));
    }
}

/// With adaptive clipping a step releases the sum and a count. The same key gives neighbours the
/// same noise, which cancels: what is left of the released values and of the next norm is how far
/// one unit moves them. In units of the noise that must be within 1/z.
#[test]
fn one_unit_moves_sum_and_count_together_by_at_most_what_is_charged() {
    const UNITS: f64 = 8.0;
    let plan = NoisySgdMechanism::new(NoisySgdParameters {
        declared_units: UNITS as u64,
        noise_multiplier: 1.1,
        clipping: ClippingPlan::Adaptive(ADAPTIVE),
        ..poisson(1.0)
    })
    .unwrap();
    let source = || NoiseSource::danger_fixed_seed(1);
    let step = |subset: usize| {
        let norms = norms(subset);
        let mut run = plan.start(&source(), Sensitive::new(norms.len())).unwrap();
        let deviation = run.noise_standard_deviation();
        let batch = run.next_batch().unwrap();
        let sum = Sensitive::new(clipped_sum(run.clipping(), subset).to_vec());
        let sum = ClippedSum::new(run.clipping(), sum, &Sensitive::new(norms));
        let released = run.release(batch, sum).unwrap();
        let log_norm = run.state().clipping_norm.unwrap().ln();
        (
            released,
            -log_norm * UNITS / ADAPTIVE.learning_rate,
            deviation,
        )
    };
    let steps: Vec<_> = (0..1 << AWKWARD.len()).map(step).collect();
    let mut largest = 0.0_f64;
    for (a, b) in neighbours() {
        let ((sum, count, deviation), (other_sum, other_count, _)) = (&steps[a], &steps[b]);
        let moved_count = (count - other_count).abs();
        assert!((moved_count - 0.5).abs() < 1e-9, "{moved_count}");
        let moved_sum = squared_distance(sum, other_sum) * (UNITS / deviation).powi(2);
        largest = largest.max(moved_sum + (moved_count / ADAPTIVE.count_noise).powi(2));
    }
    let charged = 1.0 / 1.1;
    // Released values are f32 around 1: off by 1e-6.
    assert!(largest.sqrt() <= charged + 1e-5, "{largest}");
    assert!(largest.sqrt() >= charged * 0.999, "{largest}");
}
