//! A uniform number in [0, 1) whose digits are drawn when they are needed.

use std::iter;

use rand::Rng;

use super::NoiseStream;

/// A real number, uniform in [0, 1), of which the first digits in base 2^32 are known.
///
/// Comparing two such numbers draws digits until they differ; the decision is that of the real
/// numbers, without rounding (von Neumann 1951). Equal numbers have probability 0.
#[derive(Debug)]
pub(super) struct Uniform {
    first: u32,
    /// Empty, but for the one comparison in 2^32 that the first digit does not decide.
    rest: Vec<u32>,
}

impl Uniform {
    /// A new number; one digit is drawn.
    #[inline]
    pub(super) fn new(stream: &mut NoiseStream) -> Self {
        Self {
            first: stream.next_u32(),
            rest: Vec::new(),
        }
    }

    /// Whether it is less than 1/2.
    #[inline]
    pub(super) fn is_below_half(&self) -> bool {
        self.first < 1 << 31
    }

    /// Whether it is less than `other`.
    #[inline]
    pub(super) fn is_below(&mut self, other: &mut Self, stream: &mut NoiseStream) -> bool {
        if self.first != other.first {
            return self.first < other.first;
        }
        self.rest_is_below(other, stream)
    }

    #[cold]
    fn rest_is_below(&mut self, other: &mut Self, stream: &mut NoiseStream) -> bool {
        let mut index = 0;
        loop {
            index += 1;
            let (ours, theirs) = (self.digit(index, stream), other.digit(index, stream));
            if ours != theirs {
                return ours < theirs;
            }
        }
    }

    /// The digit at `index`, from 0, drawn now if it is not yet known.
    #[inline]
    pub(super) fn digit(&mut self, index: usize, stream: &mut NoiseStream) -> u32 {
        match index.checked_sub(1) {
            None => self.first,
            Some(index) => {
                while self.rest.len() <= index {
                    self.rest.push(stream.next_u32());
                }
                self.rest[index]
            }
        }
    }

    /// Yields its digits, the most significant first: those that are known, then new ones for ever.
    #[inline]
    pub(super) fn digits<'a>(&'a self, stream: &'a mut NoiseStream) -> impl FnMut() -> u32 + 'a {
        let mut known = iter::once(&self.first).chain(&self.rest);
        move || known.next().copied().unwrap_or_else(|| stream.next_u32())
    }
}

/// A fraction of two integers, at least 0 and below 1.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ratio {
    numerator: u64,
    denominator: u64,
}

impl Ratio {
    /// `numerator / denominator`, unless that is 1 or more.
    #[inline]
    pub(super) fn below_one(numerator: u128, denominator: u64) -> Option<Self> {
        u64::try_from(numerator)
            .ok()
            .filter(|&numerator| numerator < denominator)
            .map(|numerator| Self {
                numerator,
                denominator,
            })
    }

    /// Whether it is above the uniform number with these digits in base 2^32.
    #[inline]
    pub(super) fn exceeds(self, mut digits: impl FnMut() -> u32) -> bool {
        let denominator = u128::from(self.denominator);
        let mut numerator = u128::from(self.numerator);
        loop {
            // u = (digit + u') / 2^32, so u' is compared with (numerator * 2^32 - denominator *
            // digit) / denominator.
            let scaled = numerator << 32;
            let step = denominator * u128::from(digits());
            if scaled <= step {
                return false;
            }
            numerator = scaled - step;
            if numerator >= denominator {
                return true;
            }
        }
    }
}

#[cfg(test)]
impl Uniform {
    /// A number of which these digits are known; there is at least one.
    pub(super) fn with_digits(digits: &[u32]) -> Self {
        Self {
            first: digits[0],
            rest: digits[1..].to_vec(),
        }
    }

    /// The known digits.
    pub(super) fn known_digits(&self) -> Vec<u32> {
        std::iter::once(self.first)
            .chain(self.rest.iter().copied())
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(first: u32, rest: &[u32]) -> Uniform {
        Uniform::with_digits(&[&[first], rest].concat())
    }

    #[test]
    fn ratios_are_compared_with_digits() {
        let third = Ratio::below_one(1, 3).unwrap();
        let below = |ratio: Ratio, digits: &[u32]| {
            let mut digits = digits.iter().copied();
            ratio.exceeds(|| digits.next().unwrap_or(0))
        };
        // 1/3 is 0.5555... in base 16.
        assert!(below(
            third,
            &[0x5555_5555, 0x5555_5555, 0x5555_5554, u32::MAX]
        ));
        assert!(!below(third, &[0x5555_5555, 0x5555_5555, 0x5555_5556]));
        // A uniform number that equals the ratio is not below it; nothing is below 0.
        let half = Ratio::below_one(1 << 52, 1 << 53).unwrap();
        assert!(!below(half, &[1 << 31]) && below(half, &[(1 << 31) - 1, u32::MAX]));
        assert!(!below(Ratio::below_one(0, 7).unwrap(), &[0]));
        assert!(Ratio::below_one(3, 3).is_none() && Ratio::below_one(1 << 70, 3).is_none());
    }

    #[test]
    fn numbers_are_compared_digit_by_digit() {
        let mut stream = NoiseStream::from_seed(&[1; 32]);
        let numbers = [
            number(0, &[]),
            number(5, &[7, 0]),
            number(5, &[7, 1, 9]),
            number(5, &[7, u32::MAX]),
            number(5, &[8]),
            number(u32::MAX, &[]),
        ];
        for (i, a) in numbers.iter().enumerate() {
            for (j, b) in numbers.iter().enumerate().filter(|(j, _)| i != *j) {
                let (mut a, mut b) = (number(a.first, &a.rest), number(b.first, &b.rest));
                assert_eq!(a.is_below(&mut b, &mut stream), i < j, "{a:?} {b:?}");
            }
        }
        assert!(number((1 << 31) - 1, &[u32::MAX]).is_below_half());
        assert!(!number(1 << 31, &[]).is_below_half());
    }

    /// Two numbers with the same known digits differ in digits that are drawn, and both remember
    /// them: the answer does not change.
    #[test]
    fn digits_are_drawn_when_needed_and_kept() {
        let mut stream = NoiseStream::from_seed(&[2; 32]);
        let mut below = 0;
        for _ in 0..1000 {
            let (mut a, mut b) = (number(3, &[]), number(3, &[]));
            let answer = a.is_below(&mut b, &mut stream);
            assert_eq!((a.rest.len(), b.rest.len()), (1, 1));
            assert_eq!(answer, a.is_below(&mut b, &mut stream));
            assert_eq!(answer, !b.is_below(&mut a, &mut stream));
            below += u32::from(answer);
        }
        // By Hoeffding's inequality outside this range with probability below 1e-6.
        assert!((410..=590).contains(&below), "{below}");
    }

    #[test]
    fn digits_begin_with_the_known_ones() {
        let mut stream = NoiseStream::from_seed(&[3; 32]);
        let number = number(1, &[2, 3]);
        let mut digits = number.digits(&mut stream);
        assert_eq!([digits(), digits(), digits()], [1, 2, 3]);
        assert_ne!(digits(), digits());
    }
}
