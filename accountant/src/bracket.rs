//! A certified interval around an exact value.

use serde::Serialize;

/// Two numbers with the exact value between them: `lower <= exact <= upper`.
///
/// Quadrature, truncation and rounding are all counted, so that the interval may be wider than
/// the last digits of the exact value but never beside it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Bracket {
    /// At most the exact value.
    pub lower: f64,
    /// At least the exact value; possibly infinite.
    pub upper: f64,
}

impl Bracket {
    /// All that is known of an epsilon before anything is computed.
    pub(crate) const ANY_EPSILON: Self = Self {
        lower: 0.0,
        upper: f64::INFINITY,
    };
    /// All that is known of a delta before anything is computed.
    pub(crate) const ANY_DELTA: Self = Self {
        lower: 0.0,
        upper: 1.0,
    };

    /// The interval that holds one number only.
    pub(crate) const fn exactly(value: f64) -> Self {
        Self {
            lower: value,
            upper: value,
        }
    }

    /// `upper - lower`: 0 if both are infinite.
    #[must_use]
    pub fn gap(&self) -> f64 {
        if self.lower == self.upper {
            0.0
        } else {
            self.upper - self.lower
        }
    }

    /// What two certified intervals around one value say together.
    pub(crate) const fn intersect(self, other: Self) -> Self {
        Self {
            lower: self.lower.max(other.lower),
            upper: self.upper.min(other.upper),
        }
    }

    /// An interval around the larger of two values; an upper end that is no number is no bound.
    pub(crate) const fn max(self, other: Self) -> Self {
        let undefined = self.upper.is_nan() || other.upper.is_nan();
        Self {
            lower: self.lower.max(other.lower),
            upper: if undefined {
                f64::INFINITY
            } else {
                self.upper.max(other.upper)
            },
        }
    }

    /// The part of the interval between two numbers that the exact value lies between.
    pub(crate) const fn within(self, least: f64, most: f64) -> Self {
        Self {
            lower: self.lower.clamp(least, most),
            upper: self.upper.clamp(least, most),
        }
    }

    /// The interval, or `other` if its ends are in the wrong order: then it was computed wrongly
    /// and says nothing.
    pub(crate) fn or_if_contradictory(self, other: Self) -> Self {
        if self.lower <= self.upper {
            self
        } else {
            other
        }
    }
}
