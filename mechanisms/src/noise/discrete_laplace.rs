//! The discrete Laplace distribution.

use super::exponential::exponential;
use super::fixed_point::Scale;
use super::{LazyReal, NoiseStream};
use crate::MechanismError;

/// The integers with probability `tanh(1 / (2 t)) exp(-|n| / t)`, exactly, where `t` is the given
/// f64.
///
/// # Exactness
/// The floor of `t` times an exponential number is m with probability proportional to
/// `exp(-m / t)`; it has a random sign, and a 0 with a minus is drawn again, as in Canonne, Kamath
/// and Steinke, "The discrete Gaussian for differential privacy" (NeurIPS 2020), section 5. The
/// exponential number is exact, and the floor is decided by as many of its digits as that takes.
/// What remains, and what the time tells, is as for [`ExactLaplace`](super::ExactLaplace).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DiscreteLaplace(pub(crate) Scale);

impl DiscreteLaplace {
    /// Refuses a scale outside 2^-20 to 2^40.
    pub fn new(scale: f64) -> Result<Self, MechanismError> {
        Scale::new("scale of the discrete Laplace noise", scale).map(Self)
    }

    /// The scale `t`.
    pub fn scale(&self) -> f64 {
        self.0.get()
    }

    /// One value, of magnitude below 2^52.
    #[inline]
    pub fn sample(&self, stream: &mut NoiseStream) -> i64 {
        loop {
            let (integer_part, fraction) = exponential(stream);
            let magnitude = LazyReal::positive(self.0, integer_part, fraction).floor(stream);
            match (stream.coin(), magnitude) {
                (false, _) => return magnitude,
                (true, 0) => {}
                (true, _) => return -magnitude,
            }
        }
    }
}
