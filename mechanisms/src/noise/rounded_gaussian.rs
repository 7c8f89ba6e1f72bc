//! The normal distribution rounded to integers, without floating point.

use super::NoiseStream;
use super::fixed_point::parts;
use super::half_normal::half_normal;
use super::uniform::Ratio;
use crate::MechanismError;
use crate::error::in_range;

/// The integer nearest to a normally distributed number with mean 0 and standard deviation `s`:
/// `P(n) = Phi((n + 1/2) / s) - Phi((n - 1/2) / s)`, exactly.
///
/// # Use
/// Adding an integer commutes with rounding. So integers plus this noise are a rounding of
/// integers plus Gaussian noise: post-processing of the Gaussian mechanism, coordinate by
/// coordinate, at its cost. (This is not the discrete Gaussian, whose probabilities are
/// proportional to `exp(-n^2 / (2 s^2))`.)
///
/// # Exactness
/// Algorithm N of Karney, "Sampling exactly from the normal distribution" (ACM Transactions on
/// Mathematical Software 42(1), 2016) gives the integer part and the first digits of the fraction
/// of a standard normal number; more digits are uniform, and they are drawn until the rounding is
/// decided. Every decision compares integers. What remains:
/// - `s` is the given number rounded **up** to 32 significant bits, by less than 2^-31 relatively;
/// - integer parts end at 2^10; a normal number is larger with probability below exp(-2^19);
/// - the digits are those of ChaCha20.
///
/// # Time
/// The time of a draw depends on the noise that is drawn: whoever can measure single draws learns
/// something about it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RoundedGaussian {
    /// `s = significand / 2^(shift - 64)`, with 2^31 <= significand < 2^32.
    significand: u64,
    /// Between 55 and 105.
    shift: u32,
}

/// Bounds that keep every intermediate result within its integer type.
const LARGEST: f64 = (1_u64 << 40) as f64;
const SMALLEST: f64 = 1.0 / 1024.0;

impl RoundedGaussian {
    /// Refuses a standard deviation outside 2^-10 to 2^40.
    pub fn new(standard_deviation: f64) -> Result<Self, MechanismError> {
        in_range(
            "standard deviation of the rounded Gaussian noise",
            standard_deviation,
            (SMALLEST..=LARGEST).contains(&standard_deviation),
            "between 2^-10 and 2^40 (choose another unit of the grid)",
        )?;
        // mantissa * 2^(shift - 72) with 2^52 <= mantissa < 2^53; 21 bits of it are rounded away.
        let (mantissa, shift) = parts(standard_deviation);
        let (mut significand, mut shift) = (mantissa.div_ceil(1 << 21), 64 + 72 - 21 - shift);
        if significand == 1 << 32 {
            (significand, shift) = (1 << 31, shift - 1);
        }
        Ok(Self { significand, shift })
    }

    /// The standard deviation before rounding to integers; at least the one that was asked for.
    pub fn standard_deviation(&self) -> f64 {
        self.significand as f64 * 2_f64.powi(64 - self.shift.cast_signed())
    }

    /// One value, of magnitude below 2^51.
    #[inline]
    pub fn sample(&self, stream: &mut NoiseStream) -> i64 {
        let (integer_part, fraction) = half_normal(stream);
        let magnitude = self.round(integer_part, fraction.digits(stream));
        if stream.coin() { -magnitude } else { magnitude }
    }

    /// The integer nearest to `s` times (integer part plus 0.digits in base 2^32).
    fn round(&self, integer_part: u64, mut digits: impl FnMut() -> u32) -> i64 {
        // In units of 2^-shift, with f in [0, 1) for the digits that are not yet known, the result
        // is the floor of (product + significand f + unit / 2) / unit. No overflow: the product is
        // below 2^32 * 2^(10 + 1 + 64), the unit at most 2^105.
        let known = u128::from(digits()) << 32 | u128::from(digits());
        let product = u128::from(self.significand) * (u128::from(integer_part) << 64 | known);
        let unit = 1_u128 << self.shift;
        let low = product + unit / 2;
        let floor = (low >> self.shift) as i64;
        // The next integer begins at f = gap / significand. There is at most one such point in
        // [0, 1), because the significand is below the unit.
        let gap = unit - (low & (unit - 1));
        let above = Ratio::below_one(gap, self.significand).is_some_and(|gap| !gap.exceeds(digits));
        floor + i64::from(above)
    }
}

#[cfg(test)]
#[path = "rounded_gaussian_tests.rs"]
mod tests;
