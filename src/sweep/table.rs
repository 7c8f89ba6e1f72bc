//! The table at the end of a sweep.

use std::fmt::Write;

use anyhow::Result;
use privet_report::run::FOLD;
use privet_report::{Repetitions, Tested};
use serde::Serialize;
use serde_json::Value;

use super::composed::Composed;
use super::outcome::{Outcome, State};
use super::point::REPEATED;
use crate::display::{epsilon, percent};

/// What stands under every comparison.
pub(super) const COMPARED: &str = "Accuracies are measured on public test data. Comparing them costs nothing beyond what all runs \
     cost together; but which one is best depends on the records, so a model that is published because \
     it was the best costs what all of them cost, not its own epsilon alone. And test data that a choice \
     was made by no longer tell how well the chosen model does on others.";

/// Finished points that differ in their seed and fold alone.
#[derive(Debug, Serialize)]
pub(super) struct Row {
    point: String,
    method: String,
    dataset: String,
    /// The largest of the runs; absent where nothing is guaranteed.
    epsilon: Option<f64>,
    delta: Option<f64>,
    /// Runs that there are.
    runs: usize,
    /// Measurements of all test records: runs, or sets of runs on the parts of a divided test set.
    repetitions: usize,
    /// Test records of one repetition.
    test_size: usize,
    mean_accuracy: Option<f64>,
    /// Over repetitions.
    standard_deviation: Option<f64>,
    /// 95 % of what the choice of test records leaves open.
    interval_low: Option<f64>,
    interval_high: Option<f64>,
    mean_seconds: Option<f64>,
    /// What crossed from the private side in one run, at most.
    bytes_released: Option<u64>,
}

/// What a row is made of.
struct Group<'a> {
    outcome: &'a Outcome,
    epsilon: Option<f64>,
    tests: Vec<Tested>,
    seconds: Vec<f64>,
    bytes: Option<u64>,
}

/// Finished points, those that differ in their seed and fold alone in one row.
pub(super) fn rows(outcomes: &[Outcome]) -> Vec<Row> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for outcome in outcomes {
        let State::Finished {
            epsilon,
            test_accuracy,
            test_size,
            seconds,
            bytes_released,
            ..
        } = &outcome.state
        else {
            continue;
        };
        let same = |group: &Group<'_>| group.outcome.repetition_of == outcome.repetition_of;
        let place = match groups.iter().position(same) {
            Some(place) => place,
            None => {
                groups.push(Group {
                    outcome,
                    epsilon: *epsilon,
                    tests: Vec::new(),
                    seconds: Vec::new(),
                    bytes: None,
                });
                groups.len() - 1
            }
        };
        let group = &mut groups[place];
        // Runs of one config with several charges differ: the largest speaks for all.
        group.epsilon = match (group.epsilon, *epsilon) {
            (Some(one), Some(other)) => Some(one.max(other)),
            _ => None,
        };
        let number = |key: &str| outcome.settings.get(key).and_then(Value::as_u64);
        group.tests.extend(test_accuracy.map(|accuracy| Tested {
            seed: number("seed").unwrap_or(0),
            fold: number(FOLD),
            accuracy,
            size: test_size.unwrap_or(0),
        }));
        group.seconds.extend(seconds);
        group.bytes = group.bytes.max(*bytes_released);
    }
    groups.into_iter().filter_map(row).collect()
}

fn row(group: Group<'_>) -> Option<Row> {
    let State::Finished {
        method,
        dataset,
        delta,
        ..
    } = &group.outcome.state
    else {
        return None;
    };
    let repetitions = Repetitions::of(&group.tests);
    let interval = repetitions.interval();
    Some(Row {
        point: without_repetition(&group.outcome.point),
        method: method.clone(),
        dataset: dataset.clone(),
        epsilon: group.epsilon,
        delta: delta.filter(|_| group.epsilon.is_some()),
        runs: group.seconds.len(),
        repetitions: repetitions.accuracies.len(),
        test_size: repetitions.size,
        mean_accuracy: repetitions.mean(),
        standard_deviation: repetitions.deviation(),
        interval_low: interval.map(|(low, _)| low),
        interval_high: interval.map(|(_, high)| high),
        mean_seconds: mean(&group.seconds),
        bytes_released: group.bytes,
    })
}

/// The rows as comma-separated values.
pub(super) fn csv(rows: &[Row]) -> Result<Vec<u8>> {
    let mut table = csv::Writer::from_writer(Vec::new());
    for row in rows {
        table.serialize(row)?;
    }
    Ok(table.into_inner()?)
}

/// The point with the best accuracy on public test data, on average over repetitions.
pub(super) fn best(rows: &[Row]) -> Option<&str> {
    let measured = rows
        .iter()
        .filter_map(|row| Some((row, row.mean_accuracy?)));
    let best = measured.max_by(|(_, one), (_, other)| one.total_cmp(other));
    best.map(|(row, _)| row.point.as_str())
}

/// Finished points with the mean over repetitions, then the others, then what all guarantee together.
pub(super) fn table(
    (outcomes, rows): (&[Outcome], &[Row]),
    composed: &[Composed],
    best: Option<&str>,
) -> String {
    let width = rows
        .iter()
        .map(|row| row.point.len())
        .max()
        .unwrap_or(0)
        .max(5);
    let mut text = format!(
        "\n{:<width$}  runs   epsilon  test accuracy      seconds\n",
        "point"
    );
    for row in rows {
        let of = match row.epsilon {
            Some(value) => epsilon(value),
            None => "none".into(),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{:<width$}  {:>4}  {of:>8}  {:<17}  {:>7.1}",
            row.point,
            row.runs,
            accuracy(row),
            row.mean_seconds.unwrap_or(f64::NAN),
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

/// A point's name without its seed and fold, which the grid may have anywhere.
fn without_repetition(name: &str) -> String {
    let tells = |part: &&str| {
        !part.split_once('=').is_some_and(|(key, value)| {
            REPEATED.contains(&key) && value.bytes().all(|byte| byte.is_ascii_digit())
        })
    };
    name.split(',').filter(tells).collect::<Vec<_>>().join(",")
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Mean and standard deviation of a sample.
fn accuracy(row: &Row) -> String {
    match (row.mean_accuracy, row.standard_deviation) {
        (None, _) => "-".into(),
        (Some(mean), None) => percent(mean),
        (Some(mean), Some(deviation)) => format!("{} ± {:.2}", percent(mean), 100.0 * deviation),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_seeds_and_folds_wherever_they_stand() {
        for (name, left) in [
            ("a,seed=3", "a"),
            (
                "a,data.public_fold.number=2,privacy.epsilon=0.5,seed=3",
                "a,privacy.epsilon=0.5",
            ),
            ("seed=x,seedling=3", "seed=x,seedling=3"),
        ] {
            assert_eq!(without_repetition(name), left);
        }
    }
}
