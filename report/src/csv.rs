//! The runs as a table of comma-separated values.

use crate::ReportError;
use crate::run::Run;

const HEAD: [&str; 21] = [
    "run",
    "method",
    "dataset",
    "seed",
    "private",
    "epsilon",
    "delta",
    "neighboring",
    "unit",
    "accountant",
    "test_accuracy",
    "test_size",
    "majority_accuracy",
    "baseline_accuracy",
    "queries",
    "labels_released",
    "label_accuracy",
    "bytes_released",
    "wall_seconds",
    "peak_memory_bytes",
    "directory",
];

/// One line a run. Times and memory are empty but for declared public benchmarks; an epsilon is written
/// in full, and not at all for what is not private.
///
/// # Errors
/// None in practice: the table is written to memory.
pub fn csv(runs: &[Run]) -> Result<Vec<u8>, ReportError> {
    let mut table = ::csv::Writer::from_writer(Vec::new());
    let broken = |error: ::csv::Error| ReportError::Text(error.to_string());
    table.write_record(HEAD).map_err(broken)?;
    for run in runs {
        table.write_record(row(run)).map_err(broken)?;
    }
    table
        .into_inner()
        .map_err(|error| ReportError::Text(error.to_string()))
}

fn row(run: &Run) -> [String; 21] {
    let result = &run.result;
    let (utility, cost) = (&result.utility, &result.cost);
    // An epsilon of predictable noise is none.
    let privacy = result.privacy.as_ref().filter(|_| run.is_private());
    let shown = run.is_public_benchmark();
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let whole = |value: Option<u64>| value.map(|value| value.to_string()).unwrap_or_default();
    let word = |value: Option<&String>| value.cloned().unwrap_or_default();
    [
        run.name.clone(),
        result.method.clone(),
        result.dataset.clone(),
        result.seed.to_string(),
        run.is_private().to_string(),
        number(privacy.map(|privacy| privacy.epsilon)),
        number(privacy.map(|privacy| privacy.delta)),
        word(privacy.map(|privacy| &privacy.neighboring)),
        word(privacy.map(|privacy| &privacy.unit)),
        word(privacy.map(|privacy| &privacy.accountant)),
        number(utility.test_accuracy),
        utility.test_size.to_string(),
        number(utility.majority_accuracy),
        number(utility.baseline_accuracy),
        whole(utility.queries),
        whole(utility.labels_released.map(|labels| labels as u64)),
        number(utility.label_accuracy),
        cost.bytes_released.to_string(),
        number(Some(cost.wall_seconds.total).filter(|_| shown)),
        whole(cost.peak_memory_bytes.filter(|_| shown)),
        run.directory.display().to_string(),
    ]
}
