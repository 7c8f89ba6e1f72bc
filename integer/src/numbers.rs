//! The kinds of numbers that run through a network.

/// What a layer does with its values. `None` where a result does not fit.
pub(crate) trait Number: Clone {
    /// What values are multiplied by.
    type Weight;

    /// The sum of nothing.
    fn zero() -> Self;

    /// `self + weight * value`.
    fn add_product(&self, weight: &Self::Weight, value: &Self) -> Option<Self>;

    /// `self + other`.
    fn add(&self, other: &Self) -> Option<Self>;

    /// `self^2`.
    fn square(&self) -> Option<Self>;
}

/// Exact.
impl Number for i128 {
    type Weight = i32;

    fn zero() -> Self {
        0
    }

    fn add_product(&self, weight: &i32, value: &Self) -> Option<Self> {
        self.checked_add(i128::from(*weight).checked_mul(*value)?)
    }

    fn add(&self, other: &Self) -> Option<Self> {
        self.checked_add(*other)
    }

    fn square(&self) -> Option<Self> {
        self.checked_mul(*self)
    }
}

/// The smallest range that holds a value whatever the inputs are, if those that meet in it are
/// independent.
///
/// Every intermediate result of an exact evaluation in the same order lies in the intermediate range:
/// where ranges do not overflow, evaluation does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Interval {
    pub(crate) low: i128,
    pub(crate) high: i128,
}

impl Interval {
    pub(crate) const fn of(value: i128) -> Self {
        Self {
            low: value,
            high: value,
        }
    }
}

impl Number for Interval {
    type Weight = i32;

    fn zero() -> Self {
        Self::of(0)
    }

    fn add_product(&self, weight: &i32, value: &Self) -> Option<Self> {
        let (low, high) = match *weight < 0 {
            true => (value.high, value.low),
            false => (value.low, value.high),
        };
        Some(Self {
            low: self.low.add_product(weight, &low)?,
            high: self.high.add_product(weight, &high)?,
        })
    }

    fn add(&self, other: &Self) -> Option<Self> {
        Some(Self {
            low: self.low.checked_add(other.low)?,
            high: self.high.checked_add(other.high)?,
        })
    }

    fn square(&self) -> Option<Self> {
        let (low, high) = (self.low.square()?, self.high.square()?);
        let spans_zero = self.low <= 0 && self.high >= 0;
        Some(Self {
            low: if spans_zero { 0 } else { low.min(high) },
            high: low.max(high),
        })
    }
}

/// Double precision.
impl Number for f64 {
    type Weight = f64;

    fn zero() -> Self {
        0.0
    }

    fn add_product(&self, weight: &f64, value: &Self) -> Option<Self> {
        Some(self + weight * value)
    }

    fn add(&self, other: &Self) -> Option<Self> {
        Some(self + other)
    }

    fn square(&self) -> Option<Self> {
        Some(self * self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_hold_exactly_what_can_occur() {
        let x = Interval { low: -3, high: 2 };
        assert_eq!(x.square(), Some(Interval { low: 0, high: 9 }));
        assert_eq!(
            Interval { low: -5, high: -2 }.square(),
            Some(Interval { low: 4, high: 25 })
        );
        let sum = Interval::of(10).add_product(&-4, &x);
        assert_eq!(sum, Some(Interval { low: 2, high: 22 }));
        assert_eq!(x.add(&x), Some(Interval { low: -6, high: 4 }));
    }

    #[test]
    fn what_does_not_fit_is_none() {
        let large = Interval::of(i128::MAX / 2);
        assert_eq!(large.add_product(&3, &large), None);
        assert_eq!(large.square(), None);
        assert_eq!(
            Interval {
                low: i128::MIN,
                high: 0
            }
            .add_product(&-1, &Interval::of(1)),
            None
        );
        assert_eq!(i128::MIN.square(), None);
        assert_eq!(i128::MAX.add(&1), None);
    }
}
