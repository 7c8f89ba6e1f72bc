//! Private selections that die: going on repeats what was decided, to the bit.

use std::fs;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::{kill_after, kill_when, slow_dp_sgd};
use crate::folder::{Folder, files_below};
use crate::samples::edit;

const SWEEP: &str = "base = \"base.toml\"\n[selection]\nkind = \"private\"\nmean_trials = 3\n\
                     score_noise = 20.0\n[grid]\ndp_sgd.optimizer.learning_rate = [0.5, 0.1]\n";

const WORDS: [&str; 6] = ["sweep", "sweep.toml", "--out", "out", "--quiet", "--resume"];

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write(
        "base.toml",
        edit(&slow_dp_sgd(), "epsilon = 4.0", "epsilon = 1.0"),
    );
    folder.write("sweep.toml", SWEEP);
    folder
}

fn start(folder: &Folder) -> Child {
    let words = if folder.exists("out") {
        &WORDS[..]
    } else {
        &WORDS[..5]
    };
    let mut command = folder.command(words);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// Goes on until it is done.
#[track_caller]
fn finish(folder: &Folder) {
    let words = if folder.exists("out") {
        &WORDS[..]
    } else {
        &WORDS[..5]
    };
    folder.privet(words).well();
    let ledger = folder.json("out/ledger.json");
    assert_eq!(
        ledger["reservations"].as_array().unwrap().len(),
        1,
        "charged twice"
    );
    assert!(!folder.exists("out/private/trials"));
    assert!(!folder.exists("out/private/noise.key"));
}

fn copied(folder: &Folder) -> Folder {
    let copy = Folder::empty();
    for file in files_below(&folder.path("")) {
        copy.write(&file, folder.bytes(&file));
    }
    copy
}

fn released(folder: &Folder) -> Vec<(String, Vec<u8>)> {
    let names = files_below(&folder.path("out/released"));
    let read = |name: String| (name.clone(), folder.bytes(&format!("out/released/{name}")));
    names.into_iter().map(read).collect()
}

#[test]
fn copies_of_a_killed_selection_release_the_same() {
    let folder = folder();
    // The first trial has begun.
    let trials = || {
        fs::read_dir(folder.path("out/private/trials"))
            .ok()?
            .next()?
            .ok()
    };
    let begun = || trials().is_some_and(|tag| tag.path().join("0/ledger.json").exists());
    assert!(kill_when(start(&folder), begun));
    let copies = [copied(&folder), copied(&folder)];
    // One of them loses its trials, and trains them again: with the same noise.
    fs::remove_dir_all(copies[1].path("out/private/trials")).unwrap();
    for copy in &copies {
        finish(copy);
    }
    assert!(released(&copies[0]) == released(&copies[1]));
}

#[test]
fn a_selection_may_be_killed_at_any_time() {
    let whole = folder();
    let started = Instant::now();
    finish(&whole);
    let mut time = started.elapsed();
    let mut killed = 0;
    for trial in 0..8 {
        let folder = folder();
        for part in 1..=3 {
            let delay = time * (1 + trial) / 10 / part;
            let delay = delay.max(Duration::from_millis(5));
            match kill_after(start(&folder), delay) {
                true => killed += 1,
                // The machine was busier when the time was taken.
                false => time = time.min(delay),
            }
            if folder.exists("out/released")
                && !files_below(&folder.path("out/released")).is_empty()
            {
                let ledger = folder.json("out/ledger.json");
                assert_eq!(ledger["reservations"].as_array().unwrap().len(), 1);
            }
        }
        finish(&folder);
    }
    assert!(killed > 8, "{killed}");
}

#[test]
fn with_a_new_key_no_trial_is_taken_over() {
    let folder = folder();
    let sweep = edit(SWEEP, "score_noise", "epsilon = 50.0\nscore_noise");
    folder.write("sweep.toml", sweep);
    assert!(kill_when(start(&folder), || folder.exists("out/private/trials")));
    fs::remove_file(folder.path("out/private/noise.key")).unwrap();
    folder.privet(&WORDS).well();
    let ledger = folder.json("out/ledger.json");
    assert_eq!(ledger["reservations"].as_array().unwrap().len(), 2);
    // Two charges state the budget that covers both.
    assert_eq!(folder.json("out/result.json")["privacy"]["epsilon"], 50.0);
}
