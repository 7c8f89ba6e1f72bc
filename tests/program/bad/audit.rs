//! Audits that cannot be made.

use crate::folder::Folder;
use crate::samples::{dp_sgd, edit, pate};

#[track_caller]
fn refused(config: &str, words: &str, expected: &[&str]) {
    let folder = Folder::new();
    folder.write("experiment.toml", config);
    let words: Vec<&str> = words.split(' ').collect();
    let said = folder.privet(&words).failed(2, expected);
    assert_eq!(said.out, "");
    assert!(!folder.exists("audit") && !folder.exists("runs"));
}

#[test]
fn aggregators_need_their_numbers() {
    let refused = |words: &str, expected: &[&str]| refused(&pate(), words, expected);
    refused("audit pate", &["either a config or --mechanism"]);
    refused(
        "audit pate --mechanism gnmax",
        &["--mechanism gnmax needs --sigma"],
    );
    refused("audit pate --mechanism gnmax --sigma 0", &["scale"]);
    refused(
        "audit pate --mechanism lnmax --sigma 2",
        &["--sigma has no meaning"],
    );
    refused(
        "audit pate --mechanism confident-gnmax --sigma 2 --sigma-threshold 3",
        &["needs --threshold"],
    );
    refused(
        "audit pate --mechanism gnmax --sigma 2 --set aggregator.queries=1",
        &["--set overrides keys of a config"],
    );
    refused(
        "audit pate experiment.toml --mechanism gnmax --sigma 2",
        &["either a config or --mechanism"],
    );
    refused(
        "audit pate experiment.toml --neighboring replace-one",
        &["--neighboring"],
    );
    refused(
        "audit pate --mechanism gnmax --sigma 2 --releases 10",
        &["--releases", "at least 100"],
    );
    for (option, value) in [
        ("--confidence", "1"),
        ("--confidence", "0"),
        ("--confidence", "nan"),
        ("--classes", "1"),
        ("--releases", "0"),
        ("--delta", "1"),
    ] {
        let words = format!("audit pate --mechanism gnmax --sigma 2 {option} {value}");
        refused(&words, &[option, "give a"]);
    }
}

#[test]
fn methods_are_audited_by_their_own_command() {
    refused(
        &dp_sgd(),
        "audit pate experiment.toml",
        &["privet audit dp-sgd"],
    );
    refused(
        &pate(),
        "audit dp-sgd experiment.toml --out audit",
        &["privet audit pate"],
    );
}

#[test]
fn canaries_must_fit() {
    let refused = |words: &str, expected: &[&str]| {
        let words = format!("audit dp-sgd experiment.toml --out audit {words}");
        refused(&dp_sgd(), &words, expected);
    };
    refused("--canaries 7", &["--canaries 7", "at least 8"]);
    refused(
        "--canaries 100000",
        &["--canaries 100000", "parameters", "--kind record"],
    );
    refused(
        "--canaries 100000 --kind record",
        &["--canaries 100000", "too few private records"],
    );
    refused("--kind pixel", &["pixel", "gradient"]);
}

#[test]
fn predictable_noise_is_not_audited() {
    let config = edit(
        &dp_sgd(),
        "epsilon = 4.0",
        "epsilon = 4.0\ndanger_fixed_noise_seed = 3",
    );
    let words = "audit dp-sgd experiment.toml --out audit --canaries 10";
    refused(&config, words, &["danger_fixed_noise_seed", "remove it"]);
}

#[test]
fn a_directory_is_not_used_twice() {
    let folder = Folder::empty();
    folder.write("audit/something", "");
    let words = "audit pate --mechanism gnmax --sigma 2 --releases 100 --out audit";
    let words: Vec<&str> = words.split(' ').collect();
    folder.privet(&words).failed(2, &["audit exists already"]);
}
