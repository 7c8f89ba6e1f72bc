//! The range of a layer's values.

use serde::{Deserialize, Serialize};

use crate::decimal;
use crate::numbers::Interval;

/// A range that no value of a layer leaves, whatever the input.
///
/// By interval arithmetic over each single value: where the first layer is linear or a convolution,
/// both ends of its range are reached by some input; behind it the range may be wider than what occurs,
/// as values that depend on each other are taken to be independent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bounds {
    /// The least value.
    #[serde(with = "decimal::one")]
    pub low: i128,
    /// The greatest value.
    #[serde(with = "decimal::one")]
    pub high: i128,
}

impl Bounds {
    /// The range of all of these.
    pub(crate) fn of(values: &[Interval]) -> Self {
        let start = values.first().copied().unwrap_or(Interval::of(0));
        let (mut low, mut high) = (start.low, start.high);
        for value in values {
            low = low.min(value.low);
            high = high.max(value.high);
        }
        Self { low, high }
    }

    /// Bits of a two's complement number, its sign included, that holds every value of the range. A
    /// plaintext modulus of at least 2 to the power of them decodes every value rightly.
    #[must_use]
    pub const fn bits(&self) -> u32 {
        let low = signed_bits(self.low);
        let high = signed_bits(self.high);
        if low > high { low } else { high }
    }
}

const fn signed_bits(value: i128) -> u32 {
    let magnitude = if value < 0 { !value } else { value };
    i128::BITS - magnitude.leading_zeros() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_the_fewest_that_hold_both_ends() {
        for (low, high, bits) in [
            (0, 0, 1),
            (-1, 0, 1),
            (0, 1, 2),
            (-2, 1, 2),
            (-2, 2, 3),
            (0, 127, 8),
            (-128, 127, 8),
            (-129, 0, 9),
            (i128::MIN, i128::MAX, 128),
        ] {
            assert_eq!(Bounds { low, high }.bits(), bits, "{low}..={high}");
        }
    }
}
