//! Brute force on the grid: rounding after clipping moves a sum by no more than the enlarged norm,
//! and an exact step by no more than what is charged.

use privet_mechanisms::noisy_sgd::{CLIPPING_SLACK, add_clipped_to_grid, add_to_grid};
use privet_mechanisms::{
    Arithmetic, Clipping, ClippingPlan, Grid, IntegerSum, NoiseSource, NoisySgdMechanism,
    NoisySgdParameters, Sensitive,
};

use crate::neighbours_of_a_sum::{ADAPTIVE, AWKWARD, members, neighbours, norms, rules, squares};
use crate::plans::poisson;

fn length(units: &[i64]) -> f64 {
    units
        .iter()
        .map(|&n| (n as f64).powi(2))
        .sum::<f64>()
        .sqrt()
}

/// Every subset of a few awkward gradients, with and without one more of them.
#[test]
fn one_unit_moves_the_integer_sum_by_at_most_the_enlarged_norm() {
    let grid = Grid::for_clipping(0.5, 3).unwrap();
    let half = (0.5 * grid.spacing()) as f32;
    let on_the_boundary = 0.5_f32 / 3_f32.sqrt();
    let awkward: [[f32; 3]; 12] = [
        [0.3, -0.4, 0.0],
        [on_the_boundary; 3],
        [on_the_boundary.next_up(); 3],
        [-7e-5, 2e-42, 1e-30],
        [f32::MAX, f32::MAX, -f32::MAX],
        [f32::NAN, 1.0, 0.0],
        [1.0, f32::INFINITY, 0.0],
        [f32::NEG_INFINITY, f32::NAN, 1.0],
        [-1e30, 1.0, 0.0],
        [half, -half, 3.0 * half],
        [half.next_up(), half.next_down(), half],
        [f32::MIN_POSITIVE, 0.0, -0.0],
    ];
    let sum = |subset: usize| {
        let mut sum = [0_i64; 3];
        for (i, gradient) in awkward.iter().enumerate() {
            if subset >> i & 1 == 1 {
                let norm = add_clipped_to_grid(&mut sum, gradient, &grid);
                let finite = gradient.iter().all(|g| g.is_finite());
                assert_eq!(norm.expose_sensitive().is_finite(), finite, "{i}");
            }
        }
        sum
    };
    let sums: Vec<[i64; 3]> = (0..1 << awkward.len()).map(sum).collect();
    let mut largest = 0.0_f64;
    for subset in 0..sums.len() {
        for added in (0..awkward.len()).filter(|i| subset >> i & 1 == 0) {
            let (without, with) = (sums[subset], sums[subset | 1 << added]);
            let moved: [i64; 3] = std::array::from_fn(|i| with[i] - without[i]);
            largest = largest.max(length(&moved));
            // Integer sums do not round: the move is the same whoever else is there.
            assert_eq!(moved, sums[1 << added]);
        }
    }
    assert!(largest <= grid.sensitivity() / grid.spacing());
    assert!(largest >= 0.99999 * 0.5 / grid.spacing(), "{largest}");
}

/// Gradients on the clipping boundary of which every coordinate is rounded up by almost half a
/// unit: the clipping norm alone would be a false sensitivity.
#[test]
fn rounding_uses_up_the_enlargement() {
    for parameters in [1, 64, 10_000] {
        let grid = Grid::for_clipping(1.0, parameters).unwrap();
        let equal = 1.0 / (parameters as f64).sqrt() / grid.spacing();
        let gradient = vec![((equal - 0.51).floor() + 0.51) * grid.spacing(); parameters];
        let gradient: Vec<f32> = gradient.iter().map(|&x| x as f32).collect();
        let mut sum = vec![0; parameters];
        let norm = add_clipped_to_grid(&mut sum, &gradient, &grid);
        let enlarged = length(&sum) * grid.spacing();
        assert!(*norm.expose_sensitive() <= 1.0 && enlarged <= grid.sensitivity());
        let rounding = enlarged - norm.expose_sensitive();
        let allowed = grid.sensitivity() - (1.0 + CLIPPING_SLACK);
        assert!(
            rounding > 0.9 * allowed && rounding <= allowed,
            "{parameters}: {rounding}"
        );
    }
}

