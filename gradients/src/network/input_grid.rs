//! The public grid that quantised inputs lie on.

use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

/// Equally spaced levels that inputs are rounded to, fixed before any data is seen.
///
/// With `b` bits, inputs of `0..=1` lie on `k / (2^b - 1)`, `k` from 0 to `2^b - 1`; signed ones, of
/// `-1..=1`, on `k / (2^(b-1) - 1)`, `k` from `-(2^(b-1) - 1)` up. Zero and both ends are levels, so
/// that one-hot categories are. The whole number `k` is what encrypted inference computes with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "UncheckedInputGrid")]
pub struct InputGrid {
    bits: u32,
    signed: bool,
}

/// The same before it is checked.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedInputGrid {
    bits: u32,
    signed: bool,
}

impl InputGrid {
    /// The bits that an input may have.
    pub const BITS: RangeInclusive<u32> = 2..=8;

    /// Levels of `bits` bits, of `-1..=1` if `signed` and of `0..=1` if not; `None` where `bits` is
    /// not in [`Self::BITS`].
    #[must_use]
    pub fn new(bits: u32, signed: bool) -> Option<Self> {
        Self::BITS.contains(&bits).then_some(Self { bits, signed })
    }

    /// Bits of a level's number, its sign included.
    #[must_use]
    pub const fn bits(&self) -> u32 {
        self.bits
    }

    /// Whether the inputs are of `-1..=1`.
    #[must_use]
    pub const fn is_signed(&self) -> bool {
        self.signed
    }

    /// Number of the highest level, whose value is 1.
    #[must_use]
    pub const fn highest(&self) -> i64 {
        (1 << (self.bits - self.signed as u32)) - 1
    }

    /// The distance between levels, which is what a number of 1 stands for.
    #[must_use]
    pub fn spacing(&self) -> f64 {
        1.0 / self.highest() as f64
    }

    /// Number of the lowest level, whose value is 0 or -1.
    #[must_use]
    pub const fn lowest(&self) -> i64 {
        match self.signed {
            true => -self.highest(),
            false => 0,
        }
    }

    /// Number of the level nearest to a value, away from 0 where two are as near; values outside of
    /// the range have the end's.
    #[must_use]
    pub fn number(&self, value: f64) -> i64 {
        let nearest = (value * self.highest() as f64).round() as i64;
        nearest.clamp(self.lowest(), self.highest())
    }

    /// Value of a level.
    #[must_use]
    pub fn value(&self, number: i64) -> f32 {
        (number as f64 / self.highest() as f64) as f32
    }

    /// The nearest level's value.
    #[must_use]
    pub fn round(&self, value: f64) -> f32 {
        self.value(self.number(value))
    }

    /// Number of the level that a value is; `None` for a value off the grid.
    #[must_use]
    pub fn number_of_level(&self, value: f32) -> Option<i64> {
        let number = self.number(f64::from(value));
        (self.value(number) == value).then_some(number)
    }
}

impl TryFrom<UncheckedInputGrid> for InputGrid {
    type Error = String;

    fn try_from(unchecked: UncheckedInputGrid) -> Result<Self, String> {
        Self::new(unchecked.bits, unchecked.signed).ok_or_else(|| {
            format!(
                "an input grid of {} bits: give {} to {}",
                unchecked.bits,
                Self::BITS.start(),
                Self::BITS.end()
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_those_of_the_definition() {
        let unit = InputGrid::new(4, false).unwrap();
        assert_eq!((unit.lowest(), unit.highest()), (0, 15));
        assert_eq!(
            [0.0, 0.4, 0.5, 1.0, 7.0, -1.0].map(|v| unit.number(v)),
            [0, 6, 8, 15, 15, 0]
        );
        let signed = InputGrid::new(4, true).unwrap();
        assert_eq!((signed.lowest(), signed.highest()), (-7, 7));
        assert_eq!(
            [-1.0, -0.5, 0.0, 0.07, 0.08, 9.0].map(|v| signed.number(v)),
            [-7, -4, 0, 0, 1, 7]
        );
        assert_eq!(InputGrid::new(2, true).unwrap().highest(), 1);
        assert_eq!(InputGrid::new(8, false).unwrap().highest(), 255);
    }

    #[test]
    fn every_level_is_found_again_and_other_values_are_none() {
        for bits in InputGrid::BITS {
            for signed in [false, true] {
                let grid = InputGrid::new(bits, signed).unwrap();
                for number in grid.lowest()..=grid.highest() {
                    assert_eq!(grid.number_of_level(grid.value(number)), Some(number));
                    assert_eq!(
                        grid.round(f64::from(grid.value(number))),
                        grid.value(number)
                    );
                }
                assert_eq!(grid.number_of_level(0.3001), None);
                assert_eq!(grid.number_of_level(1.5), None);
                assert_eq!(grid.number_of_level(f32::NAN), None);
            }
        }
    }

    #[test]
    fn other_bits_are_refused() {
        assert_eq!(InputGrid::new(1, false), None);
        assert_eq!(InputGrid::new(9, true), None);
        let read = serde_json::from_str::<InputGrid>;
        assert!(read(r#"{"bits":4,"signed":true}"#).is_ok());
        assert!(
            read(r#"{"bits":64,"signed":true}"#)
                .unwrap_err()
                .to_string()
                .contains("2 to 8")
        );
        assert!(read(r#"{"bits":4,"signed":true,"scale":1}"#).is_err());
    }
}
