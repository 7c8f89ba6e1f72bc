//! The runs in columns.

use crate::numbers::{bytes, epsilon, percent};
use crate::run::Run;

const HEAD: [&str; 7] = [
    "run",
    "method",
    "data set",
    "epsilon",
    "delta",
    "test accuracy",
    "released",
];
/// Columns of numbers stand to the right.
const RIGHT: [bool; 7] = [false, false, false, true, true, true, true];

/// The table, with a final newline.
pub(super) fn of(runs: &[Run]) -> String {
    let rows: Vec<[String; 7]> = [HEAD.map(String::from)]
        .into_iter()
        .chain(runs.iter().map(row))
        .collect();
    let mut widths = [0; 7];
    for row in &rows {
        for (width, value) in widths.iter_mut().zip(row) {
            *width = (*width).max(value.chars().count());
        }
    }
    let line = |row: &[String; 7]| {
        let cells = row.iter().zip(widths).zip(RIGHT);
        let cells = cells.map(|((value, width), right)| match right {
            true => format!("{value:>width$}"),
            false => format!("{value:<width$}"),
        });
        cells
            .collect::<Vec<String>>()
            .join("  ")
            .trim_end()
            .to_string()
            + "\n"
    };
    rows.iter().map(line).collect()
}

fn row(run: &Run) -> [String; 7] {
    let (result, privacy) = (&run.result, &run.privacy);
    let none = || "-".to_string();
    [
        run.name.replace(char::is_control, " "),
        run.method().into(),
        result.dataset.replace(char::is_control, " "),
        match privacy.epsilon {
            Some(value) if run.is_private() => epsilon(value),
            _ => "NOT PRIVATE".into(),
        },
        (privacy.delta.filter(|_| run.is_private()))
            .map_or_else(none, |delta| format!("{delta:e}")),
        result.utility.test_accuracy.map_or_else(none, percent),
        bytes(result.cost.bytes_released),
    ]
}
