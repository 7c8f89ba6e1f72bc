//! Bounds are not above the truth more often than they may be.
//!
//! Seeds are fixed. Where failures are counted, the number allowed is exceeded with probability below
//! 1e-6 by a bound that fails as often as it may.

use privet_accountant::sampler::binomial::tail_above;
use privet_audit::one_run::{Canary, best_bound};
use privet_audit::{Confidence, Rate};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rand_distr::{Distribution, StandardNormal};

/// The largest number of failures that a bound may have: the next one has probability below 1e-6.
fn allowed(trials: u64, failure: f64) -> u64 {
    let too_many = |count: &u64| tail_above(trials, failure, *count) < 1e-6;
    (0..=trials).find(too_many).unwrap() - 1
}

fn coin(generator: &mut StdRng, probability: f64) -> bool {
    (generator.next_u64() >> 11) as f64 * (-53_f64).exp2() < probability
}

#[test]
fn shares_are_covered() {
    let generator = &mut StdRng::seed_from_u64(1);
    let confidence = Confidence::new(0.9).unwrap();
    for truth in [0.001, 0.2, 0.5, 0.97] {
        let (mut below, mut above) = (0, 0);
        for _ in 0..2000 {
            let hits = (0..150).filter(|_| coin(generator, truth)).count();
            let rate = Rate::new(hits as u64, 150).unwrap();
            below += u64::from(rate.upper(confidence) < truth);
            above += u64::from(rate.lower(confidence) > truth);
        }
        assert!(
            below.max(above) <= allowed(2000, 0.1),
            "{truth}: {below} {above}"
        );
    }
}

/// Each coin is told rightly with probability e/(1 + e): exactly 1-differentially private.
#[test]
fn one_run_does_not_exceed_randomised_response() {
    let generator = &mut StdRng::seed_from_u64(2);
    let confidence = Confidence::new(0.8).unwrap();
    let right = 1.0 / (1.0 + (-1.0_f64).exp());
    let mut failures = 0;
    let mut largest: f64 = 0.0;
    for _ in 0..600 {
        let canaries: Vec<Canary> = (0..300)
            .map(|_| {
                let included = coin(generator, 0.5);
                let told = coin(generator, right) == included;
                // Ties are broken without a look at the coin.
                let jitter = 1e-3 * coin(generator, 0.5) as u8 as f64;
                Canary {
                    score: f64::from(u8::from(told)) + jitter,
                    included,
                }
            })
            .collect();
        let bound = best_bound(&canaries, 0.0, confidence).unwrap().epsilon;
        failures += u64::from(bound > 1.0);
        largest = largest.max(bound);
    }
    assert!(failures <= allowed(600, 0.2), "{failures}");
    assert!(largest > 0.9, "the bound has no power: {largest}");
}

/// Canaries in directions of their own under Gaussian noise.
#[test]
fn one_run_does_not_exceed_the_gaussian_mechanism() {
    use privet_accountant::gaussian_dp::GaussianDp;
    let generator = &mut StdRng::seed_from_u64(3);
    let (mu, delta) = (1.5, 1e-2);
    let truth = GaussianDp::new(mu).unwrap().epsilon(delta).unwrap();
    let confidence = Confidence::new(0.8).unwrap();
    let bounds: Vec<f64> = (0..300)
        .map(|_| {
            let canaries: Vec<Canary> = (0..200)
                .map(|_| {
                    let included = coin(generator, 0.5);
                    let noise: f64 = StandardNormal.sample(generator);
                    Canary {
                        score: mu * f64::from(u8::from(included)) + noise,
                        included,
                    }
                })
                .collect();
            best_bound(&canaries, delta, confidence).unwrap().epsilon
        })
        .collect();
    let failures = bounds.iter().filter(|&&bound| bound > truth).count() as u64;
    assert!(failures <= allowed(300, 0.2), "{failures}");
}
