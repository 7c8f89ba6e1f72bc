//! Epsilon over the course of a run.

use privet_accountant::{DpEvent, EventError};

use super::bound::Bound;
use crate::run::Run;

/// Epsilon after the first so many queries or steps.
#[derive(Clone, Debug, PartialEq)]
pub struct Growth {
    /// What is counted.
    pub unit: &'static str,
    /// (count, epsilon), rising.
    pub points: Vec<(f64, f64)>,
}

/// Epsilon over the queries or steps of a private run at its delta, whatever the data, at about `points`
/// places. None for a run whose events are not repeated, or of one that states more than its events
/// cost (it was charged for more than its one course).
#[must_use]
pub fn growth(run: &Run, points: u64) -> Option<Growth> {
    let (event, relation, epsilon, delta) = super::bound::stated(run)?;
    let count = length(&event);
    if !run.is_private() || count < 2 {
        return None;
    }
    let after = |count| -> Option<f64> {
        let part = [(first(&event, count).ok()?, 1)];
        Bound::of(&part, relation, delta).ok()?.epsilon(delta).ok()
    };
    let found = sizes(count, points).into_iter();
    let mut found: Vec<(f64, f64)> = found
        .filter_map(|count| Some((count as f64, after(count)?)))
        .filter(|(_, epsilon)| epsilon.is_finite())
        .collect();
    if let Some(last) = found.last_mut() {
        last.1 = last.1.max(epsilon);
    }
    never_above_later(&mut found);
    Some(Growth {
        unit: unit(&event, &run.result.method),
        points: found,
    })
}

/// Stopping early costs at most what going on would: what bounds a later point bounds each earlier one.
pub fn never_above_later(points: &mut [(f64, f64)]) {
    let mut later = f64::INFINITY;
    for (_, cost) in points.iter_mut().rev() {
        later = later.min(*cost);
        *cost = later;
    }
}

/// Whole numbers from 1 to `count`, about `points` of them, denser at the start, where cost grows
/// fastest.
#[must_use]
pub fn sizes(count: u64, points: u64) -> Vec<u64> {
    let points = points.max(2);
    let mut sizes: Vec<u64> = (0..points)
        .map(|index| {
            let share = index as f64 / (points - 1) as f64;
            (1.0 + count.saturating_sub(1) as f64 * share * share).round() as u64
        })
        .map(|size| size.clamp(1, count.max(1)))
        .chain([count.max(1)])
        .collect();
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}

/// The event after `count` queries or steps: of each thing that is repeated at most so many times, of
/// the rest all.
///
/// A query of PATE asks each mechanism of the plan at most once, so this bounds what the first `count`
/// queries cost, however they were answered.
///
/// # Errors
/// A count of 0.
pub fn first(event: &DpEvent, count: u64) -> Result<DpEvent, EventError> {
    match event {
        DpEvent::SelfComposed {
            count: planned,
            event: once,
            ..
        } if count < planned.get() && is_once(once) => match count {
            1 => Ok(once.as_ref().clone()),
            _ => DpEvent::self_composed(once.as_ref().clone(), count),
        },
        DpEvent::Composed { events, .. } => {
            let parts: Result<Vec<DpEvent>, EventError> =
                events.iter().map(|event| first(event, count)).collect();
            Ok(DpEvent::composed(parts?))
        }
        _ => Ok(event.clone()),
    }
}

/// How often the most repeated part is.
fn length(event: &DpEvent) -> u64 {
    match event {
        DpEvent::SelfComposed { count, event, .. } if is_once(event) => count.get(),
        DpEvent::Composed { events, .. } => events.iter().map(length).max().unwrap_or(1),
        _ => 1,
    }
}

/// Whether an event is one query or step, and not a course of them.
fn is_once(event: &DpEvent) -> bool {
    !matches!(
        event,
        DpEvent::SelfComposed { .. } | DpEvent::Composed { .. }
    )
}

fn unit(event: &DpEvent, method: &str) -> &'static str {
    let repeated = match event {
        DpEvent::SelfComposed { event, .. } => Some(event.kind()),
        _ => None,
    };
    match (method, repeated) {
        ("pate", _) => "queries",
        (_, Some("random_allocation" | "shuffled")) => "passes over the data",
        _ => "steps",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use privet_accountant::VoteNoise;

    #[test]
    fn an_early_stop_costs_no_more() {
        let mut points = [(1.0, 0.9), (2.0, 1.0), (3.0, 0.4), (4.0, 0.5)];
        never_above_later(&mut points);
        assert_eq!(points, [(1.0, 0.4), (2.0, 0.4), (3.0, 0.4), (4.0, 0.5)]);
    }

    #[test]
    fn sizes_go_from_one_to_all() {
        assert_eq!(sizes(0, 10), [1]);
        assert_eq!(sizes(3, 48), [1, 2, 3]);
        let many = sizes(u64::MAX, 48);
        assert_eq!((many.first(), many.last()), (Some(&1), Some(&u64::MAX)));
        assert!(many.is_sorted() && many.len() <= 49);
    }

    #[test]
    fn a_query_checks_and_may_be_answered() {
        let check = DpEvent::threshold_check(VoteNoise::Gaussian, 150.0, 1).unwrap();
        let answer = DpEvent::noisy_max(VoteNoise::Gaussian, 40.0, 1).unwrap();
        let release = DpEvent::gaussian(3.0).unwrap();
        let plan = |checks, answers| {
            let checks = DpEvent::self_composed(check.clone(), checks).unwrap();
            let answers = DpEvent::self_composed(answer.clone(), answers).unwrap();
            DpEvent::composed(vec![checks, answers, release.clone()])
        };
        assert_eq!(length(&plan(640, 286)), 640);
        assert_eq!(first(&plan(640, 286), 300).unwrap(), plan(300, 286));
        assert_eq!(first(&plan(640, 286), 100).unwrap(), plan(100, 100));
        // Two courses are no course of two.
        let twice = DpEvent::self_composed(plan(640, 286), 2).unwrap();
        assert_eq!((length(&twice), first(&twice, 1).unwrap()), (1, twice));
    }
}
