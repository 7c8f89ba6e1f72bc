//! The normal distribution.

use rand::Rng;
use rand_distr::{Distribution, StandardNormal};

use super::NoiseStream;
use crate::MechanismError;
use crate::error::in_range;

/// The normal distribution with mean 0, density `exp(-x^2 / (2 s^2)) / (s sqrt(2 pi))`, where `s`
/// is the standard deviation in the unit of the value that is hidden.
///
/// # Numerics
/// A standard normal in f64 by `rand_distr`'s ziggurat (Doornik 2005, ZIGNOR: 8 bits choose the
/// layer, 52 other bits of the same word the abscissa), times `s`. No value beyond 14 `s` can
/// occur; the true distribution has mass below 2e-44 there. Floating-point output has the attack
/// surface that the crate's documentation states.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Gaussian {
    standard_deviation: f64,
}

impl Gaussian {
    /// Refuses a standard deviation that is NaN, infinite or negative. Zero is no noise at all.
    pub fn new(standard_deviation: f64) -> Result<Self, MechanismError> {
        let valid = standard_deviation >= 0.0 && standard_deviation.is_finite();
        let field = "standard deviation of the Gaussian noise";
        in_range(field, standard_deviation, valid, "finite and not negative")?;
        Ok(Self { standard_deviation })
    }

    /// The standard deviation.
    pub fn standard_deviation(&self) -> f64 {
        self.standard_deviation
    }

    /// One value.
    #[inline]
    pub fn sample(&self, stream: &mut NoiseStream) -> f64 {
        Distribution::<f64>::sample(self, stream)
    }
}

impl Distribution<f64> for Gaussian {
    #[inline]
    fn sample<R: Rng + ?Sized>(&self, rng: &mut R) -> f64 {
        let standard: f64 = StandardNormal.sample(rng);
        self.standard_deviation * standard
    }
}
