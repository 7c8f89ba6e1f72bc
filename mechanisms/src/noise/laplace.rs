//! The Laplace distribution.

use rand::Rng;
use rand_distr::Distribution;

use super::NoiseStream;
use crate::MechanismError;
use crate::error::in_range;

/// The Laplace distribution with mean 0, density `exp(-|x| / b) / (2 b)`, where `b` is the scale
/// in the unit of the value that is hidden; its standard deviation is `b sqrt(2)`.
///
/// # Numerics
/// One 64-bit word gives a sign (lowest bit) and a uniform `u` in (0, 1] on a grid of 2^-53 (the
/// highest 53 bits); the value is `-b ln(u)` with that sign, in f64. No value beyond 36.8 `b` can
/// occur; the true distribution has mass 2^-53 there, so that a delta below 2^-53 a sample is not
/// delivered, whatever the accountant says of the ideal distribution. Floating-point output has
/// the attack surface that the crate's documentation states, and this sampler is the one that was
/// attacked.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Laplace {
    scale: f64,
}

impl Laplace {
    /// Refuses a scale that is NaN, infinite or negative. Zero is no noise at all.
    pub fn new(scale: f64) -> Result<Self, MechanismError> {
        let valid = scale >= 0.0 && scale.is_finite();
        in_range(
            "scale of the Laplace noise",
            scale,
            valid,
            "finite and not negative",
        )?;
        Ok(Self { scale })
    }

    /// The scale `b`.
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// One value.
    #[inline]
    pub fn sample(&self, stream: &mut NoiseStream) -> f64 {
        Distribution::<f64>::sample(self, stream)
    }
}

impl Distribution<f64> for Laplace {
    #[inline]
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        const GRID: f64 = 1.0 / (1_u64 << 53) as f64;
        let bits = rng.next_u64();
        let uniform = ((bits >> 11) + 1) as f64 * GRID;
        let magnitude = -self.scale * uniform.ln();
        if bits & 1 == 0 { magnitude } else { -magnitude }
    }
}
