//! Noisy SGD in exact arithmetic: what a release adds to an integer sum.

use privet_mechanisms::noisy_sgd::Grid;
use privet_mechanisms::{
    AdaptiveClipping, Arithmetic, Clipping, ClippingPlan, MechanismError, NoiseSource,
    NoisySgdMechanism, NoisySgdParameters, NoisySgdRun, RunState, Sensitive,
};

use crate::neighbours_of_a_sum::ADAPTIVE;
use crate::plans::{integer_sum_of, poisson, sum_of};
use crate::statistics::assert_normal;

fn parameters() -> NoisySgdParameters {
    NoisySgdParameters {
        declared_units: 128,
        steps: 20,
        clipping: Clipping::Flat { norm: 0.5 }.into(),
        noise_multiplier: 1.3,
        arithmetic: Arithmetic::Exact,
        ..poisson(0.5)
    }
}

fn run(parameters: NoisySgdParameters, seed: u64) -> NoisySgdRun {
    let plan = NoisySgdMechanism::new(parameters).unwrap();
    plan.start(&NoiseSource::danger_fixed_seed(seed), Sensitive::new(10))
        .unwrap()
}

/// The released values of a run when every sum is `sum`.
fn release_all(seed: u64, sum: &[i64]) -> Vec<Vec<f32>> {
    let mut run = run(parameters(), seed);
    let mut released = Vec::new();
    while let Some(batch) = run.next_batch() {
        let sum = integer_sum_of(&run, &batch, sum.to_vec());
        released.push(run.release_exact(batch, sum).unwrap());
    }
    assert_eq!((released.len(), run.released()), (20, 20));
    released
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

/// Noise is another on another grid and for another norm, not the same on another scale; that of a
/// floating plan is another as well.
#[test]
fn different_questions_have_different_noise() {
    let differ = |x: &[f32], y: &[f32]| x.iter().zip(y).all(|(x, y)| (x / y - 1.0).abs() > 1e-3);
    let exact = release_all(4, &[0; 8]);
    assert_eq!(exact, release_all(4, &[0; 8]));
    assert!(differ(&exact[0], &release_all(4, &[0; 9])[0]));

    let float = NoisySgdParameters {
        arithmetic: Arithmetic::Float,
        ..parameters()
    };
    let mut run = run(float, 4);
    assert_eq!(run.grid(8), Ok(None));
    let batch = run.next_batch().unwrap();
    let sum = sum_of(&run, &batch, vec![0.0; 8]);
    assert!(differ(&exact[0], &run.release(batch, sum).unwrap()));

    let adaptive = NoisySgdMechanism::new(NoisySgdParameters {
        clipping: ClippingPlan::Adaptive(ADAPTIVE),
        ..parameters()
    })
    .unwrap();
    // Two norms with one spacing.
    let [(one, spacing), (other, same)] = [1.0, 1.01].map(|norm| {
        let state = RunState {
            step: 4,
            clipping_norm: Some(norm),
        };
        let source = NoiseSource::danger_fixed_seed(4);
        let mut run = adaptive
            .start_at(state, &source, Sensitive::new(10))
            .unwrap();
        let spacing = run.grid(8).unwrap().unwrap().spacing();
        let batch = run.next_batch().unwrap();
        let sum = integer_sum_of(&run, &batch, vec![0; 8]);
        let released = run.release_exact(batch, sum).unwrap();
        (
            released
                .iter()
                .map(|&x| x / norm as f32)
                .collect::<Vec<_>>(),
            spacing,
        )
    });
    assert_eq!(spacing, same);
    assert!(differ(&one, &other));
}

#[test]
fn the_grid_follows_the_clipping() {
    let norms = vec![3.0, 4.0, 12.0];
    let per_layer = NoisySgdParameters {
        clipping: Clipping::PerLayer { norms }.into(),
        ..parameters()
    };
    let grid = run(per_layer, 6).grid(100).unwrap().unwrap();
    assert!(grid.clipped_norm() >= 13.0 && grid.clipped_norm() <= 13.0 * (1.0 + 1e-14));

    let adaptive = NoisySgdParameters {
        clipping: ClippingPlan::Adaptive(ADAPTIVE),
        ..parameters()
    };
    let mut run = run(adaptive, 6);
    let before = run.grid(100).unwrap().unwrap();
    assert_eq!(
        before,
        Grid::for_clipping(ADAPTIVE.initial_norm, 100).unwrap()
    );
    let batch = run.next_batch().unwrap();
    let sum = integer_sum_of(&run, &batch, vec![0; 100]);
    run.release_exact(batch, sum).unwrap();
    let norm = run.state().clipping_norm.unwrap();
    assert!(norm != ADAPTIVE.initial_norm);
    assert_eq!(
        run.grid(100).unwrap(),
        Some(Grid::for_clipping(norm, 100).unwrap())
    );
}

#[test]
fn sums_of_other_rules_kinds_and_units_are_refused() {
    let mut other = run(
        NoisySgdParameters {
            clipping: Clipping::Flat { norm: 1.0 }.into(),
            ..parameters()
        },
        5,
    );
    let refused = |change: &mut dyn FnMut(&mut NoisySgdRun) -> MechanismError| {
        let mut run = run(parameters(), 5);
        let error = change(&mut run);
        assert_eq!(run.released(), 0);
        error
    };
    let error = refused(&mut |run| {
        let (batch, theirs) = (run.next_batch().unwrap(), other.next_batch().unwrap());
        let sum = integer_sum_of(&other, &theirs, vec![0, 0]);
        run.release_exact(batch, sum).unwrap_err()
    });
    assert!(matches!(error, MechanismError::Clipping { .. }));
    let error = refused(&mut |run| {
        let batch = run.next_batch().unwrap();
        let sum = sum_of(run, &batch, vec![0.0; 2]);
        run.release(batch, sum).unwrap_err()
    });
    let expected = MechanismError::Arithmetic {
        found: Arithmetic::Float,
        planned: Arithmetic::Exact,
    };
    assert_eq!(error, expected);
    let error = refused(&mut |run| {
        let batch = run.next_batch().unwrap();
        let mut sum = integer_sum_of(run, &batch, vec![0, 0]);
        let again = integer_sum_of(run, &batch, vec![0, 0]);
        sum.add(again).unwrap();
        run.release_exact(batch, sum).unwrap_err()
    });
    assert_eq!(error, MechanismError::UnitsOfAnotherBatch);
}

/// Whatever a run refuses at a step, the plan refuses before it is charged.
#[test]
fn noise_beyond_the_range_is_refused_before_it_is_paid_for() {
    let plan = |noise_multiplier, clipping: ClippingPlan| {
        NoisySgdMechanism::new(NoisySgdParameters {
            noise_multiplier,
            clipping,
            ..parameters()
        })
        .unwrap()
    };
    let refuses = |plan: &NoisySgdMechanism, parameters| {
        let refused = plan.check_model(parameters);
        matches!(refused, Err(MechanismError::OutOfRange { .. }))
    };
    let fixed = ClippingPlan::from(Clipping::Flat { norm: 0.5 });
    for exponent in 0..40 {
        let loud = plan(2_f64.powi(exponent), fixed.clone());
        let run = loud.start(&NoiseSource::danger_fixed_seed(5), Sensitive::new(10));
        let run = run.unwrap();
        for parameters in [0, 1, 2, 50, 100_000] {
            let refused = run.grid(parameters).is_err();
            assert_eq!(
                refuses(&loud, parameters),
                refused,
                "{exponent} {parameters}"
            );
        }
    }
    // An adaptive norm can go from a grid that has room for the noise to one that has not.
    let adaptive = ClippingPlan::Adaptive(AdaptiveClipping {
        count_noise: 2_f64.powi(35),
        ..ADAPTIVE
    });
    let source = NoiseSource::danger_fixed_seed(5);
    for exponent in (0..120).map(|quarters| f64::from(quarters) / 4.0) {
        let loud = plan(exponent.exp2(), adaptive.clone());
        assert!(exponent > 15.0 || !refuses(&loud, 100), "{exponent}");
        if refuses(&loud, 100) {
            continue;
        }
        for norm in [0.1, 0.13, 0.17, 0.199, 0.3, 0.5, 0.7, 0.99] {
            let state = RunState {
                step: 3,
                clipping_norm: Some(norm),
            };
            let source = source.bound_to(format!("{norm} {exponent}").as_bytes());
            let run = loud.start_at(state, &source, Sensitive::new(10)).unwrap();
            run.grid(100).unwrap();
        }
    }
}

#[test]
fn noise_beyond_the_range_is_refused_before_gradients_are_computed() {
    let loud = NoisySgdParameters {
        noise_multiplier: 1e9,
        ..parameters()
    };
    let run = run(loud, 5);
    for parameters in [0, 2] {
        let refused = run.grid(parameters);
        assert!(matches!(refused, Err(MechanismError::OutOfRange { .. })));
    }
    let counts = NoisySgdParameters {
        clipping: ClippingPlan::Adaptive(AdaptiveClipping {
            count_noise: 1e15,
            ..ADAPTIVE
        }),
        ..parameters()
    };
    let refused = NoisySgdMechanism::new(counts);
    assert!(matches!(refused, Err(MechanismError::OutOfRange { .. })));
}
