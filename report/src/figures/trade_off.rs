//! What an attacker can do: the trade-off of false alarms and missed members, and words for it.

use super::{Course, slug};
use crate::cost::{Bound, TradeOff};
use crate::figure::{Axis, Body, Figure, Plot, Series};
use crate::numbers;

/// The most curves.
const CURVES: usize = 6;

/// What the best attacker can do to one person's membership, at most.
#[derive(Clone, Debug, PartialEq)]
pub struct Attack {
    /// Against what.
    pub label: String,
    /// Share of the members that she finds with one false alarm in 1000.
    pub found_at_1_in_1000: f64,
    /// Share of the members that she finds with one false alarm in 100.
    pub found_at_1_in_100: f64,
    /// Share of members among those whom she names, if half of whom she looks at are, with one false
    /// alarm in 100.
    pub right_at_1_in_100: f64,
    /// The most that her share of found members exceeds that of false alarms.
    pub advantage: f64,
}

impl Attack {
    /// In a sentence. Shares are rounded up.
    #[must_use]
    pub fn in_words(&self) -> String {
        format!(
            "Somebody who sees all that is released, knows every other record, and accepts one false alarm in \
             100, finds at most {} of the members (1 % would be blind guessing). If half of the people she looks \
             at are members, at most {} of those whom she names are.",
            numbers::at_most_percent(self.found_at_1_in_100),
            numbers::at_most_percent(self.right_at_1_in_100),
        )
    }
}

/// The curve of each course and what it means; none without private runs.
#[must_use]
pub fn trade_off(courses: &[Course<'_>]) -> (Option<Figure>, Vec<Attack>) {
    let mut series = vec![Series::reference(
        "nothing told: epsilon 0",
        [(0.0, 1.0), (1.0, 0.0)],
    )];
    let mut attacks = Vec::new();
    for course in courses.iter().take(CURVES) {
        let Some(curve) = of(course) else { continue };
        attacks.push(Attack {
            label: course.label.clone(),
            found_at_1_in_1000: curve.found(0.001),
            found_at_1_in_100: curve.found(0.01),
            right_at_1_in_100: curve.precision(0.01, 0.5),
            advantage: curve.advantage(),
        });
        series.push(Series::line(
            &course.label,
            series.len() - 1,
            curve.points(),
        ));
    }
    let left_out = match courses.len().saturating_sub(attacks.len()) {
        0 => String::new(),
        more => format!(" {more} more are not drawn."),
    };
    let figure = Figure {
        name: slug(&["what an attacker can do"]),
        title: "What an attacker can do".into(),
        caption: format!(
            "Somebody tries to tell from the release whether one person's data were used. No attacker, whatever \
             she knows, gets below the curve: the fewer false alarms she accepts, the more members she misses. The \
             nearer to the dotted line, the less the release tells.{left_out}"
        ),
        body: Body::Plot(Plot {
            x: Axis::shares("false alarms: others whom she takes for members", 0.0, 1.0),
            y: Axis::shares("missed members", 0.0, 1.0),
            series,
        }),
    };
    ((!attacks.is_empty()).then_some(figure), attacks)
}

fn of(course: &Course<'_>) -> Option<TradeOff> {
    let (event, relation, _, delta) = crate::cost::stated(course.run)?;
    let bound = Bound::of(&[(event, 1)], relation, delta).ok()?;
    let largest = bound.epsilon(1e-4_f64.min(delta)).ok()?;
    let curve = TradeOff::of(largest, |epsilon| bound.delta(epsilon).ok());
    (!curve.is_empty()).then_some(curve)
}
