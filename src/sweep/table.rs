//! The table at the end of a sweep.

use std::fmt::Write;

use super::composed::Composed;
use super::outcome::{Outcome, State};
use crate::display::{epsilon, percent};

/// What stands under every comparison.
pub(super) const COMPARED: &str = "Accuracies are measured on public test data. Comparing them costs nothing beyond what all runs \
     cost together; but which one is best depends on the records, so a model that is published because \
     it was the best costs what all of them cost, not its own epsilon alone. And test data that a choice \
     was made by no longer tell how well the chosen model does on others.";

/// Finished points that differ in their seed alone.
struct Row<'a> {
    name: &'a str,
    epsilon: Option<f64>,
    accuracies: Vec<f64>,
    seconds: Vec<f64>,
}

/// Finished points, those that differ in their seed alone in one row.
fn rows(outcomes: &[Outcome]) -> Vec<Row<'_>> {
    let mut rows: Vec<(&str, Row<'_>)> = Vec::new();
    for outcome in outcomes {
        let State::Finished {
            epsilon,
            test_accuracy,
            seconds,
            ..
        } = &outcome.state
        else {
            continue;
        };
        let key = outcome.repetition_of.as_str();
        let place = match rows.iter().position(|(other, _)| *other == key) {
            Some(place) => place,
            None => {
                let row = Row {
                    name: without_seed(&outcome.point),
                    epsilon: *epsilon,
                    accuracies: Vec::new(),
                    seconds: Vec::new(),
                };
                rows.push((key, row));
                rows.len() - 1
            }
        };
        let row = &mut rows[place].1;
        // Runs of one config with several charges differ: the largest speaks for all.
        row.epsilon = match (row.epsilon, *epsilon) {
            (Some(one), Some(other)) => Some(one.max(other)),
            _ => None,
        };
        row.accuracies.extend(test_accuracy);
        row.seconds.extend(seconds);
    }
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The point with the best accuracy on public test data, on average over seeds.
pub(super) fn best(outcomes: &[Outcome]) -> Option<&str> {
    let rows = rows(outcomes);
    let of = |row: &Row<'_>| mean(&row.accuracies).unwrap_or(f64::NEG_INFINITY);
    let best = (rows.iter()).max_by(|one, other| of(one).total_cmp(&of(other)));
    best.filter(|row| !row.accuracies.is_empty())
        .map(|row| row.name)
}

/// Finished points with the mean over seeds, then the others, then what all guarantee together.
pub(super) fn table(outcomes: &[Outcome], composed: &[Composed], best: Option<&str>) -> String {
    let rows = rows(outcomes);
    let width = rows
        .iter()
        .map(|row| row.name.len())
        .max()
        .unwrap_or(0)
        .max(5);
    let mut text = format!(
        "\n{:<width$}  runs   epsilon  test accuracy      seconds\n",
        "point"
    );
    for row in &rows {
        let of = match row.epsilon {
            Some(value) => epsilon(value),
            None => "none".into(),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{:<width$}  {:>4}  {of:>8}  {:<17}  {:>7.1}",
            row.name,
            row.seconds.len(),
            accuracy(&row.accuracies),
            mean(&row.seconds).unwrap_or(f64::NAN),
        );
    }
    for outcome in outcomes {
        match &outcome.state {
            State::Finished { .. } => {}
            State::Failed { error } => {
                let _ = writeln!(text, "failed: {}: {error}", outcome.point);
            }
            State::Unfinished => {
                let _ = writeln!(text, "not finished: {}", outcome.point);
            }
        }
    }
    text.push('\n');
    if let Some(best) = best {
        let _ = writeln!(text, "best on public test data: {best}");
    }
    for together in composed {
        let _ = writeln!(
            text,
            "{} private runs together: epsilon = {} at delta = {:e} ({}, unit: {}, {})",
            together.runs,
            epsilon(together.epsilon),
            together.delta,
            together.neighboring,
            together.unit,
            together.accountant
        );
    }
    text.push_str(&together(outcomes.len(), composed));
    let _ = writeln!(text, "{COMPARED}");
    text
}

/// What the guarantees of all runs mean.
fn together(points: usize, composed: &[Composed]) -> String {
    let private: usize = composed.iter().map(|together| together.runs).sum();
    let mut text = match composed.len() {
        0 => String::new(),
        1 => "This is what they cost somebody whose records are in all of them, if the points were fixed \
              before the first result was seen.\n"
            .to_owned(),
        _ => "These are guarantees of different kinds, each of its own runs; no line here bounds all of \
              them together.\n"
            .to_owned(),
    };
    if private < points {
        let others = points - private;
        text.push_str(&format!(
            "{others} of {points} points have released nothing yet, or guarantee nothing and are not \
             counted here.\n"
        ));
    }
    text
}

/// A point's name without its seed.
fn without_seed(name: &str) -> &str {
    match name.rsplit_once(",seed=") {
        Some((before, seed)) if seed.chars().all(|letter| letter.is_ascii_digit()) => before,
        _ => name,
    }
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Mean and standard deviation of a sample.
fn accuracy(values: &[f64]) -> String {
    let Some(mean) = mean(values) else {
        return "-".into();
    };
    if values.len() == 1 {
        return percent(mean);
    }
    let squares = values
        .iter()
        .map(|value| (value - mean).powi(2))
        .sum::<f64>();
    let deviation = (squares / (values.len() - 1) as f64).sqrt();
    format!("{} ± {:.2}", percent(mean), 100.0 * deviation)
}
