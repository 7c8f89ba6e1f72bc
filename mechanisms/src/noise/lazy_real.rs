//! A real number that is known as far as its comparisons needed it.

use super::NoiseStream;
use super::fixed_point::{FRACTION_BITS, FixedPoint, Scale};
use super::uniform::Uniform;

/// The real number `base + sign * scale * (integer part + fraction)`, where the fraction is a
/// uniform number whose digits are drawn when they are needed, and all else is known exactly.
///
/// It is what an exact sampler returns: not a rounding of a random real number but the number
/// itself. A decision about it (is it below another one, what is its floor) draws digits until the
/// real numbers decide it, and keeps those that were drawn; so it is the decision of the
/// continuous distribution, with its probabilities, and two numbers are equal with probability 0.
///
/// # Fixed width is enough
/// In units of 2^-72 the difference of two such numbers of one scale is an integer `gap` plus
/// `significand * 2^shift * (+-f +- f')` with unknown f, f' in [0, 1). Where the gap is at least
/// twice `significand * 2^shift` in magnitude it decides. Where it is not, the next digit of both
/// turns f into `(digit + f) / 2^32`: either the shift is 32 smaller, or the unit is, and with it
/// the gap, which was below `2 * significand * 2^shift`, grows to at most 2^(1 + 53 + 32) of the
/// new units. No number of digits makes it larger.
#[derive(Debug)]
pub struct LazyReal {
    /// In units of 2^-72.
    base: i128,
    scale: Scale,
    negative: bool,
    integer_part: u64,
    fraction: Uniform,
}

/// Integer parts of standard noise end here: a normal number is larger with probability below
/// exp(-2^19), an exponential one with exp(-2^10), which is less than the smallest f64.
pub(super) const LARGEST_INTEGER_PART: u64 = 1 << 10;

impl LazyReal {
    /// `scale * (integer part + fraction)` with a random sign.
    #[inline]
    pub(super) fn symmetric(
        scale: Scale,
        integer_part: u64,
        fraction: Uniform,
        stream: &mut NoiseStream,
    ) -> Self {
        Self {
            base: 0,
            scale,
            negative: stream.coin(),
            integer_part,
            fraction,
        }
    }

    /// `scale * (integer part + fraction)`.
    pub(super) fn positive(scale: Scale, integer_part: u64, fraction: Uniform) -> Self {
        Self {
            base: 0,
            scale,
            negative: false,
            integer_part,
            fraction,
        }
    }

    /// This number plus `number`.
    #[inline]
    pub(crate) fn plus(mut self, number: FixedPoint) -> Self {
        self.base += number.units();
        self
    }

    /// Whether it is below `other`, a number of the same scale.
    #[inline]
    pub(crate) fn is_below(&mut self, other: &mut Self, stream: &mut NoiseStream) -> bool {
        debug_assert_eq!(self.scale, other.scale);
        let gap = other.known() - self.known();
        self.scale.decide(gap, |index| {
            other.digit(index, stream) - self.digit(index, stream)
        })
    }

    /// Whether it is at least `number`.
    #[inline]
    pub(crate) fn reaches(&mut self, number: FixedPoint, stream: &mut NoiseStream) -> bool {
        let gap = self.known() - number.units();
        self.scale.decide(gap, |index| self.digit(index, stream))
    }

    /// The largest integer that is not above it.
    pub fn floor(&mut self, stream: &mut NoiseStream) -> i64 {
        let Scale { significand, shift } = self.scale;
        // With two digits it is known to less than 1, so to one of two integers. No overflow: the
        // significand is below 2^53 and the shift at most 60.
        let high = u128::from(self.fraction.digit(0, stream));
        let digits = high << 32 | u128::from(self.fraction.digit(1, stream));
        let more = ((u128::from(significand) * digits) >> (64 - shift)) as i128;
        let rest = 2 + (i128::from(significand) >> (64 - shift));
        let low = match self.negative {
            false => self.known() + more,
            true => self.known() - more - rest,
        };
        let floor = low >> FRACTION_BITS;
        let above = self.reaches(FixedPoint::new(floor + 1, 0), stream);
        floor as i64 + i64::from(above)
    }

    /// All but the fraction's part, in units of 2^-72.
    fn known(&self) -> i128 {
        let magnitude = i128::from(self.scale.significand) * i128::from(self.integer_part);
        let magnitude = magnitude << self.scale.shift;
        match self.negative {
            false => self.base + magnitude,
            true => self.base - magnitude,
        }
    }

    /// Digit `index` of the fraction, with the sign.
    fn digit(&mut self, index: usize, stream: &mut NoiseStream) -> i64 {
        let digit = i64::from(self.fraction.digit(index, stream));
        if self.negative { -digit } else { digit }
    }
}

impl Scale {
    /// Whether `gap` units plus `scale` times a number in (-2, 2) is positive; digit `index` of
    /// that number, a difference of two digits in base 2^32, is `digit(index)`.
    #[inline]
    fn decide(self, mut gap: i128, mut digit: impl FnMut(usize) -> i64) -> bool {
        let significand = i128::from(self.significand);
        let mut shift = self.shift;
        for index in 0.. {
            let bound = (2 * significand) << shift;
            if gap >= bound {
                return true;
            }
            if gap <= -bound {
                return false;
            }
            match shift.checked_sub(32) {
                Some(less) => shift = less,
                None => (gap, shift) = (gap << (32 - shift), 0),
            }
            gap += (significand * i128::from(digit(index))) << shift;
        }
        // Only after usize::MAX digits.
        gap > 0
    }
}

#[cfg(test)]
#[path = "lazy_real_tests.rs"]
mod tests;
