//! Noisy SGD on an integer grid: the sensitivity by brute force, and the noise of a release.

use privet_mechanisms::noisy_sgd::{CLIPPING_SLACK, add_clipped_to_grid};
use privet_mechanisms::{
    ClippedSum, Grid, IntegerSum, MechanismError, NoiseSource, NoisySgdMechanism,
    NoisySgdParameters, NoisySgdRun, Sensitive,
};

use crate::statistics::assert_normal;

const PARAMETERS: NoisySgdParameters = NoisySgdParameters {
    sampling_probability: 0.5,
    steps: 20,
    clipping_norm: 0.5,
    noise_multiplier: 1.3,
    expected_batch_size: 64.0,
};

fn run(seed: u64) -> NoisySgdRun {
    let plan = NoisySgdMechanism::new(PARAMETERS).unwrap();
    plan.start(&NoiseSource::danger_fixed_seed(seed), Sensitive::new(10))
        .unwrap()
}

/// The released values of a run when every sum is `sum`.
fn release_all(seed: u64, sum: &[i64]) -> Vec<Vec<f32>> {
    let grid = Grid::for_clipping(0.5, sum.len()).unwrap();
    let mut run = run(seed);
    let mut released = Vec::new();
    while let Some(batch) = run.next_batch() {
        let sum = IntegerSum::new(Sensitive::new(sum.to_vec()), grid).unwrap();
        released.push(run.release_exact(batch, sum).unwrap());
    }
    assert_eq!((released.len(), run.released()), (20, 20));
    released
}

fn length(units: &[i64]) -> f64 {
    units
        .iter()
        .map(|&n| (n as f64).powi(2))
        .sum::<f64>()
        .sqrt()
}

/// Every subset of a few awkward gradients, with and without one more of them.
#[test]
fn one_example_moves_the_integer_sum_by_at_most_the_enlarged_norm() {
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

#[test]
fn the_exact_noise_has_the_planned_deviation_in_every_step() {
    let released = release_all(1, &vec![0; 50_000]);
    let grid = Grid::for_clipping(0.5, 50_000).unwrap();
    let mut noise: Vec<f64> = released
        .concat()
        .iter()
        .map(|&x| f64::from(x) * 64.0)
        .collect();
    assert_normal(&mut noise, 1.3 * grid.sensitivity());
    assert_ne!(released[0], released[1]);
    // All on the grid.
    let units = noise.iter().map(|x| x / grid.spacing());
    assert!(
        units
            .clone()
            .all(|n| (n - n.round()).abs() <= 1e-7 * n.abs())
    );
    assert!(units.map(f64::abs).fold(0.0, f64::max) > 1e6);
}

#[test]
fn the_noise_is_added_to_the_sum_and_scaled_by_public_constants() {
    let spacing = Grid::for_clipping(0.5, 8).unwrap().spacing();
    let units = (32.0 / spacing) as i64;
    let (bare, shifted) = (release_all(2, &[0; 8]), release_all(2, &[units; 8]));
    for (x, y) in bare.concat().iter().zip(shifted.concat()) {
        assert!((y - x - 0.5).abs() < 1e-6);
    }
    // A sum that no engine makes is cut off, not wrapped around.
    let huge = release_all(3, &[i64::MAX, i64::MIN]);
    assert!(huge.iter().all(|values| values[0] > 0.0 && values[1] < 0.0));
}

/// The same noise under both kinds of release would let a repeated run compare them.
#[test]
fn exact_noise_is_not_the_other_noise_rounded() {
    let exact = release_all(4, &[0; 8]);
    let mut run = run(4);
    let batch = run.next_batch().unwrap();
    let sum = ClippedSum::new(Sensitive::new(vec![0.0; 8]), 0.5);
    for (x, y) in run.release(batch, sum).unwrap().iter().zip(&exact[0]) {
        assert!((x - y).abs() > 1e-6, "{x} {y}");
    }
    assert_eq!(exact, release_all(4, &[0; 8]));
    // On another grid the noise is another, not the same on another scale.
    let other = release_all(4, &[0; 9]);
    assert!(
        exact[0]
            .iter()
            .zip(&other[0])
            .all(|(x, y)| (x / y - 1.0).abs() > 1e-3)
    );
}

#[test]
fn sums_of_another_norm_and_noise_beyond_the_range_are_refused() {
    let sum = |norm| {
        let grid = Grid::for_clipping(norm, 2).unwrap();
        IntegerSum::new(Sensitive::new(vec![0, 0]), grid).unwrap()
    };
    let mut run = run(5);
    let batch = run.next_batch().unwrap();
    let refused = MechanismError::ClippingNorm {
        found: 1.0,
        planned: 0.5,
    };
    assert_eq!(run.release_exact(batch, sum(1.0)), Err(refused));
    assert_eq!(run.released(), 0);

    let parameters = NoisySgdParameters {
        noise_multiplier: 1e9,
        ..PARAMETERS
    };
    let plan = NoisySgdMechanism::new(parameters).unwrap();
    let source = NoiseSource::danger_fixed_seed(5);
    let mut run = plan.start(&source, Sensitive::new(10)).unwrap();
    let batch = run.next_batch().unwrap();
    let refused = run.release_exact(batch, sum(0.5));
    assert!(matches!(refused, Err(MechanismError::OutOfRange { .. })));
    assert_eq!(run.released(), 0);
}
