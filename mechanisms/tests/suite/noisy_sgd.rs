//! Noisy SGD releases (sum + noise of the planned size) / constant.

use privet_mechanisms::noisy_sgd::CLIPPING_SLACK;
use privet_mechanisms::{
    ClippedSum, DpEvent, NoiseSource, NoisySgdMechanism, NoisySgdParameters, Sensitive,
};

use crate::statistics::assert_normal;

const PARAMETERS: NoisySgdParameters = NoisySgdParameters {
    sampling_probability: 0.01,
    steps: 20,
    clipping_norm: 0.7,
    noise_multiplier: 1.3,
    expected_batch_size: 64.0,
};

/// The released values of all steps when every clipped sum is `sum`.
fn release_all(seed: u64, records: usize, sum: &[f32]) -> Vec<Vec<f32>> {
    let plan = NoisySgdMechanism::new(PARAMETERS).unwrap();
    let source = NoiseSource::danger_fixed_seed(seed);
    let mut run = plan.start(&source, Sensitive::new(records)).unwrap();
    let mut released = Vec::new();
    while let Some(batch) = run.next_batch() {
        let sum = ClippedSum::new(Sensitive::new(sum.to_vec()), plan.clipping_norm());
        released.push(run.release(batch, sum).unwrap());
    }
    assert_eq!((released.len(), run.released()), (20, 20));
    released
}

#[test]
fn the_noise_has_the_planned_deviation_in_every_step() {
    let zeros = vec![0.0; 100_000];
    let released = release_all(1, 5000, &zeros);
    let mut noise: Vec<f64> = released
        .concat()
        .iter()
        .map(|&x| f64::from(x) * 64.0)
        .collect();
    assert_normal(&mut noise, 1.3 * 0.7);
    assert_ne!(released[0], released[1]);
}

#[test]
fn the_noise_is_added_to_the_sum_and_the_divisor_is_the_constant() {
    let (bare, shifted) = (
        release_all(2, 5000, &[0.0; 8]),
        release_all(2, 5000, &[32.0; 8]),
    );
    for (x, y) in bare.concat().iter().zip(shifted.concat()) {
        assert!((y - x - 0.5).abs() < 1e-6);
    }
}

/// No records at all: every batch is empty, and every step is the same noise as with records.
#[test]
fn an_empty_batch_is_a_noise_only_step() {
    let (none, some) = (
        release_all(3, 0, &[0.0; 50]),
        release_all(3, 5000, &[0.0; 50]),
    );
    assert_eq!(none, some);
    assert!(none.concat().iter().all(|&x| x != 0.0));
}

#[test]
fn the_event_is_that_of_the_plan() {
    let plan = NoisySgdMechanism::new(PARAMETERS).unwrap();
    let step = DpEvent::poisson_sampled(0.01, DpEvent::gaussian(1.3).unwrap()).unwrap();
    assert_eq!(plan.event(), DpEvent::self_composed(step, 20).unwrap());
    assert_eq!(
        plan.noise_standard_deviation(),
        1.3 * 0.7 * (1.0 + CLIPPING_SLACK)
    );
    assert_eq!(plan.parameters(), PARAMETERS);
}
