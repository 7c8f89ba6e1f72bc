//! Membership inference: who was in the training data, by a score such as the model's loss.
//!
//! A description, and no bound: members and others are not chosen by coins, records influence each
//! other, and nobody's score is worst-case. For bounds see [`one_run`](crate::one_run).

use serde::Serialize;

use crate::AuditError;
use crate::error::in_range;

/// False-alarm rates at which the rate of found members is told.
const LOW_RATES: [f64; 4] = [0.001, 0.01, 0.05, 0.1];
/// The most points of a curve that are kept.
const POINTS: usize = 200;

/// One point of the curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct RocPoint {
    /// Share of the others that are taken for members.
    pub false_positive_rate: f64,
    /// Share of the members that are found.
    pub true_positive_rate: f64,
}

/// How well a score tells members from others.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MembershipReport {
    /// How many members there are.
    pub members: usize,
    /// How many others.
    pub others: usize,
    /// The probability that a member scores higher than another, ties counting one half: the area
    /// under the curve. 0.5 is chance.
    pub area: f64,
    /// The most that true-positive rate exceeds false-positive rate. 0 is chance.
    pub advantage: f64,
    /// The share of members that is found at some low false-positive rates.
    pub at_low_rates: Vec<RocPoint>,
    /// The curve by rising rates, from (0, 0) to (1, 1), thinned to about 200 points.
    pub curve: Vec<RocPoint>,
}

impl MembershipReport {
    /// Of scores that are the higher, the more they speak for membership. NaN is the lowest.
    ///
    /// # Errors
    /// No member, or nobody else.
    pub fn of(members: &[f64], others: &[f64]) -> Result<Self, AuditError> {
        in_range(
            "members",
            members.len() as f64,
            !members.is_empty(),
            "at least 1",
        )?;
        in_range(
            "others",
            others.len() as f64,
            !others.is_empty(),
            "at least 1",
        )?;
        let known = |score: &f64| {
            if score.is_nan() {
                f64::NEG_INFINITY
            } else {
                *score
            }
        };
        let mut scores: Vec<(f64, bool)> = (members.iter().map(|score| (known(score), true)))
            .chain(others.iter().map(|score| (known(score), false)))
            .collect();
        scores.sort_by(|a, b| b.0.total_cmp(&a.0));

        let (total, rest) = (members.len() as f64, others.len() as f64);
        let (mut found, mut alarms, mut area) = (0.0, 0.0, 0.0);
        let mut curve = vec![point(0.0, 0.0)];
        for equal in scores.chunk_by(|a, b| a.0 == b.0) {
            let hits = equal.iter().filter(|(_, member)| *member).count() as f64;
            let wrong = equal.len() as f64 - hits;
            area += wrong * (found + 0.5 * hits);
            (found, alarms) = (found + hits, alarms + wrong);
            curve.push(point(alarms / rest, found / total));
        }
        let at = |rate: f64| {
            let within = curve
                .iter()
                .filter(|point| point.false_positive_rate <= rate);
            let found = within
                .map(|point| point.true_positive_rate)
                .fold(0.0, f64::max);
            point(rate, found)
        };
        let advantages = curve
            .iter()
            .map(|p| p.true_positive_rate - p.false_positive_rate);
        Ok(Self {
            members: members.len(),
            others: others.len(),
            area: area / (total * rest),
            advantage: advantages.fold(0.0, f64::max),
            at_low_rates: LOW_RATES.map(at).to_vec(),
            curve: thinned(curve),
        })
    }
}

fn point(false_positive_rate: f64, true_positive_rate: f64) -> RocPoint {
    RocPoint {
        false_positive_rate,
        true_positive_rate,
    }
}

/// Every so many points, and the last.
fn thinned(curve: Vec<RocPoint>) -> Vec<RocPoint> {
    let step = curve.len().div_ceil(POINTS).max(1);
    let last = curve.len() - 1;
    let kept = |index: &usize| index.is_multiple_of(step) || *index == last;
    (0..curve.len())
        .filter(kept)
        .map(|index| curve[index])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_counts_pairs() {
        let (members, others) = ([3.0, 1.0, 2.0, 2.0], [0.0, 2.0, f64::NAN]);
        let report = MembershipReport::of(&members, &others).unwrap();
        // 12 pairs: 4 + 4 against 0 and NaN, 1 and two halves against 2.
        assert!((report.area - 10.0 / 12.0).abs() < 1e-15);
        assert!(
            (report.advantage - (1.0 - 1.0 / 3.0)).abs() < 1e-15,
            "{report:?}"
        );
        assert_eq!(report.curve.first(), Some(&point(0.0, 0.0)));
        assert_eq!(report.curve.last(), Some(&point(1.0, 1.0)));
        assert_eq!(report.at_low_rates[0], point(0.001, 0.25));
    }

    #[test]
    fn chance_and_certainty() {
        let scores: Vec<f64> = (0..5000).map(|i| f64::from(i % 97)).collect();
        let report = MembershipReport::of(&scores, &scores).unwrap();
        assert!((report.area - 0.5).abs() < 1e-12 && report.advantage == 0.0);
        let report = MembershipReport::of(&[2.0; 10], &[1.0; 1000]).unwrap();
        assert_eq!((report.area, report.advantage), (1.0, 1.0));
        assert!(
            report
                .at_low_rates
                .iter()
                .all(|p| p.true_positive_rate == 1.0)
        );
        let many: Vec<f64> = (0..5000).map(f64::from).collect();
        assert!(MembershipReport::of(&many, &many).unwrap().curve.len() <= POINTS + 2);
        assert!(MembershipReport::of(&[], &[1.0]).is_err());
    }
}
