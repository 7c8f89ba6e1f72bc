//! The trade-off curve: how well an attacker can do who wants to tell two neighbours apart.

/// The epsilons whose guarantees make up the curve.
const EPSILONS: u32 = 64;
/// Points on a drawn curve.
const POINTS: u32 = 96;
/// Beyond this, a guarantee cannot be told from none.
const LARGEST: f64 = 20.0;

/// Guarantees (epsilon, delta) that hold together, and what they say of an attacker's errors.
///
/// (epsilon, delta) excludes whatever lies below both `1 - delta - e^epsilon alpha` and
/// `e^-epsilon (1 - delta - alpha)` (Wasserman and Zhou 2010; Kairouz, Oh and Viswanath 2015), alpha her
/// false-alarm rate. Every number here is on the safe side of her.
#[derive(Clone, Debug, PartialEq)]
pub struct TradeOff(Vec<(f64, f64)>);

impl TradeOff {
    /// From delta at every epsilon up to `largest`; `delta` answers with an upper bound, or not at all.
    #[must_use]
    pub fn of(largest: f64, delta: impl Fn(f64) -> Option<f64>) -> Self {
        let largest = if largest.is_finite() {
            largest.clamp(0.0, LARGEST)
        } else {
            LARGEST
        };
        let epsilons = (0..=EPSILONS).map(|i| largest * f64::from(i) / f64::from(EPSILONS));
        Self(
            epsilons
                .filter_map(|epsilon| Some((epsilon, delta(epsilon)?)))
                .collect(),
        )
    }

    /// Whether nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The lowest rate of missed members at a false-alarm rate.
    #[must_use]
    pub fn missed(&self, false_alarms: f64) -> f64 {
        let allowed = |&(epsilon, delta): &(f64, f64)| {
            let steep = 1.0 - delta - epsilon.exp() * false_alarms;
            let flat = (-epsilon).exp() * (1.0 - delta - false_alarms);
            steep.max(flat).max(0.0)
        };
        self.0.iter().map(allowed).fold(0.0, f64::max)
    }

    /// The highest share of members that she finds at a false-alarm rate.
    #[must_use]
    pub fn found(&self, false_alarms: f64) -> f64 {
        1.0 - self.missed(false_alarms)
    }

    /// The most that her share of found members exceeds her false-alarm rate: delta at epsilon 0.
    #[must_use]
    pub fn advantage(&self) -> f64 {
        match self.0.first() {
            Some(&(0.0, delta)) => delta.min(1.0),
            _ => 1.0,
        }
    }

    /// The highest share of members among those whom she names, if a share `prior` of those whom she
    /// looks at are, and her false-alarm rate is `false_alarms`.
    #[must_use]
    pub fn precision(&self, false_alarms: f64, prior: f64) -> f64 {
        let hits = prior * self.found(false_alarms);
        hits / (hits + (1.0 - prior) * false_alarms)
    }

    /// (false alarms, missed members): a curve to draw, denser at both ends, where it bends.
    #[must_use]
    pub fn points(&self) -> Vec<(f64, f64)> {
        if self.is_empty() {
            return Vec::new();
        }
        let rates = (0..=POINTS).map(|index| {
            let share = f64::from(index) / f64::from(POINTS);
            share * share * (3.0 - 2.0 * share)
        });
        rates.map(|rate| (rate, self.missed(rate))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::TradeOff;

    #[test]
    fn the_curve_is_that_of_the_guarantees() {
        assert_eq!(TradeOff(vec![(0.0, 0.0)]).missed(0.25), 0.75);
        assert_eq!(TradeOff(vec![(0.0, 0.1)]).missed(0.25), 0.65);
        let one = TradeOff(vec![(1.0, 0.0)]);
        assert!((one.missed(0.1) - (1.0 - 0.1 * 1.0_f64.exp())).abs() < 1e-15);
        assert_eq!((one.missed(0.0), one.missed(1.0)), (1.0, 0.0));
        assert!((one.missed(0.8) - 0.2 / 1.0_f64.exp()).abs() < 1e-15);
        let both = TradeOff(vec![(0.0, 0.1), (1.0, 0.0)]);
        assert_eq!(both.missed(0.25), 0.65);
        assert_eq!(both.advantage(), 0.1);
        // Half of whom she looks at are members: she is right as often as the odds say.
        let odds = both.found(0.01) / 0.01;
        assert!((both.precision(0.01, 0.5) - odds / (1.0 + odds)).abs() < 1e-12);
        assert_eq!(TradeOff(Vec::new()).advantage(), 1.0);
    }

    #[test]
    fn nothing_told_is_the_diagonal() {
        for (rate, missed) in TradeOff::of(0.0, |_| Some(0.0)).points() {
            assert!((rate + missed - 1.0).abs() < 1e-12);
        }
        assert!(TradeOff::of(1.0, |_| None).points().is_empty());
        assert_eq!(TradeOff::of(f64::INFINITY, |_| Some(1.0)).found(0.3), 1.0);
    }
}
