//! One axis: its range, and where its ticks are.

use crate::numbers;

/// How values become places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// Equal steps are equally far apart.
    Linear,
    /// Equal ratios are equally far apart; for values above 0.
    Logarithmic,
}

/// One axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// What it measures, with the unit.
    pub label: String,
    /// How values become places.
    pub scale: Scale,
    /// The least value shown.
    pub low: f64,
    /// The largest value shown, above the least.
    pub high: f64,
    /// Values are shares and shown as percentages.
    pub percent: bool,
}

impl Axis {
    /// A linear axis from `low` to `high`.
    #[must_use]
    pub fn linear(label: &str, low: f64, high: f64) -> Self {
        Self {
            label: label.into(),
            scale: Scale::Linear,
            low,
            high: if high > low { high } else { low + 1.0 },
            percent: false,
        }
    }

    /// An axis of shares from `low` to `high`, shown as percentages.
    #[must_use]
    pub fn shares(label: &str, low: f64, high: f64) -> Self {
        Self {
            percent: true,
            ..Self::linear(label, low, high)
        }
    }

    /// An axis around values above 0 with some room: logarithmic where the largest exceeds the least
    /// eight times, linear from 0 else.
    #[must_use]
    pub fn around_positive(label: &str, values: impl Iterator<Item = f64>) -> Self {
        let (least, largest) = values
            .filter(|value| *value > 0.0 && value.is_finite())
            .fold((f64::INFINITY, 0.0f64), |(low, high), value| {
                (low.min(value), high.max(value))
            });
        if least <= largest && largest / least > 8.0 {
            return Self {
                scale: Scale::Logarithmic,
                ..Self::linear(label, least / 1.3, largest * 1.3)
            };
        }
        let largest = if largest > 0.0 { largest } else { 1.0 };
        Self::linear(label, 0.0, 1.1 * largest)
    }

    /// A logarithmic axis over whole powers of ten around values above 0.
    #[must_use]
    pub fn powers_of_ten(label: &str, least: f64, largest: f64) -> Self {
        if !(least > 0.0 && least <= largest && largest.is_finite()) {
            return Self::linear(label, 0.0, 1.0);
        }
        let low = least.log10().floor() as i32;
        let high = (largest.log10().ceil() as i32).max(low + 1);
        Self {
            scale: Scale::Logarithmic,
            ..Self::linear(label, 10f64.powi(low), 10f64.powi(high))
        }
    }

    /// Where a value lies: 0 at the low end, 1 at the high one. None for what has no place on it.
    #[must_use]
    pub fn place(&self, value: f64) -> Option<f64> {
        let place = match self.scale {
            Scale::Linear => (value - self.low) / (self.high - self.low),
            Scale::Logarithmic => (value / self.low).ln() / (self.high / self.low).ln(),
        };
        place.is_finite().then_some(place)
    }

    /// The ticks: round values within the range, rising.
    #[must_use]
    pub fn ticks(&self) -> Vec<f64> {
        match self.scale {
            Scale::Linear => linear_ticks(self.low, self.high),
            Scale::Logarithmic => {
                let ticks = logarithmic_ticks(self.low, self.high);
                match ticks.len() < 3 {
                    true => linear_ticks(self.low, self.high),
                    false => ticks,
                }
            }
        }
    }

    /// A value as it stands on the axis.
    #[must_use]
    pub fn text(&self, value: f64) -> String {
        match self.percent {
            true => format!("{} %", numbers::short(100.0 * value)),
            false => numbers::short(value),
        }
    }
}

/// Multiples of 1, 2 or 5 times a power of ten, about six of them.
fn linear_ticks(low: f64, high: f64) -> Vec<f64> {
    let rough = (high - low) / 6.0;
    if !(rough > 0.0 && rough.is_finite()) {
        return Vec::new();
    }
    let power = 10f64.powf(rough.log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].map(|digit| digit * power);
    let step = steps.into_iter().find(|step| *step >= rough);
    let step = step.unwrap_or(10.0 * power);
    let first = (low / step - 1e-9).ceil() as i64;
    let last = (high / step + 1e-9).floor() as i64;
    // Division by a whole number keeps 0.3 from becoming 0.30000000000000004.
    let whole = 1.0 / step;
    (first..=last)
        .take(50)
        .map(|index| match step < 1.0 {
            true => index as f64 / whole.round(),
            false => index as f64 * step,
        })
        .collect()
}

/// 1, 2 and 5 times powers of ten, or powers of ten alone where there are many.
fn logarithmic_ticks(low: f64, high: f64) -> Vec<f64> {
    let (first, last) = (low.log10().floor() as i32, high.log10().ceil() as i32);
    let digits: &[f64] = if last - first > 4 {
        &[1.0]
    } else {
        &[1.0, 2.0, 5.0]
    };
    let of_power = |power: i32| {
        let ticks = digits.iter();
        ticks.map(move |digit| match power < 0 {
            true => digit / 10f64.powi(-power),
            false => digit * 10f64.powi(power),
        })
    };
    (first..=last)
        .take(60)
        .flat_map(of_power)
        .filter(|tick| (low * (1.0 - 1e-9)..=high * (1.0 + 1e-9)).contains(tick))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_within() {
        let axis = Axis::shares("a", 0.0, 1.0);
        assert_eq!(axis.ticks(), [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]);
        assert_eq!(axis.text(0.2), "20 %");
        assert_eq!(
            Axis::linear("a", 0.0, 400.0).ticks(),
            [0.0, 100.0, 200.0, 300.0, 400.0]
        );
        let small = Axis::linear("a", 0.84, 0.853).ticks();
        assert_eq!(small, [0.84, 0.845, 0.85]);
        let axis = Axis::around_positive("e", [0.1, 0.5, 8.0].into_iter());
        assert_eq!(axis.scale, Scale::Logarithmic);
        assert_eq!(axis.ticks(), [0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0]);
        assert_eq!(axis.place(0.0), None);
        assert!((axis.place(axis.high).unwrap() - 1.0).abs() < 1e-12);
        let axis = Axis::powers_of_ten("d", 3e-11, 2e-9);
        assert_eq!(axis.ticks().len(), 10); // 1e-11 to 1e-8, and 2 and 5 between.
        assert_eq!(axis.text(axis.ticks()[3]), "1e-10");
        assert_eq!(Axis::powers_of_ten("d", 0.0, 1.0).low, 0.0);
        let axis = Axis::around_positive("e", std::iter::empty());
        assert_eq!((axis.low, axis.high), (0.0, 1.1));
    }

    #[test]
    fn no_range_hangs() {
        for (low, high) in [
            (0.0, f64::INFINITY),
            (f64::NAN, 1.0),
            (1.0, 1.0),
            (0.0, 1e-300),
        ] {
            assert!(Axis::linear("a", low, high).ticks().len() <= 50);
        }
    }
}