/// The sum of a subset of the gradients, clipped by `rule`, as an engine computes it.
fn clipped_sum(rule: &Clipping, grid: &Grid, subset: usize) -> [i64; 3] {
    let mut sum = [0; 3];
    for (_, gradient) in members(subset) {
        let mut factors = [0.0; 2];
        rule.factors(&squares(gradient), &mut factors);
        add_to_grid(&mut sum[..2], &gradient[..2], factors[0], grid);
        add_to_grid(&mut sum[2..], &gradient[2..], factors[1], grid);
    }
    sum
}

#[test]
fn one_unit_moves_the_integer_sum_by_at_most_the_sensitivity_of_any_rule() {
    for rule in rules() {
        let grid = Grid::for_clipping(rule.sensitivity(), 3).unwrap();
        let sums: Vec<_> = (0..1 << AWKWARD.len())
            .map(|subset| clipped_sum(&rule, &grid, subset))
            .collect();
        let distance = |(a, b): (usize, usize)| length(&[0, 1, 2].map(|i| sums[b][i] - sums[a][i]));
        let largest = neighbours().map(distance).fold(0.0, f64::max) * grid.spacing();
        assert!(largest <= grid.sensitivity(), "{rule:?}: {largest}");
        assert!(largest >= rule.sensitivity() * 0.999, "{rule:?}: {largest}");
    }
}

/// The same key gives neighbours the same noise, which cancels exactly.
#[test]
fn one_unit_moves_integer_sum_and_count_together_by_at_most_what_is_charged() {
    const UNITS: f64 = 8.0;
    let plan = NoisySgdMechanism::new(NoisySgdParameters {
        declared_units: UNITS as u64,
        noise_multiplier: 1.1,
        clipping: ClippingPlan::Adaptive(ADAPTIVE),
        arithmetic: Arithmetic::Exact,
        ..poisson(1.0)
    })
    .unwrap();
    let step = |subset: usize| {
        let source = NoiseSource::danger_fixed_seed(1);
        let norms = Sensitive::new(norms(subset));
        let units = Sensitive::new(norms.expose_sensitive().len());
        let mut run = plan.start(&source, units).unwrap();
        let (batch, grid) = (run.next_batch().unwrap(), run.grid(3).unwrap().unwrap());
        let sum = Sensitive::new(clipped_sum(run.clipping(), &grid, subset).to_vec());
        let sum = IntegerSum::new(run.clipping(), sum, grid, &norms).unwrap();
        let released = run.release_exact(batch, sum).unwrap();
        let deviation = plan.gradient_noise_multiplier() * grid.sensitivity();
        let in_deviations: Vec<f64> = released
            .iter()
            .map(|&x| f64::from(x) * UNITS / deviation)
            .collect();
        let log_norm = run.state().clipping_norm.unwrap().ln();
        (in_deviations, -log_norm * UNITS / ADAPTIVE.learning_rate)
    };
    let steps: Vec<_> = (0..1 << AWKWARD.len()).map(step).collect();
    let mut largest = 0.0_f64;
    for (a, b) in neighbours() {
        let ((sum, count), (other_sum, other_count)) = (&steps[a], &steps[b]);
        let moved_count = (count - other_count).abs();
        assert!((moved_count - 0.5).abs() < 1e-9, "{moved_count}");
        let moved_sum = sum.iter().zip(other_sum).map(|(x, y)| (x - y).powi(2));
        let moved_sum: f64 = moved_sum.sum();
        largest = largest.max(moved_sum + (moved_count / ADAPTIVE.count_noise).powi(2));
    }
    let charged = 1.0 / 1.1;
    // Released values are f32 around 1: off by 1e-6.
    assert!(largest.sqrt() <= charged + 1e-5, "{largest}");
    assert!(largest.sqrt() >= charged * 0.999, "{largest}");
}
