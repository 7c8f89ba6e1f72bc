//! Noisy moments: their event, their law, and what is refused.

use privet_mechanisms::{
    DpEvent, MechanismError, Moments, NoiseSource, NoisyMoments, NoisyMomentsParameters, Sensitive,
};

use crate::statistics::normal_cdf;

const PARAMETERS: NoisyMomentsParameters = NoisyMomentsParameters {
    channels: 2,
    clipping_norm: 4.0,
    noise_multiplier: 0.5,
    declared_units: 4,
};

fn released(parameters: NoisyMomentsParameters, units: &[[f64; 4]], seed: u64) -> Moments {
    let plan = NoisyMoments::new(parameters).unwrap();
    let source = NoiseSource::danger_fixed_seed(seed);
    let count = Sensitive::new(units.len());
    let found = plan.release(&source, &count, |unit| units[unit].to_vec());
    found.unwrap()
}

#[test]
fn the_event_is_a_gaussian() {
    let plan = NoisyMoments::new(PARAMETERS).unwrap();
    assert_eq!(plan.event(), DpEvent::gaussian(0.5).unwrap());
}

#[test]
fn with_little_noise_they_are_the_moments() {
    let parameters = NoisyMomentsParameters {
        noise_multiplier: 1e-5,
        ..PARAMETERS
    };
    // Channel means 1, 3, 1, 3 and 0.5 four times; mean squares 1, 9, 1, 9 (clipped none) and 0.25.
    let units = [
        [0.5, 0.5, 0.25, 0.25],
        [1.5, 0.5, 2.25, 0.25],
        [0.5, 0.5, 0.25, 0.25],
        [1.5, 0.5, 2.25, 0.25],
    ];
    let found = released(parameters, &units, 1);
    assert!((found.means[0] - 1.0).abs() < 1e-3 && (found.means[1] - 0.5).abs() < 1e-3);
    assert!((found.deviations[0] - 0.5).abs() < 1e-3);
    // A variance of 0 is raised to what noise leaves of it.
    assert!(found.deviations[1] >= 1e-5_f64.sqrt() && found.deviations[1] < 0.02);
}

/// One unit more moves the sum by at most the clipping norm, however long its vector is.
#[test]
fn a_unit_moves_the_means_by_at_most_the_clipping_norm() {
    let units = [[0.5, -0.5, 0.3, 0.3], [100.0, -70.0, 10_000.0, 4_900.0]];
    let (without, with) = (
        released(PARAMETERS, &units[..1], 3),
        released(PARAMETERS, &units, 3),
    );
    // The same noise on both: the difference is the clipped vector alone.
    let moved: f64 = (0..2)
        .map(|channel| (4.0 * (with.means[channel] - without.means[channel])).powi(2))
        .sum();
    assert!(moved > 0.0 && moved.sqrt() <= 4.0, "{moved}");
    let refused = [f64::NAN, 0.0, 1.0, 1.0];
    let same = released(PARAMETERS, &[units[0], refused], 3);
    assert_eq!(same, without);
}

/// The noise on a mean has the deviation `z C / n`; Kolmogorov's distance of 4,000 draws stays below 0.045 but for
/// one in ten million.
#[test]
fn noise_has_the_planned_law() {
    let mut draws: Vec<f64> = (0..4_000)
        .map(|seed| released(PARAMETERS, &[], seed).means[0] / 0.5)
        .collect();
    draws.sort_by(f64::total_cmp);
    let distance = draws.iter().enumerate().map(|(rank, &draw)| {
        let expected = normal_cdf(draw);
        let (below, above) = (rank as f64 / 4e3, (rank + 1) as f64 / 4e3);
        (expected - below).abs().max((expected - above).abs())
    });
    let distance = distance.fold(0.0, f64::max);
    assert!(distance < 0.045, "{distance}");
}

#[test]
fn numbers_out_of_range_and_second_releases_are_refused() {
    let with = |change: fn(&mut NoisyMomentsParameters)| {
        let mut parameters = PARAMETERS;
        change(&mut parameters);
        NoisyMoments::new(parameters).unwrap_err().to_string()
    };
    assert!(with(|p| p.channels = 0).starts_with("channels"));
    assert!(with(|p| p.clipping_norm = f64::NAN).starts_with("clipping_norm"));
    assert!(with(|p| p.clipping_norm = 0.0).starts_with("clipping_norm"));
    assert!(with(|p| p.noise_multiplier = 0.0).starts_with("noise_multiplier"));
    assert!(with(|p| p.noise_multiplier = f64::INFINITY).starts_with("noise_multiplier"));
    assert!(with(|p| p.declared_units = 0).starts_with("declared_units"));
    let plan = NoisyMoments::new(PARAMETERS).unwrap();
    let source = NoiseSource::danger_fixed_seed(1);
    let none = Sensitive::new(0);
    plan.release(&source, &none, |_| vec![]).unwrap();
    assert!(matches!(
        plan.release(&source, &none, |_| vec![]),
        Err(MechanismError::AlreadyStarted { .. })
    ));
}
