//! Audits of mechanisms that are right: nothing is accused, and what was found stays inside.

use serde_json::{Value, json};

use crate::folder::{Folder, files_below};
use crate::samples::{DP_SGD, SCHEMA, data_of_parts, dp_sgd, edit, pate, write_parts};

#[test]
fn aggregators_are_audited_by_their_numbers() {
    let folder = Folder::empty();
    let mechanisms: [&[&str]; 3] = [
        &["gnmax", "--sigma", "4", "--queries", "3"],
        &["lnmax", "--scale", "4", "--classes", "3"],
        &[
            "confident-gnmax",
            "--sigma",
            "4",
            "--threshold",
            "30",
            "--sigma-threshold",
            "6",
            "--queries",
            "4",
            "--max-answers",
            "2",
        ],
    ];
    for words in mechanisms {
        let start = ["audit", "pate", "--mechanism"];
        let end = [
            "--releases",
            "20000",
            "--json",
            "--quiet",
            "--confidence",
            "0.999999",
        ];
        let said = folder.privet(&[&start, words, &end].concat()).well();
        assert_eq!(said.err, "");
        let found: Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(found["refuted"], false);
        let [claimed, bound] = [&found["claimed"]["epsilon"], &found["epsilon_at_least"]];
        assert!(bound.as_f64() < claimed.as_f64(), "{found}");
        assert_eq!(found["would_have_seen"][1]["noise_times"], 0.5);
        assert_eq!(found["would_have_seen"][1]["caught"], true, "{words:?}");
    }
    assert_eq!(files_below(&folder.path("")), Vec::<String>::new());
}

#[test]
fn the_aggregator_of_a_config_is_audited_without_its_data() {
    let folder = Folder::empty();
    folder.write("experiment.toml", pate());
    let words = "audit pate experiment.toml --set aggregator.queries=2 --releases 2000 --out audit";
    let words: Vec<&str> = words.split(' ').collect();
    let said = folder.privet(&words).well();
    assert!(
        said.out.contains("claimed         epsilon 6 at delta 1e-4"),
        "{}",
        said.out
    );
    assert!(said.out.contains("would have seen"), "{}", said.out);
    assert!(said.err.contains("releases: 0/4000"), "{}", said.err);
    assert_eq!(folder.json("audit/private/audit.json")["audit"], "pate");
}

#[test]
fn a_training_is_audited_and_nothing_leaves() {
    for (words, kind) in [
        ("--canaries 30", "gradient"),
        ("--canaries 30 --kind record", "record"),
    ] {
        let folder = Folder::new();
        let config = edit(
            &dp_sgd(),
            "preset = \"linear\"",
            "preset = \"mlp\", hidden = [16]",
        );
        folder.write("experiment.toml", config);
        let words = format!("audit dp-sgd experiment.toml --out audit --json {words}");
        let words: Vec<&str> = words.split(' ').collect();
        let said = folder.privet(&words).well();
        assert!(said.err.contains("keep it inside"), "{}", said.err);
        let begun = "\"done\":0,\"event\":\"progress\",\"phase\":\"noisy SGD\"";
        assert!(said.err.contains(begun), "{}", said.err);
        let mut found: Value = serde_json::from_str(&said.out).unwrap();
        let inside = folder.json("audit/private/audit.json");
        // The sample records are not declared public.
        for key in [
            "epsilon_at_least",
            "by_all_steps",
            "by_the_loss",
            "membership",
        ] {
            assert_eq!(found[key], json!(null), "{key}");
            found[key] = inside[key].clone();
        }
        assert_eq!(found, inside);
        assert_eq!(found["canaries"], json!({"count": 30, "kind": kind}));
        assert_eq!(found["refuted"], false);
        assert!(found["claimed"]["epsilon"].as_f64().unwrap() <= 4.0);
        assert_eq!(found["by_the_loss"].is_null(), kind == "gradient");
        let area = found["membership"]["by_the_loss"]["area"].as_f64().unwrap();
        assert!((0.2..0.8).contains(&area), "{area}");
        assert_eq!(found["would_have_seen"].as_array().unwrap().len(), 4);
        assert_eq!(
            files_below(&folder.path("audit")),
            ["config.resolved.toml", "private/audit.json", "private/lock"]
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |name: &str| {
                let permissions = folder.path(name).metadata().unwrap().permissions();
                permissions.mode() & 0o777
            };
            assert_eq!(mode("audit/private"), 0o700);
            assert_eq!(mode("audit/private/audit.json"), 0o600);
        }
    }
}

/// A canary that is not in is empty, or the opposite, where records do not come and go; exact
/// arithmetic and other clipping have canaries too.
#[test]
fn every_plan_has_canaries() {
    let turns = "sampling = { kind = \"fixed-order\", steps_per_epoch = 10 }";
    let sampled = "sampling_probability = 0.1";
    for (from, to) in [
        (sampled, turns.to_string()),
        (
            "clipping_norm = 1.0",
            "clipping_norm = 1.0\narithmetic = \"exact\"".into(),
        ),
        (
            "clipping_norm = 1.0",
            "clipping = { kind = \"automatic\", norm = 1.0 }".into(),
        ),
    ] {
        let folder = Folder::new();
        let mut config = edit(&dp_sgd(), from, &to);
        if from == sampled {
            config = edit(
                &config,
                "[dp_sgd]",
                "neighboring = \"replace-special\"\n\n[dp_sgd]",
            );
        }
        folder.write("experiment.toml", config);
        let words = [
            "audit",
            "dp-sgd",
            "experiment.toml",
            "--canaries",
            "10",
            "--quiet",
        ];
        let said = folder.privet(&words).well();
        assert!(said.out.contains("10 gradients"), "{to}: {}", said.out);
        assert!(folder.exists("runs/audit-experiment/private/audit.json"));
    }
}

/// With as many records as the plan's cost allows and more canaries than records make room: whether they
/// fit is not left to their coins.
#[test]
fn canaries_fit_where_records_are_counted() {
    let folder = Folder::empty();
    write_parts(&folder, [360, 480]);
    let config = format!(
        "method = \"dp-sgd\"\nseed = 1\n{}{SCHEMA}{DP_SGD}",
        data_of_parts()
    );
    let config = edit(
        &config,
        "sampling_probability = 0.1",
        "sampling = { kind = \"truncated-poisson\", probability = 0.1, maximum_batch_size = 60, \
         maximum_units = 360 }",
    );
    let config = edit(
        &config,
        "preset = \"linear\"",
        "preset = \"mlp\", hidden = [64]",
    );
    folder.write("experiment.toml", config);
    let audit = |canaries: &str| {
        let words = [
            "audit",
            "dp-sgd",
            "experiment.toml",
            "--quiet",
            "--canaries",
        ];
        folder.privet(&[&words[..], &[canaries]].concat())
    };
    audit("240").well();
    audit("361").failed(2, &["--canaries 361", "at most 360 records"]);
}
