//! The Laplace distribution as real numbers.

use super::exponential::exponential;
use super::fixed_point::Scale;
use super::{LazyReal, NoiseStream};
use crate::MechanismError;

/// The Laplace distribution with mean 0 and scale `b`, density `exp(-|x| / b) / (2 b)`, sampled as
/// real numbers: exactly, without floating point. Its standard deviation is `b sqrt(2)`.
///
/// # Exactness
/// An exponential number by von Neumann's algorithm with a random sign; further digits are drawn
/// when a comparison needs them, and `b` is the given f64, exactly. What remains is that integer
/// parts end at 2^10 (probability exp(-2^10)) and that the digits are those of ChaCha20. On the
/// time of a draw see [`ExactGaussian`](super::ExactGaussian).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ExactLaplace(pub(crate) Scale);

impl ExactLaplace {
    /// Refuses a scale outside 2^-20 to 2^40.
    pub fn new(scale: f64) -> Result<Self, MechanismError> {
        Scale::new("scale of the exact Laplace noise", scale).map(Self)
    }

    /// The scale `b`.
    pub fn scale(&self) -> f64 {
        self.0.get()
    }

    /// One real number.
    #[inline]
    pub fn sample(&self, stream: &mut NoiseStream) -> LazyReal {
        let (integer_part, fraction) = exponential(stream);
        LazyReal::symmetric(self.0, integer_part, fraction, stream)
    }
}
