//! Numbers of votes without rounding: 72 binary digits after the point.

use crate::MechanismError;
use crate::error::in_range;

/// How many binary digits a [`FixedPoint`] has after the point.
pub(super) const FRACTION_BITS: u32 = 72;

/// Bounds of scales and thresholds. They keep every intermediate result below 2^126: an f64 from
/// the smallest on is a whole number of units of 2^-72, and 2^11 times the largest is 2^123 of them.
const SMALLEST: f64 = 1.0 / (1_u64 << 20) as f64;
const LARGEST: f64 = (1_u64 << 40) as f64;

/// The larger of `value` and the smallest number above 0 that is not refused.
pub(super) fn at_least_smallest(value: f64) -> f64 {
    value.max(SMALLEST)
}

/// A number that is a multiple of 2^-72, exactly.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct FixedPoint(i128);

impl FixedPoint {
    /// `units * 2^-bits`, for up to 72 bits and a value below 2^53.
    pub(crate) fn new(units: i128, bits: u32) -> Self {
        Self(units << (FRACTION_BITS - bits))
    }

    /// The given number, exactly.
    ///
    /// Refuses what is not 0 and not of a magnitude between 2^-20 and 2^40; `field` is its name.
    pub(crate) fn from_f64(field: &'static str, value: f64) -> Result<Self, MechanismError> {
        if value == 0.0 {
            return Ok(Self(0));
        }
        let valid = (SMALLEST..=LARGEST).contains(&value.abs());
        let expected = "0, or of a magnitude between 2^-20 and 2^40";
        in_range(field, value, valid, expected)?;
        let (significand, shift) = parts(value.abs());
        let magnitude = i128::from(significand) << shift;
        Ok(Self(if value > 0.0 { magnitude } else { -magnitude }))
    }

    /// In units of 2^-72.
    pub(super) fn units(self) -> i128 {
        self.0
    }

    /// The largest integer that is not above it.
    pub(crate) fn floor(self) -> i64 {
        (self.0 >> FRACTION_BITS) as i64
    }

    /// The difference to `other`.
    pub(crate) fn minus(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl From<u32> for FixedPoint {
    fn from(number: u32) -> Self {
        Self::new(number.into(), 0)
    }
}

/// A positive f64 that scales noise, exactly: `significand * 2^(shift - 72)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scale {
    /// Between 2^52 and 2^53.
    pub(super) significand: u64,
    /// Between 0 and 60.
    pub(super) shift: u32,
}

impl Scale {
    /// Refuses what is not between 2^-20 and 2^40; `field` is its name.
    pub(crate) fn new(field: &'static str, value: f64) -> Result<Self, MechanismError> {
        let valid = (SMALLEST..=LARGEST).contains(&value);
        in_range(field, value, valid, "between 2^-20 and 2^40 (exact noise)")?;
        let (significand, shift) = parts(value);
        Ok(Self { significand, shift })
    }

    /// The number itself.
    pub(crate) fn get(self) -> f64 {
        self.significand as f64 * 2_f64.powi(self.shift.cast_signed() - FRACTION_BITS.cast_signed())
    }
}

/// A normal f64 from 2^-20 on as `significand * 2^(shift - 72)` with a significand from 2^52 on.
pub(super) fn parts(value: f64) -> (u64, u32) {
    let bits = value.to_bits();
    let significand = bits & ((1 << 52) - 1) | 1 << 52;
    // The exponent of the last digit is the biased one less 1075.
    let shift = (bits >> 52) as u32 + FRACTION_BITS - 1075;
    (significand, shift)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_kept_exactly() {
        let awkward = [SMALLEST, 0.1, 1.0, 2.0 - f64::EPSILON, 150.3, LARGEST];
        for value in awkward {
            let scale = Scale::new("scale", value).unwrap();
            assert_eq!(scale.get(), value);
            assert!((1 << 52..1 << 53).contains(&scale.significand) && scale.shift <= 60);
            let number = FixedPoint::from_f64("threshold", value).unwrap();
            let units = i128::from(scale.significand) << scale.shift;
            assert_eq!(number, FixedPoint(units));
            let negative = FixedPoint::from_f64("threshold", -value).unwrap();
            assert_eq!(negative, FixedPoint(-units));
            assert_eq!(number.floor(), value.floor() as i64);
            assert_eq!(negative.floor(), (-value).floor() as i64);
        }
        assert_eq!(FixedPoint::from_f64("", 3.25), Ok(FixedPoint::new(13, 2)));
        assert_eq!(FixedPoint::from(7), FixedPoint::new(7 << 32, 32));
        assert_eq!(FixedPoint::from_f64("", -0.0), Ok(FixedPoint(0)));
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        let wrong = [
            f64::NAN,
            SMALLEST.next_down(),
            LARGEST.next_up(),
            f64::INFINITY,
        ];
        for value in wrong {
            assert!(Scale::new("scale", value).is_err(), "{value}");
            for value in [value, -value] {
                assert!(FixedPoint::from_f64("threshold", value).is_err(), "{value}");
            }
        }
        assert!(Scale::new("scale", 0.0).is_err() && Scale::new("scale", -1.0).is_err());
    }
}
