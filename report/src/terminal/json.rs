//! The comparison for programs.

use serde_json::{Value, json};

use crate::cost::{How, Together};
use crate::run::{Run, Runs};

/// The runs, what they cost together, and what is left out.
#[must_use]
pub fn json(runs: &Runs, together: &[Together]) -> Value {
    let names = |positions: &[usize]| -> Vec<&str> {
        let there = positions.iter().filter_map(|&run| runs.runs.get(run));
        there.map(|run| run.name.as_str()).collect()
    };
    let together = together.iter().map(|group| {
        let (how, accountant) = match group.whole.how {
            How::Alone => ("alone", None),
            How::Composed(accountant) => ("composed", Some(accountant)),
            How::ComposedAtSum(accountant) => ("composed-at-sum-of-deltas", Some(accountant)),
            How::Added => ("added", None),
        };
        json!({
            "population": group.name,
            "neighboring": group.relation,
            "unit": group.unit,
            "runs": names(&group.runs),
            "epsilon": number(group.whole.epsilon),
            "delta": group.whole.delta,
            "how": how,
            "accountant": accountant,
            "not_private_runs": group.not_private,
            "other_relations": group.others,
        })
    });
    let left_out = runs.left_out.iter().map(ToString::to_string);
    json!({
        "runs": runs.runs.iter().map(of).collect::<Vec<Value>>(),
        "together": together.collect::<Vec<Value>>(),
        "scores": "public test data",
        "left_out": left_out.collect::<Vec<String>>(),
    })
}

fn of(run: &Run) -> Value {
    let result = &run.result;
    json!({
        "run": run.name,
        "directory": run.directory.display().to_string(),
        "method": result.method,
        "dataset": result.dataset,
        "seed": result.seed,
        "private": run.is_private(),
        // An epsilon of predictable noise is none.
        "privacy": result.privacy.as_ref().filter(|_| run.is_private()),
        "utility": result.utility,
        "bytes_released": result.cost.bytes_released,
    })
}

/// A number, infinity as `"inf"`.
fn number(value: f64) -> Value {
    match value.is_finite() {
        true => json!(value),
        false => json!("inf"),
    }
}
