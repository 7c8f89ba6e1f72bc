//! The table at the end of a run.

use std::fmt::Write;
use std::path::Path;

use super::result::{LabelledBy, RunResult};
use crate::display::{epsilon, percent};

/// The table, with a final newline.
pub(super) fn table(result: &RunResult, root: &Path) -> String {
    let mut rows: Vec<(&str, String)> = Vec::new();
    let utility = &result.utility;
    if let Some(accuracy) = utility.test_accuracy {
        let (accuracy, size) = (percent(accuracy), utility.test_size);
        let value = format!("{accuracy}   ({size} public test examples)");
        rows.push(("test accuracy", value));
        if let Some(distilled) = utility.distilled {
            let value = format!(
                "{}   (labelled {} public examples for the student)",
                percent(distilled.model_accuracy),
                distilled.examples
            );
            let name = match distilled.by {
                LabelledBy::NoisyModel => "noisy model",
                LabelledBy::Regression => "regression",
            };
            rows.push((name, value));
        }
        if let Some(why) = &utility.student_failed {
            let value = format!("none, the noisy model itself is published: {why}");
            rows.push(("student", value));
        }
        if let Some(baseline) = utility.baseline_accuracy {
            rows.push(("not private", percent(baseline)));
        }
        if let Some(majority) = utility.majority_accuracy {
            rows.push(("majority class", percent(majority)));
        }
    }
    match &result.privacy {
        None => rows.push(("epsilon", "none: NOT PRIVATE".into())),
        Some(privacy) => {
            let warning = if privacy.private {
                ""
            } else {
                "   NOT PRIVATE"
            };
            rows.push((
                "epsilon",
                format!(
                    "{}   at delta {:e}{warning}",
                    epsilon(privacy.epsilon),
                    privacy.delta
                ),
            ));
            if let Some(sanitized) = &privacy.sanitized {
                rows.push((
                    "sanitised",
                    format!(
                        "{}   for these votes; too low with probability {:e}",
                        epsilon(sanitized.epsilon),
                        sanitized.failure_probability
                    ),
                ));
            }
            if let Some(raw) = privacy.raw_data_dependent_epsilon {
                rows.push((
                    "raw",
                    format!(
                        "{raw:.3}   for these votes; shown of a public benchmark, no guarantee"
                    ),
                ));
            }
            rows.push((
                "neighbours",
                format!("{} {}", privacy.neighboring, privacy.unit),
            ));
            let conversion = privacy.conversion.iter().map(|name| format!(" {name}"));
            let conversion: String = conversion.collect();
            rows.push(("accountant", privacy.accountant.clone() + &conversion));
            rows.push(("noise", privacy.noise.clone()));
            if let Some(steps) = privacy.steps {
                let why = match steps.taken < steps.planned {
                    true => "as many as the budget allows",
                    false => "the budget allows all",
                };
                rows.push((
                    "steps",
                    format!("{} of {}   ({why})", steps.taken, steps.planned),
                ));
            }
        }
    }
    if let Some(labels) = utility.labels_released {
        let asked = utility
            .queries
            .map(|queries| format!(" released of {queries} asked"));
        let right = utility
            .label_accuracy
            .map(|share| format!(", {} right", percent(share)))
            .unwrap_or_default();
        rows.push((
            "labels",
            format!("{labels}{}{right}", asked.unwrap_or_default()),
        ));
    }
    rows.push(("released", format!("{} bytes", result.cost.bytes_released)));
    let seconds = &result.cost.wall_seconds;
    let phases: Vec<String> = [
        ("teachers", seconds.teachers),
        ("aggregation", seconds.aggregation),
        ("student", seconds.student),
        ("noisy SGD", seconds.training),
        ("baseline", seconds.baseline),
    ]
    .into_iter()
    .filter_map(|(name, seconds)| seconds.map(|seconds| format!("{name} {seconds:.1}")))
    .collect();
    let of_which = match result.cost.resumed {
        true => "since the run was resumed",
        false => "in all",
    };
    rows.push((
        "seconds",
        match phases.is_empty() {
            true => format!("{:.1} {of_which}", seconds.total),
            false => format!("{:.1} {of_which}: {}", seconds.total, phases.join(", ")),
        },
    ));

    let mut text = format!("\n{} on {}\n", result.method, result.dataset);
    for (name, value) in rows {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "  {name:<15} {value}");
    }
    let released = root.join("released");
    let what = match utility.test_accuracy {
        Some(_) => "model",
        None => "labels",
    };
    let _ = writeln!(text, "\n{what} and statement: {}", released.display());
    if utility.test_accuracy.is_some() && !released.join("model.safetensors").exists() {
        let inside = root.join("private");
        let _ = writeln!(
            text,
            "the model is not private and stays in {}",
            inside.display()
        );
    }
    text
}
