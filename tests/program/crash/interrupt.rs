//! Ctrl-C and requests to end: a clean stop, and word on how to go on.
#![cfg(unix)]

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::{finish, fixed, has_released, slow_dp_sgd, slow_pate};
use crate::folder::{Finished, Folder};
use crate::samples::edit;

/// Starts a command whose words can be read at its end.
fn start(folder: &Folder, words: &[&str]) -> Child {
    let mut command = folder.command(words);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Sends a signal as soon as `moment` has come, and waits for the end.
#[track_caller]
fn signal_when(mut child: Child, signal: &str, moment: impl Fn() -> bool) -> Finished {
    while !moment() {
        assert!(
            child.try_wait().unwrap().is_none(),
            "it was done before the moment came"
        );
        std::thread::sleep(Duration::from_micros(100));
    }
    let id = child.id().to_string();
    let sent = Command::new("kill").args([signal, &id]).status().unwrap();
    assert!(sent.success());
    let output = child.wait_with_output().unwrap();
    Finished {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

const RUN: [&str; 5] = ["run", "experiment.toml", "--out", "run", "--quiet"];
const ADVICE: [&str; 2] = [
    "interrupted; nothing that is paid for is lost",
    "--resume --out run",
];

#[test]
fn an_interrupted_run_keeps_its_steps_and_goes_on() {
    let config = fixed(&slow_dp_sgd());
    let whole = Folder::new();
    whole.run(&config, &["--quiet"]).well();
    for signal in ["-INT", "-TERM"] {
        let folder = Folder::new();
        folder.write("experiment.toml", &config);
        let child = start(&folder, &RUN);
        signal_when(child, signal, || has_released(&folder)).failed(1, &ADVICE);
        assert!(folder.exists("run/private/checkpoint"));
        assert!(!folder.exists("run/result.json"));
        let said = folder.run(&config, &["--resume"]).well();
        assert!(said.err.contains("going on after step"), "{}", said.err);
        let model = "run/released/model.safetensors";
        assert_eq!(folder.bytes(model), whole.bytes(model));
        assert_eq!(
            folder.text("run/metrics.jsonl"),
            whole.text("run/metrics.jsonl")
        );
    }
}

#[test]
fn interrupted_teachers_keep_their_ballots() {
    let slow = edit(&slow_pate(), "epochs = 25\n", "epochs = 300\n");
    let config = fixed(&slow);
    let whole = Folder::new();
    whole.run(&config, &["--quiet"]).well();
    let folder = Folder::new();
    folder.write("experiment.toml", &config);
    let ballots = folder.path("run/private/ballots");
    let some = || std::fs::metadata(&ballots).is_ok_and(|file| file.len() > 400);
    signal_when(start(&folder, &RUN), "-INT", some).failed(1, &ADVICE);
    assert!(some());
    finish(&folder, &config);
    for file in ["model.safetensors", "labels.csv"] {
        let of = |folder: &Folder| folder.bytes(&format!("run/released/{file}"));
        assert_eq!(of(&folder), of(&whole), "{file}");
    }
}

#[test]
fn an_interrupted_sweep_goes_on_where_it_was() {
    let sweep = "base = \"experiment.toml\"\n[grid]\nseed = [1, 2, 3]\n";
    let words = ["sweep", "sweep.toml", "--out", "out", "--quiet"];
    let folders = [Folder::new(), Folder::new()];
    for folder in &folders {
        // Long enough that a machine with other work signals in time.
        let slow = edit(&slow_dp_sgd(), "steps = 500", "steps = 3000");
        folder.write("experiment.toml", fixed(&slow));
        folder.write("sweep.toml", sweep);
    }
    let [whole, folder] = &folders;
    whole.privet(&words).well();
    let metrics = folder.path("out/points/experiment,seed=2/metrics.jsonl");
    let begun = || std::fs::metadata(&metrics).is_ok_and(|file| file.len() > 200);
    let said = signal_when(start(folder, &words), "-INT", begun);
    assert!(
        said.out.contains("not finished: experiment,seed=3"),
        "{}",
        said.out
    );
    said.failed(1, &["--resume --out out"]);
    // The point in work was asked to stop, and kept its steps.
    assert!(folder.exists("out/points/experiment,seed=2/private/checkpoint"));
    assert!(!folder.exists("out/points/experiment,seed=3/result.json"));
    folder.privet(&[&words[..], &["--resume"]].concat()).well();
    for seed in [1, 2, 3] {
        let model = format!("out/points/experiment,seed={seed}/released/model.safetensors");
        assert_eq!(folder.bytes(&model), whole.bytes(&model));
    }
}

#[test]
fn points_of_a_killed_sweep_stop_by_themselves() {
    let folder = Folder::new();
    folder.write("experiment.toml", fixed(&slow_dp_sgd()));
    folder.write(
        "sweep.toml",
        "base = \"experiment.toml\"\nset.dp_sgd.steps = 20000\n",
    );
    let words = ["sweep", "sweep.toml", "--out", "out", "--quiet"];
    let mut child = start(&folder, &words);
    let point = "out/points/experiment";
    while !folder.exists(&format!("{point}/metrics.jsonl")) {
        std::thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let lock = std::fs::File::open(folder.path(&format!("{point}/private/lock"))).unwrap();
    lock.lock().unwrap();
    assert!(folder.exists(&format!("{point}/private/checkpoint")));
    assert!(!folder.exists(&format!("{point}/result.json")));
}
