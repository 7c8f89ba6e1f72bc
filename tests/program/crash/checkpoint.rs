//! Checkpoints of noisy SGD: a resumed run goes on from the latest, to the same bytes.

use std::fs;

use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

use super::{finish, fixed, has_released, kill_when, reservations, start};
use crate::folder::{Folder, files_below};
use crate::samples::{dp_sgd, edit};

const CHECKPOINT: &str = "run/private/checkpoint";

/// Noisy SGD with a checkpoint now and then, clipping and optimizer with a state of their own.
fn config() -> String {
    let config = edit(
        &dp_sgd(),
        "steps = 40",
        "steps = 500\ncheckpoint_every = 30",
    );
    let config = edit(
        &config,
        "clipping_norm = 1.0",
        "clipping = { kind = \"adaptive\", initial_norm = 0.5, count_noise = 9.0 }\n\
         weight_average = { decay = 0.95 }",
    );
    edit(
        &config,
        "kind = \"sgd\", learning_rate = 0.5",
        "kind = \"adam\", learning_rate = 0.02, schedule = { kind = \"linear\" }",
    )
}

/// A run that was killed after its first checkpoint and before its end.
#[track_caller]
fn stopped(config: &str) -> Folder {
    let folder = Folder::new();
    let child = start(&folder, config);
    assert!(
        kill_when(child, || folder.exists(CHECKPOINT)),
        "the run was done before it could be killed"
    );
    assert!(!folder.exists("run/result.json") && has_released(&folder));
    folder
}

#[test]
fn a_run_goes_on_from_its_checkpoint_to_the_same_bytes() {
    let config = fixed(&config());
    let whole = Folder::new();
    finish(&whole, &config);
    assert!(!whole.exists(CHECKPOINT), "a complete run needs none");
    let folder = stopped(&config);
    let said = finish(&folder, &config);
    assert!(said.err.contains("going on after step "), "{}", said.err);
    assert!(!folder.exists(CHECKPOINT));
    // Its times are those of the second process, and it says so.
    let cost = |folder: &Folder| folder.json("run/result.json")["cost"]["resumed"].clone();
    assert_eq!((cost(&folder), cost(&whole)), (json!(true), json!(null)));
    let files = files_below(&whole.path("run/released"));
    assert!(files.contains(&"model.safetensors".to_string()));
    for file in files {
        let file = format!("run/released/{file}");
        assert!(whole.bytes(&file) == folder.bytes(&file), "{file} differs");
    }
    // Every report is there once.
    for file in ["run/metrics.jsonl", "run/ledger.json"] {
        assert_eq!(whole.text(file), folder.text(file), "{file}");
    }
}

#[test]
fn a_run_that_is_killed_again_and_again_ends_at_the_same_bytes() {
    let config = fixed(&config());
    let whole = Folder::new();
    finish(&whole, &config);
    let folder = stopped(&config);
    for _ in 0..3 {
        let before = fs::metadata(folder.path(CHECKPOINT)).unwrap();
        let later = || match fs::metadata(folder.path(CHECKPOINT)) {
            Ok(now) => now.modified().unwrap() > before.modified().unwrap(),
            Err(_) => false,
        };
        if !kill_when(start(&folder, &config), later) {
            break;
        }
    }
    finish(&folder, &config);
    for file in ["run/released/model.safetensors", "run/metrics.jsonl"] {
        assert!(whole.bytes(file) == folder.bytes(file), "{file} differs");
    }
}

#[test]
fn a_checkpoint_that_is_damaged_is_refused_and_can_be_removed() {
    let config = config();
    let folder = stopped(&config);
    let metrics = folder.text("run/metrics.jsonl");
    let whole = folder.bytes(CHECKPOINT);
    let mut changed = whole.clone();
    let last = changed.len() - 1;
    changed[last] ^= 1;
    for damaged in [&whole[..whole.len() / 2], &changed, b"", &[0; 40]] {
        folder.write(CHECKPOINT, damaged);
        folder.run(&config, &["--resume", "--quiet"]).failed(
            1,
            &["private/checkpoint", "damaged", "remove it and resume"],
        );
        assert_eq!(reservations(&folder).len(), 1);
    }
    fs::remove_file(folder.path(CHECKPOINT)).unwrap();
    finish(&folder, &config);
    assert_eq!(reservations(&folder).len(), 1);
    let after = folder.text("run/metrics.jsonl");
    let lines = metrics.lines().count() - 1;
    for (before, after) in metrics.lines().take(lines).zip(after.lines()) {
        assert_eq!(before, after, "another answer to the same question");
    }
}

#[test]
fn a_checkpoint_of_another_run_is_refused() {
    let (mine, other) = (stopped(&config()), stopped(&config()));
    mine.write(CHECKPOINT, other.bytes(CHECKPOINT));
    mine.run(&config(), &["--resume", "--quiet"])
        .failed(1, &["of another run", "remove it and resume"]);
}

/// The ledger is shared, and names the reservation: who reads it must not be able to make a seal.
#[test]
fn a_checkpoint_that_is_sealed_by_what_the_ledger_tells_is_refused() {
    let folder = stopped(&config());
    let name = reservations(&folder)[0]["inputs"]
        .as_str()
        .unwrap()
        .to_owned();
    let key: Vec<u8> = (0..name.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&name[at..at + 2], 16).unwrap())
        .collect();
    let whole = folder.bytes(CHECKPOINT);
    let (seal, content) = whole.split_at(32);
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key).unwrap();
    mac.update(b"privet checkpoint v1");
    mac.update(content);
    let forged = mac.finalize().into_bytes();
    assert_ne!(forged.as_slice(), seal);
    folder.write(CHECKPOINT, [forged.as_slice(), content].concat());
    folder
        .run(&config(), &["--resume", "--quiet"])
        .failed(1, &["private/checkpoint", "remove it and resume"]);
}

#[test]
fn a_second_charge_starts_from_the_beginning() {
    let roomy = edit(&config(), "epsilon = 4.0", "epsilon = 200.0");
    let roomy = edit(&roomy, "steps = 500", "steps = 500\nnoise_multiplier = 3.0");
    let folder = stopped(&roomy);
    fs::remove_file(folder.path("run/private/noise.key")).unwrap();
    let said = finish(&folder, &roomy);
    assert_eq!(reservations(&folder).len(), 2);
    assert!(!said.err.contains("going on after"), "{}", said.err);
    let lines = folder.json_lines("run/metrics.jsonl");
    let steps: Vec<u64> = lines
        .iter()
        .filter_map(|line| line["step"].as_u64())
        .collect();
    assert!(
        steps[0] <= 25 && steps.is_sorted_by(|a, b| a < b),
        "{steps:?}"
    );
}
