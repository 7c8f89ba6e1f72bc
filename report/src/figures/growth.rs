//! Epsilon over the course of runs.

use super::{Course, slug};
use crate::cost;
use crate::figure::{Axis, Body, Figure, Plot, Series};

/// Points on a curve.
const POINTS: u64 = 20;
/// The most curves of one figure.
const CURVES: usize = 6;

/// Epsilon over queries, steps or passes: a figure for each of them.
#[must_use]
pub fn growth(courses: &[Course<'_>]) -> Vec<Figure> {
    let mut units: Vec<(&str, usize, Vec<Series>)> = Vec::new();
    for course in courses {
        let full = |units: &[(&str, usize, Vec<Series>)]| {
            !units.is_empty() && units.iter().all(|(_, _, series)| series.len() >= CURVES)
        };
        // Enough is drawn; another unit may come, which costs little to find out.
        let points = if full(&units) { 2 } else { POINTS };
        let Some(growth) = cost::growth(course.run, points) else {
            continue;
        };
        let here = units.iter().position(|(unit, ..)| *unit == growth.unit);
        let here = here.unwrap_or_else(|| {
            units.push((growth.unit, 0, Vec::new()));
            units.len() - 1
        });
        let Some((_, count, series)) = units.get_mut(here) else {
            continue;
        };
        *count += 1;
        if series.len() < CURVES {
            series.push(Series::line(&course.label, series.len(), growth.points));
        }
    }
    units.into_iter().map(figure).collect()
}

fn figure((unit, count, series): (&str, usize, Vec<Series>)) -> Figure {
    let points = || series.iter().flat_map(|series| &series.points);
    let largest = |value: fn(&crate::figure::Point) -> f64| points().map(value).fold(0.0, f64::max);
    let left_out = match count.saturating_sub(series.len()) {
        0 => String::new(),
        more => format!(
            " The first {} are drawn; {more} more are not.",
            series.len()
        ),
    };
    Figure {
        name: slug(&["epsilon over", unit]),
        title: format!("Epsilon over {unit}"),
        caption: format!(
            "What the first so many {unit} cost at the run's delta, whatever the data and the answers: an \
             upper bound by the accountant. A run pays for its whole plan before it begins.{left_out}"
        ),
        body: Body::Plot(Plot {
            x: Axis::linear(unit, 0.0, largest(|point| point.x)),
            y: Axis::linear("epsilon", 0.0, 1.06 * largest(|point| point.y)),
            series,
        }),
    }
}
