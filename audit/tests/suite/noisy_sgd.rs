//! One training of the mechanism of noisy SGD shows absent noise and absent clipping.
//!
//! Seeds are fixed, so that these tests pass always or never. (At a confidence of 1 - 1e-6 no one-run
//! audit sees anything: delta alone may fail that often.)

use privet_accountant::NeighboringRelation;
use privet_audit::noisy_sgd::{MechanismCanaries, Sight, audit_mechanism, power};
use privet_audit::one_run::best_bound;
use privet_audit::{Claim, Confidence};
use privet_mechanisms::{
    Arithmetic, Clipping, NoiseSource, NoiseStrategy, NoisySgdMechanism, NoisySgdParameters,
    Sampling,
};

const DELTA: f64 = 1e-5;
const CANARIES: usize = 1000;
/// The noise multiplier that is claimed.
const PLANNED: f64 = 2.5;

fn plan(noise_multiplier: f64, arithmetic: Arithmetic) -> NoisySgdMechanism {
    NoisySgdMechanism::new(NoisySgdParameters {
        sampling: Sampling::Poisson {
            sampling_probability: 0.25,
        },
        declared_units: 4000,
        steps: 40,
        clipping: Clipping::Flat { norm: 0.5 }.into(),
        noise: NoiseStrategy::independent(),
        noise_multiplier,
        arithmetic,
    })
    .unwrap()
}

/// The epsilon that is claimed, of the planned noise.
fn claimed() -> f64 {
    let event = plan(PLANNED, Arithmetic::Float)
        .event(NeighboringRelation::AddOrRemoveOne)
        .unwrap();
    let claim = Claim::of(&event, NeighboringRelation::AddOrRemoveOne, DELTA);
    claim.unwrap().epsilon()
}

/// The bound on what one training shows, with noise and lengths as they are in truth.
fn found(noise_multiplier: f64, length: f64, arithmetic: Arithmetic) -> f64 {
    let canaries = MechanismCanaries {
        count: CANARIES,
        length,
    };
    let noise = NoiseSource::danger_fixed_seed(21);
    let plan = plan(noise_multiplier, arithmetic);
    let canaries = audit_mechanism(&plan, canaries, &noise).unwrap();
    let confidence = Confidence::new(0.99).unwrap();
    best_bound(&canaries, DELTA, confidence).unwrap().epsilon
}

#[test]
fn what_is_right_is_not_accused() {
    for arithmetic in [Arithmetic::Float, Arithmetic::Exact] {
        let bound = found(PLANNED, 1.0, arithmetic);
        assert!(bound < claimed(), "{bound} {}", claimed());
        assert!(bound > 0.05, "the audit sees nothing: {bound}");
    }
}

#[test]
fn absent_noise_is_caught() {
    for arithmetic in [Arithmetic::Float, Arithmetic::Exact] {
        let bound = found(1e-2, 1.0, arithmetic);
        assert!(bound > claimed(), "{bound} {}", claimed());
    }
}

#[test]
fn absent_clipping_is_caught() {
    for arithmetic in [Arithmetic::Float, Arithmetic::Exact] {
        let bound = found(PLANNED, 30.0, arithmetic);
        assert!(bound > claimed(), "{bound} {}", claimed());
    }
}

/// What is said of the audit's power is what the mechanism shows, and a smaller defect shows less.
#[test]
fn power_is_that_of_the_mechanism() {
    let sight = Sight {
        canaries: CANARIES,
        sampling_probability: 0.25,
        steps: 40,
        noise_multiplier: PLANNED,
    };
    let confidence = Confidence::new(0.99).unwrap();
    let factors = [1.0, 0.5, 0.0];
    let seen = power(sight, &factors, claimed(), DELTA, confidence).unwrap();
    assert_eq!((seen[0].caught, seen[2].caught), (0.0, 1.0), "{seen:?}");
    assert!(seen[0].median_epsilon < seen[1].median_epsilon);
    for (power, noise) in seen.iter().zip([PLANNED, 0.5 * PLANNED, 1e-3]) {
        let bound = found(noise, 1.0, Arithmetic::Float);
        assert!(
            (bound - power.median_epsilon).abs() < 1.0,
            "{power:?} {bound}"
        );
    }
}
