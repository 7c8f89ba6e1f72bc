//! Simpler laws in place of those that a method does not know: from below and from above.

use super::law::{Law, Uses};
use crate::Bracket;
use crate::neighboring::Direction;
use crate::sampler::random_allocation::RandomAllocation;

/// Compositions of simpler laws that bound `uses` from below and from above, or nothing if all
/// its laws are simple. `delta` is the delta that is asked about, if one is.
pub(super) fn of(uses: &[Uses], delta: Option<f64>) -> Option<(Vec<Uses>, Vec<Uses>)> {
    let is_simple =
        |uses: &&Uses| !matches!(uses.law, Law::Coin { .. } | Law::RandomAllocation { .. });
    if uses.iter().all(|uses| is_simple(&uses)) {
        return None;
    }
    // Leaving a law out is a bound from below.
    let below = uses.iter().filter(is_simple).cloned().collect();
    let above = uses.iter().map(|Uses { law, count }| {
        let (law, count) = match law {
            Law::Coin { worst, .. } => (worst.as_ref().clone(), *count),
            // One law for all epochs, whose curve is known better than that of each.
            Law::RandomAllocation { epoch, direction } => {
                (outcomes(epoch, *direction, *count, delta), 1.0)
            }
            law => (law.clone(), *count),
        };
        Uses { law, count }
    });
    Some((below, above.collect()))
}

/// Delta where random allocation is all that there is.
pub(super) fn delta(uses: &[Uses], epsilon: f64) -> Option<Bracket> {
    let [
        Uses {
            law: Law::RandomAllocation { epoch, direction },
            count,
        },
    ] = uses
    else {
        return None;
    };
    let all = epoch.repeated(*count)?;
    let bracket = all.profile_at(*direction, &[epsilon]).first().copied()?;
    // The profile of several selected steps is that of a reduction, a bound from above.
    let lower = if all.is_exact() { bracket.lower } else { 0.0 };
    Some(Bracket { lower, ..bracket })
}

/// Outcomes that dominate `count` epochs, by connecting the dots of their upper curve.
///
/// A curve `delta(eps)` that is convex and piecewise linear in `y = exp(eps)`, falls from 1 at
/// y = 0 with slope -1 or less steeply, and never rises, is that of the outcomes at its kinks: Q
/// of an outcome is the change of slope and P is y times that; what is left of delta at the last
/// point has an infinite loss. Any such curve above the true one dominates (Zhu, Dong and Wang
/// 2022), here certified points raised until they are convex.
///
/// Below y = 1 it is `delta - (1 - y)` that is kept, which is `y delta'(-eps)` with delta' of the
/// reversed direction: tiny there, and lost if it were ever subtracted from 1.
fn outcomes(epoch: &RandomAllocation, direction: Direction, count: f64, delta: Option<f64>) -> Law {
    const POINTS: usize = 160;
    const LONGEST: f64 = 600.0;
    let Some(all) = epoch.repeated(count) else {
        return Law::NonPrivate;
    };
    // As far as matters for this delta, on both sides.
    let least = delta.unwrap_or(1e-12) * 1e-4;
    let reach = match all.epsilon(least.clamp(1e-15, 0.1)) {
        Ok(bracket) if bracket.upper <= LONGEST => bracket.upper.max(1e-6),
        _ => return Law::NonPrivate,
    };
    let epsilons: Vec<f64> = (0..=POINTS)
        .map(|k| reach * (k as f64 / POINTS as f64))
        .collect();
    let ahead = all.profile_at(direction, &epsilons);
    let back = all.profile_at(direction.reversed(), &epsilons);

    // Left of y = 1, from 0 on: (y, excess over 1 - y), slopes from 0 on and rising.
    let left = epsilons.iter().zip(&back).rev();
    let left = left.map(|(epsilon, back)| (-epsilon, libm::exp(-epsilon) * back.upper.max(0.0)));
    let left = rising(std::iter::once((f64::NEG_INFINITY, 0.0)).chain(left), 0.0);
    let at_one = left
        .last()
        .map_or(0.0, |point| point.value)
        .max(ahead[0].upper);
    let slope_at_one = left.last().map_or(0.0, |point| point.slope) - 1.0;
    // Right of it: (y, delta), which never rises.
    let mut right: Vec<(f64, f64)> = epsilons
        .iter()
        .zip(&ahead)
        .map(|(epsilon, ahead)| (*epsilon, ahead.upper.clamp(0.0, 1.0)))
        .collect();
    right[0].1 = at_one.min(1.0);
    for k in (1..right.len()).rev() {
        right[k - 1].1 = right[k - 1].1.max(right[k].1);
    }
    let right = rising(right.into_iter(), slope_at_one);

    // Q of an outcome is the change of slope there. Slopes on the left are those of the excess, 1
    // more than those of delta; both are tiny far out and never mixed with the 1.
    let mut outcomes = Vec::with_capacity(2 * POINTS + 3);
    let mut add = |log_y: f64, change: f64| {
        let q = change.max(0.0);
        outcomes.push((q * libm::exp(log_y), q));
    };
    let mut slope_before = 0.0;
    for pair in left.windows(2) {
        add(pair[0].log_y, pair[1].slope - slope_before);
        slope_before = pair[1].slope;
    }
    let mut slope_before = slope_before - 1.0;
    for (k, point) in right.iter().enumerate() {
        let slope = right.get(k + 1).map_or(0.0, |next| next.slope.min(0.0));
        add(point.log_y, slope - slope_before);
        slope_before = slope;
    }
    let last = right.last().map_or(1.0, |point| point.value);
    if outcomes
        .iter()
        .any(|(p, q)| !(0.0..=1.0).contains(p) || !(0.0..=1.0).contains(q))
    {
        return Law::NonPrivate;
    }
    outcomes.push(((last * (1.0 + 1e-9) + 1e-15).min(1.0), 0.0));
    Law::Outcomes(outcomes)
}

/// A point of a convex curve, with the slope of the curve on its left.
#[derive(Clone, Copy, Debug)]
struct Point {
    log_y: f64,
    value: f64,
    slope: f64,
}

/// Raises values until each slope in y is at least the one before it, the first at least `slope`.
fn rising(points: impl Iterator<Item = (f64, f64)>, slope: f64) -> Vec<Point> {
    let mut raised: Vec<Point> = Vec::new();
    for (log_y, value) in points {
        let Some(before) = raised.last().copied() else {
            raised.push(Point {
                log_y,
                value,
                slope,
            });
            continue;
        };
        let step = if before.log_y == f64::NEG_INFINITY {
            libm::exp(log_y)
        } else {
            libm::exp(before.log_y) * libm::expm1(log_y - before.log_y)
        };
        let slope = ((value - before.value) / step).max(before.slope);
        let value = value.max(before.value + slope * step);
        raised.push(Point {
            log_y,
            value,
            slope,
        });
    }
    raised
}
