//! Killed processes, failing disks, and runs that go on afterwards.

mod artefacts;
mod checkpoint;
mod full_disk;
mod interrupt;
mod kill;
mod ledger;
mod resume;
mod selection;
mod sweep;

use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::folder::{Finished, Folder};
use crate::samples::{STUDENT, dp_sgd, edit, nearest_questions, pate};

/// Files that a run leaves one after the other, as moments to kill it at.
const MOMENTS: [&str; 8] = [
    "run/config.resolved.toml",
    "run/private/votes.json",
    "run/private/noise.key",
    "run/metrics.jsonl",
    "run/released/privacy.json",
    "run/released/statement.md",
    "run/released/model.safetensors",
    "run/result.json",
];

/// PATE that takes a moment; what it reports depends on the noise.
fn slow_pate() -> String {
    let config = edit(
        &pate(),
        "mechanism = \"gnmax\"",
        "mechanism = \"confident-gnmax\"\nmax_answers = 30\nthreshold = 14.0\nsigma_threshold = 15.0",
    );
    let config = edit(&config, "epochs = 8\n", "epochs = 25\n");
    let config = edit(&config, "epochs = 12\n", "epochs = 80\n");
    edit(&config, "count = 12", "count = 20")
}

/// The same in rounds: what is asked depends on answers, and the answers on what the student says.
fn slow_rounds() -> String {
    let config = edit(
        &slow_pate(),
        "mechanism = \"confident-gnmax\"",
        "mechanism = \"interactive-gnmax\"\nconfidence = 0.7",
    );
    let config = edit(&config, "threshold = 14.0", "threshold = 2.0");
    edit(
        &config,
        "[student]",
        "[questions]\nchoose = { kind = \"uncertain\" }\nrounds = 3\n\n[student]",
    )
}

/// Noisy SGD that takes a moment.
fn slow_dp_sgd() -> String {
    edit(&dp_sgd(), "steps = 40", "steps = 500")
}

/// The same with statistics of the records before the first step.
fn slow_statistics() -> String {
    let statistics =
        "clipping_norm = 1.0\nstatistics = { noise_multiplier = 20.0, clipping_norm = 2.5 }";
    edit(&slow_dp_sgd(), "clipping_norm = 1.0", statistics)
}

/// The same with a student of its model, which takes a moment too.
fn slow_distillation() -> String {
    let student = edit(STUDENT, "epochs = 30", "epochs = 200");
    edit(&dp_sgd(), "steps = 40", "steps = 200") + &student
}

/// Records that vote themselves, and a student of a regression of their labels.
fn slow_nearest_questions() -> String {
    edit(&nearest_questions(), "epochs = 12\n", "epochs = 200\n")
}

/// Without noise from the operating system, a public benchmark: everything is released, and all of
/// it is the same to the bit in each run.
fn fixed(config: &str) -> String {
    let config = edit(
        config,
        "delta = 1e-4",
        "delta = 1e-4\ndanger_fixed_noise_seed = 7",
    );
    edit(&config, "[data.public]", "[data.public]\nbenchmark = true")
}

/// Starts the run of `config`, or goes on with it where there is one.
fn start(folder: &Folder, config: &str) -> Child {
    folder.write("experiment.toml", config);
    let words = [
        "run",
        "experiment.toml",
        "--out",
        "run",
        "--quiet",
        "--resume",
    ];
    let words = match folder.exists("run") {
        true => &words[..],
        false => &words[..5],
    };
    let mut command = folder.command(words);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// Kills the process (SIGKILL) after a while; false if it was done before.
fn kill_after(mut child: Child, delay: Duration) -> bool {
    let started = Instant::now();
    while started.elapsed() < delay {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        sleep(Duration::from_micros(300));
    }
    child.kill().unwrap();
    !child.wait().unwrap().success()
}

/// Kills the process as soon as `moment` has come; false if it was done before.
fn kill_when(mut child: Child, moment: impl Fn() -> bool) -> bool {
    while !moment() {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        sleep(Duration::from_micros(100));
    }
    child.kill().unwrap();
    !child.wait().unwrap().success()
}

/// Goes on with a run until it is done.
#[track_caller]
fn finish(folder: &Folder, config: &str) -> Finished {
    match folder.exists("run") {
        true => folder.run(config, &["--resume", "--json"]).well(),
        false => folder.run(config, &["--json"]).well(),
    }
}

/// A run that was killed after its first release, as its metrics show, and before its end.
#[track_caller]
fn interrupted(config: &str) -> Folder {
    let folder = Folder::new();
    let child = start(&folder, config);
    assert!(
        kill_when(child, || has_released(&folder)),
        "the run was done before it could be killed"
    );
    assert!(!folder.exists("run/result.json"));
    folder
}

/// Whether the metrics tell of a release.
fn has_released(folder: &Folder) -> bool {
    let metrics = std::fs::read_to_string(folder.path("run/metrics.jsonl"));
    metrics.is_ok_and(|text| text.contains("phase"))
}

/// The reservations in the ledger; none where there is no ledger yet.
fn reservations(folder: &Folder) -> Vec<Value> {
    match folder.exists("run/ledger.json") {
        true => folder.json("run/ledger.json")["reservations"]
            .as_array()
            .unwrap()
            .clone(),
        false => Vec::new(),
    }
}
