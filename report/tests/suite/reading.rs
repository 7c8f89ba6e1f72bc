//! Directories that are no runs, not finished, damaged, or of sweeps.

use std::fs;

use privet_report::Runs;

use crate::made::{Folder, noisy_sgd, write};

#[track_caller]
fn left_out(runs: &Runs, words: &[&str]) {
    assert_eq!(runs.left_out.len(), 1, "{:?}", runs.left_out);
    let error = runs.left_out[0].to_string();
    for word in words {
        assert!(error.contains(word), "no `{word}` in: {error}");
    }
}

#[test]
fn what_cannot_be_shown_is_said_and_the_rest_is_there() {
    let folder = Folder::new();
    let good = folder.run("good", &noisy_sgd(2.0, 300));
    let read = |path| Runs::read(&[folder.path(path), good.clone()]);
    let one_left = |runs: &Runs| {
        runs.runs
            .iter()
            .map(|run| run.name.clone())
            .collect::<Vec<_>>()
            == ["good"]
    };

    let runs = read("nowhere");
    assert!(one_left(&runs));
    left_out(&runs, &["nowhere is no run", "points/*/result.json"]);

    write(&folder.path("begun"), "config.resolved.toml", "seed = 1");
    left_out(
        &read("begun"),
        &["begun is not finished", "--resume", "ledger.json"],
    );

    for (file, text, word) in [
        ("result.json", "{\"method\":", "EOF"),
        ("released/privacy.json", "{}", "missing field `private`"),
        (
            "evaluation.json",
            "{\"public_benchmark\":true,\"confusion\":{\"classes\":[\"a\"],\"counts\":[]}}",
            "1 rows",
        ),
        (
            "config.resolved.toml",
            "a =",
            "config.resolved.toml is damaged",
        ),
        ("private/vote_gaps.json", "[]", "vote_gaps.json is damaged"),
    ] {
        let path = folder.run("damaged", &noisy_sgd(2.0, 300));
        write(&path, file, text);
        let runs = read("damaged");
        assert!(one_left(&runs), "{file}");
        left_out(&runs, &[file, "damaged", word, "restore it"]);
    }
    folder.run("gone", &noisy_sgd(2.0, 300));
    fs::remove_file(folder.path("gone/released/statement.md")).unwrap();
    left_out(&read("gone"), &["cannot read", "statement.md"]);
}

#[test]
fn two_files_that_disagree_are_refused() {
    let folder = Folder::new();
    for (key, value) in [
        ("epsilon", "0.5"),
        ("delta", "0.5"),
        ("neighboring_relation", "\"replace-one\""),
    ] {
        let path = folder.run("run", &noisy_sgd(2.0, 300));
        let text = fs::read_to_string(path.join("released/privacy.json")).unwrap();
        let mut privacy: serde_json::Value = serde_json::from_str(&text).unwrap();
        privacy[key] = serde_json::from_str(value).unwrap();
        write(&path, "released/privacy.json", &privacy.to_string());
        left_out(&Runs::read(&[path]), &[key, "result.json"]);
    }
}

#[test]
fn a_run_without_an_evaluation_is_no_public_benchmark() {
    let folder = Folder::new();
    let path = folder.run("run", &noisy_sgd(2.0, 300));
    fs::remove_file(path.join("evaluation.json")).unwrap();
    let runs = Runs::read(&[path]);
    assert!(!runs.runs[0].is_public_benchmark());
}

#[test]
fn a_sweep_is_all_its_points_each_once() {
    let folder = Folder::new();
    for point in [
        "sweep/points/point-10",
        "sweep/points/point-9",
        "other/points/point-9",
    ] {
        folder.run(point, &noisy_sgd(2.0, 300));
    }
    write(
        &folder.path("sweep/points/point-11"),
        "config.resolved.toml",
        "seed = 1",
    );
    write(&folder.path("sweep"), "sweep.toml", "");
    let paths = ["sweep", "other", "sweep/points/point-9"].map(|name| folder.path(name));
    let runs = Runs::read(&paths);
    let names: Vec<&str> = runs.runs.iter().map(|run| run.name.as_str()).collect();
    assert_eq!(
        names,
        ["sweep/points/point-9", "point-10", "other/points/point-9"]
    );
    left_out(&runs, &["point-11 is not finished"]);
}
