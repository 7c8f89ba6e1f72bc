//! The contract of a run directory.

use serde_json::Value;

use crate::folder::{Folder, files_below};
use crate::samples::{dp_sgd, pate};

fn finished(config: &str) -> Folder {
    let folder = Folder::new();
    folder.run(config, &[]).well();
    folder
}

/// Checks that `value` has exactly these keys.
#[track_caller]
fn has_keys(value: &Value, keys: &[&str]) {
    let mut found: Vec<&str> = value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let mut keys = keys.to_vec();
    found.sort_unstable();
    keys.sort_unstable();
    assert_eq!(found, keys);
}

#[test]
fn the_files_are_those_of_the_contract() {
    let folder = finished(&pate());
    assert_eq!(
        files_below(&folder.path("run")),
        [
            "config.resolved.toml",
            "evaluation.json",
            "ledger.json",
            "metrics.jsonl",
            "private/data_dependent.json",
            "private/lock",
            "private/shards.jsonl",
            "private/shards.key",
            "private/vote_gaps.json",
            "private/votes.json",
            "private/votes.npy",
            "released/labels.csv",
            "released/model.safetensors",
            "released/model_card.md",
            "released/nist_sp_800_226.md",
            "released/privacy.json",
            "released/registry_entry.yaml",
            "released/statement.md",
            "result.json",
        ]
    );
}

#[test]
fn result_json_has_the_keys_that_tools_rely_on() {
    for config in [pate(), dp_sgd()] {
        let result = finished(&config).json("run/result.json");
        has_keys(
            &result,
            &[
                "method", "dataset", "seed", "privacy", "utility", "cost", "released",
            ],
        );
        assert_eq!(result["dataset"], "clinic");
        assert_eq!(result["seed"], 1);
        has_keys(
            &result["privacy"],
            &[
                "epsilon",
                "delta",
                "neighboring",
                "unit",
                "accountant",
                "conversion",
                "noise",
                "private",
            ],
        );
        assert_eq!(result["privacy"]["unit"], "record");
        has_keys(
            &result["utility"],
            &[
                "test_accuracy",
                "test_size",
                "majority_accuracy",
                "baseline_accuracy",
                "labels_released",
                "queries",
                "label_accuracy",
            ],
        );
        has_keys(
            &result["cost"],
            &["wall_seconds", "peak_memory_bytes", "bytes_released"],
        );
        has_keys(
            &result["cost"]["wall_seconds"],
            &[
                "total",
                "teachers",
                "aggregation",
                "student",
                "training",
                "baseline",
            ],
        );
        assert!(result["cost"]["wall_seconds"]["total"].as_f64().unwrap() > 0.0);
    }
}

#[test]
fn bytes_released_are_what_crossed() {
    let result = finished(&pate()).json("run/result.json");
    assert_eq!(result["cost"]["bytes_released"], 4 * 40);
    // Five inputs (two numbers, three categories) and a bias for each of two classes.
    let result = finished(&dp_sgd()).json("run/result.json");
    assert_eq!(result["cost"]["bytes_released"], 4 * (5 + 1) * 2);
}

#[test]
fn metrics_are_lines_of_json() {
    let lines = finished(&pate()).json_lines("run/metrics.jsonl");
    assert_eq!(lines[0]["phase"], "aggregation");
    assert_eq!(lines[0]["labels_released"], 40);
    assert_eq!(lines.len(), 1 + 12);
    let lines = finished(&dp_sgd()).json_lines("run/metrics.jsonl");
    assert!(lines.iter().all(|line| line["phase"] == "noisy SGD"));
}

#[cfg(unix)]
#[test]
fn what_is_private_is_for_the_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = finished(&pate());
    let mode = |name: &str| {
        let permissions = std::fs::metadata(folder.path(name)).unwrap().permissions();
        permissions.mode() & 0o777
    };
    assert_eq!(mode("run/private"), 0o700);
    for file in files_below(&folder.path("run/private")) {
        assert_eq!(mode(&format!("run/private/{file}")), 0o600, "{file}");
    }
}

#[test]
fn the_noise_key_is_gone_at_the_end() {
    for config in [pate(), dp_sgd()] {
        assert!(!finished(&config).exists("run/private/noise.key"));
    }
}

#[test]
fn nothing_private_is_among_the_released_files() {
    let folder = finished(&pate());
    let secrets: Vec<Vec<u8>> = files_below(&folder.path("run/private"))
        .iter()
        .map(|file| folder.bytes(&format!("run/private/{file}")))
        .filter(|bytes| !bytes.is_empty())
        .collect();
    let votes = folder.json("run/private/votes.json");
    let digest = votes["inputs"].as_str().unwrap().to_string();
    for file in files_below(&folder.path("run/released")) {
        let bytes = folder.bytes(&format!("run/released/{file}"));
        let holds = |secret: &[u8]| bytes.windows(secret.len()).any(|window| window == secret);
        assert!(!secrets.iter().any(|secret| holds(secret)), "{file}");
        assert!(!holds(digest.as_bytes()), "{file}");
    }
    // Nor is the true number of records, or a plain digest of them, anywhere outside.
    for file in ["ledger.json", "metrics.jsonl", "result.json"] {
        let text = folder.text(&format!("run/{file}"));
        assert!(!text.contains(&digest), "{file}");
    }
}

#[test]
fn the_resolved_config_runs_as_it_is() {
    for config in [pate(), dp_sgd()] {
        let folder = finished(&config);
        let resolved = folder.text("run/config.resolved.toml");
        folder.write("again.toml", &resolved);
        folder
            .privet(&["run", "again.toml", "--out", "again"])
            .well();
        assert_eq!(folder.text("again/config.resolved.toml"), resolved);
        let epsilon =
            |run: &str| folder.json(&format!("{run}/result.json"))["privacy"]["epsilon"].clone();
        assert_eq!(epsilon("run"), epsilon("again"));
    }
}

#[test]
fn the_statement_is_in_words_and_agrees_with_the_numbers() {
    let folder = finished(&pate());
    let statement = folder.text("run/released/statement.md");
    for words in [
        "# Privacy statement",
        "differential privacy",
        "one record more or less",
        "1e-4",
    ] {
        assert!(statement.contains(words), "{statement}");
    }
    assert!(
        statement.contains("(6, 1e-4)") || statement.contains("(5.9"),
        "{statement}"
    );
    assert!(!statement.contains("NOT PRIVATE"));
}

#[test]
fn the_model_carries_label_map_preprocessing_and_guarantee() {
    let folder = finished(&dp_sgd());
    let bytes = folder.bytes("run/released/model.safetensors");
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let header: Value = serde_json::from_slice(&bytes[8..8 + length]).unwrap();
    let text = header["__metadata__"]["privet"].as_str().unwrap();
    let description: Value = serde_json::from_str(text).unwrap();
    assert_eq!(description["classes"], serde_json::json!(["low", "high"]));
    assert_eq!(description["preprocessing"]["kind"], "table");
    assert_eq!(
        description["privacy"],
        folder.json("run/released/privacy.json")
    );
    assert_eq!(
        header["layers.0.weight"]["shape"],
        serde_json::json!([2, 5])
    );
}
