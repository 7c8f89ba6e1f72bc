//! The absolute value of a standard normal number, without floating point.

use super::NoiseStream;
use super::lazy_real::LARGEST_INTEGER_PART;
use super::uniform::{Ratio, Uniform};

/// The integer part and the fraction of the absolute value of a standard normal number.
///
/// Algorithm N of Karney, "Sampling exactly from the normal distribution" (ACM Transactions on
/// Mathematical Software 42(1), 2016): `(k, x)` is proposed with density `exp(-k/2)` and accepted
/// with probability `exp(-k (k - 1) / 2) exp(-x (2 k + x) / 2)`; the product is `exp(-(k + x)^2 / 2)`.
#[inline]
pub(super) fn half_normal(stream: &mut NoiseStream) -> (u64, Uniform) {
    loop {
        let Some(k) = integer_part(stream) else {
            continue;
        };
        let mut x = Uniform::new(stream);
        if accepts(k, &mut x, stream) {
            return (k, x);
        }
    }
}

/// A number k with probability proportional to `exp(-k^2 / 2)`, or none.
#[inline]
pub(super) fn integer_part(stream: &mut NoiseStream) -> Option<u64> {
    let mut k = 0;
    while k < LARGEST_INTEGER_PART && exp_minus_half(stream) {
        k += 1;
    }
    (0..k * k.saturating_sub(1))
        .all(|_| exp_minus_half(stream))
        .then_some(k)
}

/// True with probability `exp(-x (2 k + x) / 2)`.
#[inline]
pub(super) fn accepts(k: u64, x: &mut impl Share, stream: &mut NoiseStream) -> bool {
    (0..=k).all(|_| exp_minus_share(k, x, stream))
}

/// A number in [0, 1) with which uniform numbers are compared.
pub(super) trait Share {
    /// Whether it is above `uniform`.
    fn exceeds(&mut self, uniform: &mut Uniform, stream: &mut NoiseStream) -> bool;
}

impl Share for Uniform {
    #[inline]
    fn exceeds(&mut self, uniform: &mut Uniform, stream: &mut NoiseStream) -> bool {
        uniform.is_below(self, stream)
    }
}

impl Share for Ratio {
    #[inline]
    fn exceeds(&mut self, uniform: &mut Uniform, stream: &mut NoiseStream) -> bool {
        let mut index = 0;
        Ratio::exceeds(*self, || {
            index += 1;
            uniform.digit(index - 1, stream)
        })
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
fn exp_minus_share(k: u64, x: &mut impl Share, stream: &mut NoiseStream) -> bool {
    let mut last: Option<Uniform> = None;
    let mut even = true;
    loop {
        let mut next = Uniform::new(stream);
        let falls = match &mut last {
            Some(last) => next.is_below(last, stream),
            None => x.exceeds(&mut next, stream),
        };
        let goes_on = falls
            && match stream.below(2 * k + 2) {
                choice if choice < 2 * k => true,
                choice if choice == 2 * k => x.exceeds(&mut Uniform::new(stream), stream),
                _ => false,
            };
        if !goes_on {
            return even;
        }
        (last, even) = (Some(next), !even);
    }
}

#[cfg(test)]
#[path = "half_normal_tests.rs"]
mod tests;
