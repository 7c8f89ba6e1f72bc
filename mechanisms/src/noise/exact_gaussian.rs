//! The normal distribution as real numbers.

use super::fixed_point::Scale;
use super::half_normal::half_normal;
use super::{LazyReal, NoiseStream};
use crate::MechanismError;

/// The normal distribution with mean 0 and standard deviation `s`, density
/// `exp(-x^2 / (2 s^2)) / (s sqrt(2 pi))`, sampled as real numbers: exactly, without floating
/// point.
///
/// # Exactness
/// Integer part and fraction of a standard normal number come from Karney's algorithm N (2016),
/// further digits are drawn when a comparison needs them, and `s` is the given f64, exactly. What
/// remains is that integer parts end at 2^10 (probability below exp(-2^19)) and that the digits
/// are those of ChaCha20. For sums that are published as numbers there is
/// [`RoundedGaussian`](super::RoundedGaussian).
///
/// # Time
/// The time of a draw, and of a comparison, depends on the noise that is drawn: whoever can measure
/// single draws learns something about it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExactGaussian(pub(crate) Scale);

impl ExactGaussian {
    /// Refuses a standard deviation outside 2^-20 to 2^40.
    pub fn new(standard_deviation: f64) -> Result<Self, MechanismError> {
        Scale::new(
            "standard deviation of the exact Gaussian noise",
            standard_deviation,
        )
        .map(Self)
    }

    /// The standard deviation.
    pub fn standard_deviation(&self) -> f64 {
        self.0.get()
    }

    /// One real number.
    #[inline]
    pub fn sample(&self, stream: &mut NoiseStream) -> LazyReal {
        let (integer_part, fraction) = half_normal(stream);
        LazyReal::symmetric(self.0, integer_part, fraction, stream)
    }
}
