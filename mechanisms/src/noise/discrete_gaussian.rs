//! The discrete Gaussian distribution.

use super::NoiseStream;
use super::fixed_point::{FRACTION_BITS, Scale};
use super::half_normal::{accepts, integer_part};
use super::uniform::Ratio;
use crate::MechanismError;

/// The integers with probability proportional to `exp(-n^2 / (2 s^2))`, exactly, where `s` is the
/// given f64 (Canonne, Kamath and Steinke, "The discrete Gaussian for differential privacy",
/// NeurIPS 2020). This is not a rounded normal number.
///
/// # Exactness
/// The algorithm is Karney's for the discrete normal distribution ("Sampling exactly from the
/// normal distribution", 2016), with mean 0: draw k with probability proportional to
/// `exp(-k^2 / 2)`; of the integers from `k s` on, take i uniformly from the first `ceil(s)`; with
/// `x = i / s - k` start again unless x < 1, which leaves i with `k = floor(i / s)` alone, and
/// accept with probability `exp(-x (2 k + x) / 2)`. The product of the probabilities is
/// `exp(-(k + x)^2 / 2) = exp(-i^2 / (2 s^2))`. A 0 with a minus is drawn again. As `s` is a
/// fraction of two integers of fixed width, so is x, and all is decided by integers; the rest is
/// as for [`ExactGaussian`](super::ExactGaussian).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DiscreteGaussian(pub(crate) Scale);

impl DiscreteGaussian {
    /// Refuses a scale outside 2^-20 to 2^40.
    pub fn new(scale: f64) -> Result<Self, MechanismError> {
        Scale::new("scale of the discrete Gaussian noise", scale).map(Self)
    }

    /// The scale `s`: for large ones the standard deviation, and never below it.
    pub fn scale(&self) -> f64 {
        self.0.get()
    }

    /// One value, of magnitude below 2^52.
    #[inline]
    pub fn sample(&self, stream: &mut NoiseStream) -> i64 {
        let Scale { significand, shift } = self.0;
        // s = significand / 2^bits. No overflow: i is below 2^11 s + 2, so i 2^bits is below
        // 2^11 2^53 + 2^73.
        let bits = FRACTION_BITS - shift;
        let spread = ceil_shifted(significand.into(), bits);
        loop {
            let Some(k) = integer_part(stream) else {
                continue;
            };
            let start = u128::from(k) * u128::from(significand);
            let i = ceil_shifted(start, bits) + stream.below(spread);
            // x = distance / significand.
            let distance = (u128::from(i) << bits) - start;
            let Some(mut x) = Ratio::below_one(distance, significand) else {
                continue;
            };
            let negative = stream.coin();
            if negative && i == 0 {
                continue;
            }
            if accepts(k, &mut x, stream) {
                let magnitude = i.cast_signed();
                return if negative { -magnitude } else { magnitude };
            }
        }
    }
}

/// The least integer not below `number / 2^bits`.
fn ceil_shifted(number: u128, bits: u32) -> u64 {
    ((number + ((1 << bits) - 1)) >> bits) as u64
}
