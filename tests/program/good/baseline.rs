//! A run without privacy says so everywhere.

use serde_json::json;

use crate::folder::{Folder, files_below};
use crate::samples::{BASELINE, baseline, dp_sgd, edit};

/// The sample records as a public benchmark.
fn benchmark(config: &str) -> String {
    edit(config, "[data.public]", "[data.public]\nbenchmark = true")
}

#[test]
fn every_artefact_of_a_baseline_says_not_private() {
    let folder = Folder::new();
    let said = folder.run(&benchmark(&baseline()), &[]).well();
    assert!(said.out.contains("NOT PRIVATE"), "{}", said.out);
    let result = folder.json("run/result.json");
    assert_eq!(result["privacy"], json!(null));
    assert!(result["utility"]["test_accuracy"].as_f64().unwrap() > 0.8);
    let report = folder.json("run/released/privacy.json");
    assert_eq!(report["private"], false);
    assert!(report.get("epsilon").is_none());
    assert_eq!(report["events"], json!({"kind": "non_private"}));
    for file in files_below(&folder.path("run")) {
        if ["private/lock", "result.json"].contains(&file.as_str()) {
            continue;
        }
        let text = String::from_utf8_lossy(&folder.bytes(&format!("run/{file}"))).into_owned();
        assert!(text.contains("NOT PRIVATE"), "{file}: {text}");
    }
}

#[test]
fn a_baseline_of_confidential_records_stays_inside() {
    let folder = Folder::new();
    folder.run(&baseline(), &[]).well();
    assert!(!folder.exists("run/released/model.safetensors"));
    assert!(folder.exists("run/private/model.safetensors"));
    // The operator can use it all the same.
    let said = folder.privet(&["predict", "run", "records.csv"]).well();
    assert_eq!(said.out.lines().count(), 601);
}

#[test]
fn a_comparison_is_shown_for_public_benchmarks_only() {
    let compared = format!("{}{BASELINE}", dp_sgd());
    let folder = Folder::new();
    let said = folder.run_into("run", &compared, &[]).well();
    assert!(
        said.err.contains("warning: [baseline] is left out"),
        "{}",
        said.err
    );
    assert_eq!(
        folder.json("run/result.json")["utility"]["baseline_accuracy"],
        json!(null)
    );

    let said = folder.run_into("open", &benchmark(&compared), &[]).well();
    assert!(!said.err.contains("warning"), "{}", said.err);
    let result = folder.json("open/result.json");
    assert!(
        result["utility"]["baseline_accuracy"].as_f64().unwrap() > 0.7,
        "{result}"
    );
    assert!(
        result["cost"]["wall_seconds"]["baseline"]
            .as_f64()
            .is_some()
    );
}
