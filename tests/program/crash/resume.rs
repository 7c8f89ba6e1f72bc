//! Going on with a run, and what stands against it.

use std::fs;

use privet_accountant::{DpEvent, NeighboringRelation, PrivacyAccountant, RdpAccountant};

use super::{
    finish, fixed, has_released, interrupted, kill_when, reservations, slow_dp_sgd, slow_pate,
    start,
};
use crate::folder::{Folder, files_below};
use crate::samples::{DATA, SCHEMA, data_of_parts, dp_sgd, edit, pate, records};

/// All files of a run with their contents.
fn snapshot(folder: &Folder) -> Vec<(String, Vec<u8>)> {
    files_below(&folder.path("run"))
        .into_iter()
        .map(|file| (file.clone(), folder.bytes(&format!("run/{file}"))))
        .collect()
}

/// Expects that the run is not gone on with, for this reason, and that nothing changes.
#[track_caller]
fn refused(folder: &Folder, config: &str, code: i32, words: &[&str]) {
    let before = snapshot(folder);
    folder
        .run(config, &["--resume", "--quiet"])
        .failed(code, words);
    assert!(before == snapshot(folder));
}

#[test]
fn another_config_is_refused() {
    let folder = interrupted(&slow_dp_sgd());
    let other = edit(&slow_dp_sgd(), "steps = 500", "steps = 501");
    refused(
        &folder,
        &other,
        2,
        &["run was made by another config", "--set"],
    );
    let before = snapshot(&folder);
    for words in [["--seed", "5"], ["--set", "privacy.delta=1e-5"]] {
        folder
            .run(&slow_dp_sgd(), &[&["--resume"][..], &words].concat())
            .failed(2, &["another config"]);
    }
    assert!(before == snapshot(&folder));
    // The same words as at the start are fine, also where the text of the file is another.
    finish(&folder, &format!("# a remark\n{}", slow_dp_sgd()));
}

#[test]
fn a_complete_run_prints_its_result_again_and_changes_nothing() {
    for config in [pate(), dp_sgd()] {
        let folder = Folder::new();
        let first = folder.run(&config, &["--json"]).well();
        let before = snapshot(&folder);
        let again = folder.run(&config, &["--json", "--resume"]).well();
        assert_eq!(first.out, again.out);
        assert!(
            again.err.contains("run is complete already"),
            "{}",
            again.err
        );
        assert!(before == snapshot(&folder));
    }
}

