//! One private number, published with noise and rounded up.

use super::fixed_point::{FixedPoint, Scale, at_least_smallest};
use super::{ExactGaussian, NoiseStream};
use crate::error::in_range;
use crate::{MechanismError, Sensitive};

/// The smallest multiple of `spacing` above `value` plus a normal number with mean 0 and this
/// standard deviation, decided exactly.
///
/// **What it releases.** The noisy number is never made: digits of the noise are drawn until the
/// multiple is certain, so the result is a function of the real number `value + noise`, that is
/// post-processing of the Gaussian mechanism; and as it is rounded up, a value that was an upper
/// bound stays one. It is for a data-dependent epsilon with noise scaled to its smooth sensitivity,
/// where the standard deviation is as private as the value.
///
/// **Sensitivity.** The caller's: noise and value enter as the f64 that they are. A value below
/// `2^-20 spacing` counts as that: taking the larger of two numbers moves by no more than they do.
///
/// **Unit.** `value`, `standard_deviation` and `spacing`, which is a public power of two, have the
/// same.
///
/// # Errors
/// A spacing that is not a power of two from 2^-200 to 2^200; a standard deviation outside 2^-20 to
/// 2^40 times the spacing, or a value above `2^40 spacing`. The last two depend on private data:
/// report them to the operator, publish nothing.
pub fn noisy_ceiling(
    value: &Sensitive<f64>,
    standard_deviation: &Sensitive<f64>,
    spacing: f64,
    stream: &mut NoiseStream,
) -> Result<f64, MechanismError> {
    let no_fraction = spacing.to_bits() & ((1 << 52) - 1) == 0;
    let possible = (2_f64.powi(-200)..=2_f64.powi(200)).contains(&spacing) && no_fraction;
    in_range("spacing", spacing, possible, "a power of two")?;
    // Quotients by a power of two are exact. No error may name these numbers.
    let private = |_| MechanismError::PrivateNumber;
    let scale = standard_deviation.expose_sensitive() / spacing;
    let noise = ExactGaussian(Scale::new("", scale).map_err(private)?);
    let units = value.expose_sensitive() / spacing;
    if units.is_nan() {
        return Err(MechanismError::PrivateNumber);
    }
    let base = FixedPoint::from_f64("", at_least_smallest(units)).map_err(private)?;
    let floor = noise.sample(stream).plus(base).floor(stream);
    // Exact: the integer is below 2^52. It is not the number itself, but with probability 0.
    Ok((floor + 1) as f64 * spacing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NoiseSource;

    const SPACING: f64 = 1.0 / 8.0;

    #[test]
    fn the_result_is_the_rounded_up_normal_number() {
        const TRIALS: u32 = 400_000;
        let mut stream = NoiseSource::danger_fixed_seed(31).stream("test", 0);
        let (value, deviation) = (Sensitive::new(0.7), Sensitive::new(0.9));
        let mut draw = || noisy_ceiling(&value, &deviation, SPACING, &mut stream).unwrap();
        let drawn: Vec<f64> = (0..TRIALS).map(|_| draw()).collect();
        assert!(drawn.iter().all(|x| (x / SPACING).fract() == 0.0));
        // Hoeffding: outside with probability below 1e-7 for each of 40.
        let t = (2e7_f64.ln() / (2.0 * f64::from(TRIALS))).sqrt();
        for edge in -20..20 {
            let edge = f64::from(edge) * SPACING;
            let below = drawn.iter().filter(|&&x| x <= edge).count() as f64;
            let p = 0.5 * libm::erfc((0.7 - edge) / (0.9 * std::f64::consts::SQRT_2));
            assert!((below / f64::from(TRIALS) - p).abs() <= t, "{edge}");
        }
    }

    #[test]
    fn numbers_out_of_range_are_refused_without_being_named() {
        let mut stream = NoiseSource::danger_fixed_seed(32).stream("test", 0);
        let mut of = |value: f64, deviation: f64, spacing| {
            let (value, deviation) = (Sensitive::new(value), Sensitive::new(deviation));
            noisy_ceiling(&value, &deviation, spacing, &mut stream)
        };
        for (value, deviation) in [
            (f64::NAN, 1.0),
            (f64::INFINITY, 1.0),
            (1e300, 1.0),
            (1.0, 0.0),
            (1.0, f64::NAN),
            (1.0, 1e300),
        ] {
            assert_eq!(
                of(value, deviation, 1.0),
                Err(MechanismError::PrivateNumber)
            );
        }
        for spacing in [0.0, 0.3, -1.0, f64::NAN, f64::INFINITY, 1e-300] {
            assert!(matches!(
                of(1.0, 1.0, spacing),
                Err(MechanismError::OutOfRange { .. })
            ));
        }
        // A tiny value, and a negative one, count as almost nothing.
        assert!(of(1e-300, 1e-5, 1.0).unwrap() <= 1.0 && of(-5.0, 1e-5, 1.0).unwrap() <= 1.0);
    }
}
