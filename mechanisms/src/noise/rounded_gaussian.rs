//! The normal distribution rounded to integers, without floating point.

use rand::Rng;

use super::NoiseStream;
use super::uniform::Uniform;
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
/// - integer parts end at 2^16; a normal number is larger with probability below exp(-2^31);
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
const LARGEST_INTEGER_PART: u64 = 1 << 16;

impl RoundedGaussian {
    /// Refuses a standard deviation outside 2^-10 to 2^40.
    pub fn new(standard_deviation: f64) -> Result<Self, MechanismError> {
        in_range(
            "standard deviation of the rounded Gaussian noise",
            standard_deviation,
            (SMALLEST..=LARGEST).contains(&standard_deviation),
            "between 2^-10 and 2^40 (choose another unit of the grid)",
        )?;
        // A normal f64 is mantissa * 2^exponent with 2^52 <= mantissa < 2^53.
        let bits = standard_deviation.to_bits();
        let mantissa = bits & ((1 << 52) - 1) | 1 << 52;
        let exponent = (bits >> 52) as i32 - 1075;
        let (mut significand, mut shift) = (mantissa.div_ceil(1 << 21), 64 - 21 - exponent);
        if significand == 1 << 32 {
            (significand, shift) = (1 << 31, shift - 1);
        }
        Ok(Self {
            significand,
            shift: shift.unsigned_abs(),
        })
    }

    /// The standard deviation before rounding to integers; at least the one that was asked for.
    pub fn standard_deviation(&self) -> f64 {
        self.significand as f64 * 2_f64.powi(64 - self.shift.cast_signed())
    }

    /// One value, of magnitude below 2^57.
    #[inline]
    pub fn sample(&self, stream: &mut NoiseStream) -> i64 {
        let (integer_part, fraction) = half_normal(stream);
        let magnitude = self.round(integer_part, fraction.digits(stream));
        if stream.next_u32() >> 31 == 0 {
            magnitude
        } else {
            -magnitude
        }
    }

    /// The integer nearest to `s` times (integer part plus 0.digits in base 2^32).
    fn round(&self, integer_part: u64, mut digits: impl FnMut() -> u32) -> i64 {
        // In units of 2^-shift, with f in [0, 1) for the digits that are not yet known, the result
        // is the floor of (product + significand f + unit / 2) / unit. No overflow: the product is
        // below 2^32 * 2^(16 + 1 + 64), the unit at most 2^105.
        let known = u128::from(digits()) << 32 | u128::from(digits());
        let product = u128::from(self.significand) * (u128::from(integer_part) << 64 | known);
        let unit = 1_u128 << self.shift;
        let low = product + unit / 2;
        let floor = (low >> self.shift) as i64;
        // The next integer begins at f = gap / significand. There is at most one such point in
        // [0, 1), because the significand is below the unit.
        match u64::try_from(unit - (low & (unit - 1))) {
            Ok(gap) if gap < self.significand => floor + i64::from(self.reaches(gap, digits)),
            _ => floor,
        }
    }

    /// Whether `significand * f >= gap` for the uniform `f` with these digits; 0 < gap < significand.
    #[cold]
    fn reaches(&self, mut gap: u64, mut digits: impl FnMut() -> u32) -> bool {
        loop {
            // f = (digit + f') / 2^32, so the gap for f' is gap * 2^32 - significand * digit.
            let (scaled, step) = (gap << 32, self.significand * u64::from(digits()));
            if scaled <= step {
                return true;
            }
            gap = scaled - step;
            if gap >= self.significand {
                return false;
            }
        }
    }
}

/// The absolute value of a standard normal number, as integer part and fraction (Algorithm N).
///
/// `(k, x)` is proposed with density `exp(-k/2)` and accepted with probability
/// `exp(-k (k - 1) / 2) exp(-x (2 k + x) / 2)`; the product is `exp(-(k + x)^2 / 2)`.
#[inline]
fn half_normal(stream: &mut NoiseStream) -> (u64, Uniform) {
    loop {
        let mut k = 0;
        while k < LARGEST_INTEGER_PART && exp_minus_half(stream) {
            k += 1;
        }
        if !(0..k * k.saturating_sub(1)).all(|_| exp_minus_half(stream)) {
            continue;
        }
        let mut x = Uniform::new(stream);
        if (0..=k).all(|_| exp_minus_share(k, &mut x, stream)) {
            return (k, x);
        }
    }
}

/// True with probability `exp(-1/2)` (Algorithm H; von Neumann 1951).
///
/// A run 1/2 > u1 > u2 > ... has length at least `n` with probability `(1/2)^n / n!`, so its
/// length is even with probability `1 - 1/2 + (1/2)^2 / 2! - ...`.
#[inline]
fn exp_minus_half(stream: &mut NoiseStream) -> bool {
    let mut last = Uniform::new(stream);
    if !last.is_below_half() {
        return true;
    }
    let mut even = false;
    loop {
        let mut next = Uniform::new(stream);
        if !next.is_below(&mut last, stream) {
            return even;
        }
        (last, even) = (next, !even);
    }
}

/// True with probability `exp(-x (2 k + x) / (2 k + 2))` (Algorithm B): runs as above that start
/// below `x` and go on with probability `(2 k + x) / (2 k + 2)` each time.
#[inline]
fn exp_minus_share(k: u64, x: &mut Uniform, stream: &mut NoiseStream) -> bool {
    let mut last: Option<Uniform> = None;
    let mut even = true;
    loop {
        let mut next = Uniform::new(stream);
        let goes_on = next.is_below(last.as_mut().unwrap_or(x), stream)
            && match stream.below(2 * k + 2) {
                choice if choice < 2 * k => true,
                choice if choice == 2 * k => Uniform::new(stream).is_below(x, stream),
                _ => false,
            };
        if !goes_on {
            return even;
        }
        (last, even) = (Some(next), !even);
    }
}

#[cfg(test)]
#[path = "rounded_gaussian_tests.rs"]
mod tests;