#[test]
fn two_processes_never_share_a_run_directory() {
    let folder = Folder::new();
    let config = edit(&slow_dp_sgd(), "steps = 500", "steps = 500000");
    let mut first = start(&folder, &config);
    while !has_released(&folder) {
        assert!(first.try_wait().unwrap().is_none());
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let second = folder.run(&config, &["--resume"]);
    let running = first.try_wait().unwrap().is_none();
    first.kill().unwrap();
    first.wait().unwrap();
    assert!(running);
    second.failed(
        1,
        &[
            "another process is working in this run directory",
            "--out DIR",
        ],
    );
    assert_eq!(reservations(&folder).len(), 1);
}

#[test]
fn a_damaged_ledger_is_refused() {
    for config in [slow_pate(), slow_dp_sgd()] {
        let folder = interrupted(&config);
        let ledger = folder.bytes("run/ledger.json");
        for damaged in [
            &ledger[..ledger.len() / 2],
            b"",
            b"[]",
            b"{\"format\": \"privet-ledger-9\"}",
        ] {
            folder.write("run/ledger.json", damaged);
            refused(&folder, &config, 1, &["ledger.json", "start a new run"]);
        }
    }
}

#[test]
fn a_ledger_or_config_that_is_gone_is_refused() {
    let folder = interrupted(&slow_dp_sgd());
    let ledger = folder.bytes("run/ledger.json");
    fs::remove_file(folder.path("run/ledger.json")).unwrap();
    refused(
        &folder,
        &slow_dp_sgd(),
        1,
        &["ledger.json", "start a new run"],
    );
    folder.write("run/ledger.json", ledger);
    fs::remove_file(folder.path("run/config.resolved.toml")).unwrap();
    refused(
        &folder,
        &slow_dp_sgd(),
        1,
        &["config.resolved.toml", "start a new run"],
    );
}

/// Every trace of a release counts by itself.
#[test]
fn metrics_or_a_checkpoint_without_a_ledger_are_refused() {
    for trace in ["run/metrics.jsonl", "run/private/checkpoint"] {
        let folder = Folder::new();
        folder.run(&slow_dp_sgd(), &["--quiet"]).well();
        for file in files_below(&folder.path("run")) {
            if !["config.resolved.toml", "private/lock"].contains(&file.as_str()) {
                fs::remove_file(folder.path("run").join(file)).unwrap();
            }
        }
        folder.write(trace, "{}\n");
        let words = ["ledger.json", "start a new run"];
        refused(&folder, &slow_dp_sgd(), 1, &words);
        fs::remove_file(folder.path(trace)).unwrap();
        finish(&folder, &slow_dp_sgd());
    }
}

#[test]
fn without_the_noise_key_a_second_charge_needs_a_budget_for_both() {
    let folder = interrupted(&slow_dp_sgd());
    for damage in [&b""[..], &[0; 32], &[1; 31]] {
        folder.write("run/private/noise.key", damage);
        refused(
            &folder,
            &slow_dp_sgd(),
            1,
            &["a second charge would make epsilon", "start a new run"],
        );
    }
    fs::remove_file(folder.path("run/private/noise.key")).unwrap();
    refused(&folder, &slow_dp_sgd(), 1, &["the budget is 4"]);
    assert_eq!(reservations(&folder).len(), 1);
}

#[test]
fn without_the_noise_key_a_run_with_room_in_its_budget_is_charged_twice() {
    let roomy = |config: &str, from: &str, to: &str| {
        edit(&edit(config, from, to), "epsilon = ", "epsilon = 10")
    };
    let pate = roomy(&slow_pate(), "queries = 40", "queries = 40\nsigma = 30.0");
    let sgd = roomy(
        &slow_dp_sgd(),
        "steps = 500",
        "steps = 500\nnoise_multiplier = 3.0",
    );
    for config in [pate, sgd] {
        let once = Folder::new();
        finish(&once, &config);
        let folder = interrupted(&config);
        fs::remove_file(folder.path("run/private/noise.key")).unwrap();
        finish(&folder, &config);
        assert_eq!(reservations(&folder).len(), 2);
        let epsilon =
            |folder: &Folder| folder.json("run/result.json")["privacy"]["epsilon"].as_f64();
        assert!(
            epsilon(&folder) > epsilon(&once),
            "{:?} {:?}",
            epsilon(&folder),
            epsilon(&once)
        );
        // The report states both.
        let event: DpEvent =
            serde_json::from_value(folder.json("run/released/privacy.json")["events"].clone())
                .unwrap();
        let mut both = RdpAccountant::new(NeighboringRelation::AddOrRemoveOne);
        for reservation in reservations(&folder) {
            let event: DpEvent = serde_json::from_value(reservation["event"].clone()).unwrap();
            both.compose(&event, 1).unwrap();
        }
        let mut reported = RdpAccountant::new(NeighboringRelation::AddOrRemoveOne);
        reported.compose(&event, 1).unwrap();
        assert_eq!(
            reported.epsilon(1e-4).unwrap().epsilon,
            both.epsilon(1e-4).unwrap().epsilon
        );
        assert!(epsilon(&folder) >= Some(both.epsilon(1e-4).unwrap().epsilon));
    }
}

#[test]
fn changed_records_are_charged_again() {
    let folder = interrupted(&slow_dp_sgd());
    folder.write("records.csv", edit(&records(), ",0,low\n", ",0,high\n"));
    refused(
        &folder,
        &slow_dp_sgd(),
        1,
        &["a second charge", "for other data"],
    );
    // With the records as they were, it goes on.
    folder.write("records.csv", records());
    finish(&folder, &slow_dp_sgd());
    assert_eq!(reservations(&folder).len(), 1);
}

#[test]
fn stored_votes_are_for_the_questions_that_were_asked() {
    let data = data_of_parts();
    let config = edit(
        &slow_pate(),
        &format!("{DATA}{SCHEMA}"),
        &format!("{data}{SCHEMA}"),
    );
    let config = fixed(&config);
    let text = records();
    let lines: Vec<&str> = text.lines().collect();
    let part = |from: usize, to: usize| format!("{}\n{}\n", lines[0], lines[from..to].join("\n"));
    let prepared = || {
        let folder = Folder::empty();
        folder.write("private.csv", part(1, 361));
        folder.write("pool.csv", part(361, 421));
        folder.write("test.csv", part(481, 600));
        folder
    };
    let folder = prepared();
    let child = start(&folder, &config);
    assert!(kill_when(child, || folder.exists("run/private/votes.json")));
    assert!(!folder.exists("run/released/labels.csv"));
    folder.write("pool.csv", part(421, 481));
    finish(&folder, &config);

    let fresh = prepared();
    fresh.write("pool.csv", part(421, 481));
    finish(&fresh, &config);
    let labels = |folder: &Folder| folder.text("run/released/labels.csv");
    assert_eq!(labels(&folder), labels(&fresh));
}
