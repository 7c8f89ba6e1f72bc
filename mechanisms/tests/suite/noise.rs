//! Gaussian samples have the distribution that they claim.

use privet_mechanisms::{Gaussian, MechanismError, NoiseSource};

use crate::statistics::assert_normal;

const SAMPLES: usize = 2_000_000;

#[test]
fn gaussian_noise_is_normal_with_the_stated_deviation() {
    let mut stream = NoiseSource::danger_fixed_seed(1).stream("test", 0);
    let gaussian = Gaussian::new(3.5).unwrap();
    let mut samples: Vec<f64> = (0..SAMPLES).map(|_| gaussian.sample(&mut stream)).collect();
    assert_normal(&mut samples, 3.5);
}

/// The first sample of each of many streams: what a mechanism that draws once a step sees.
#[test]
fn first_samples_of_many_streams_are_normal() {
    let source = NoiseSource::danger_fixed_seed(3);
    let gaussian = Gaussian::new(1.0).unwrap();
    let first = |index| gaussian.sample(&mut source.stream("test", index));
    let mut samples: Vec<f64> = (0..SAMPLES as u64).map(first).collect();
    assert_normal(&mut samples, 1.0);
}

#[test]
fn scales_that_are_no_scales_are_refused() {
    for bad in [f64::NAN, -1.0, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(matches!(
            Gaussian::new(bad),
            Err(MechanismError::OutOfRange { .. })
        ));
    }
    let message = Gaussian::new(-1.0).unwrap_err().to_string();
    assert!(
        message.contains("standard deviation") && message.contains("-1"),
        "{message}"
    );
}
