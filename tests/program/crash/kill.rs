//! A process may die at any moment: its ledger never shows less than was released, and going on
//! repeats what was released and releases nothing else.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::{
    MOMENTS, finish, fixed, kill_after, kill_when, reservations, slow_distillation, slow_dp_sgd,
    slow_nearest_questions, slow_pate, slow_rounds, slow_statistics, start,
};
use crate::folder::{Folder, files_below};

/// Kills spread over the whole duration of a run.
const DELAYS: u32 = 12;

/// What could be seen of a run when it was killed.
struct Seen {
    metrics: String,
    released: Vec<(String, Vec<u8>)>,
}

/// Looks at what a killed run has left. Whatever may be out must have been reserved.
#[track_caller]
fn look(folder: &Folder, event: &Value) -> Seen {
    let mut seen = Seen {
        metrics: String::new(),
        released: Vec::new(),
    };
    if folder.exists("run/metrics.jsonl") {
        let text = folder.text("run/metrics.jsonl");
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        seen.metrics = text[..whole].to_string();
    }
    if folder.exists("run/released") {
        for file in files_below(&folder.path("run/released")) {
            let bytes = folder.bytes(&format!("run/released/{file}"));
            seen.released.push((file, bytes));
        }
    }
    let reserved = reservations(folder);
    if seen.metrics.contains("phase") || !seen.released.is_empty() {
        assert_eq!(reserved.len(), 1, "released without a reservation");
    }
    for reservation in reserved {
        assert_eq!(&reservation["event"], event);
    }
    seen
}

/// Finishes a killed run and compares it with all that was seen of it.
#[track_caller]
fn check(folder: &Folder, config: &str, event: &Value, seen: &[Seen]) {
    finish(folder, config);
    let reserved = reservations(folder);
    assert_eq!(reserved.len(), 1, "charged twice for one release");
    assert_eq!(&reserved[0]["event"], event);
    assert_eq!(&folder.json("run/released/privacy.json")["events"], event);
    assert!(!folder.exists("run/private/noise.key"));
    let metrics = folder.text("run/metrics.jsonl");
    for seen in seen {
        assert!(
            metrics.starts_with(&seen.metrics),
            "{metrics}\nbut before\n{}",
            seen.metrics
        );
        for (file, before) in &seen.released {
            if !file.ends_with(".partial") {
                let after = folder.bytes(&format!("run/released/{file}"));
                assert!(
                    before == &after,
                    "{file} was released twice with different content"
                );
            }
        }
    }
}

/// An undisturbed run: its folder, its event, its time.
fn undisturbed(config: &str) -> (Folder, Value, Duration) {
    let folder = Folder::new();
    let started = Instant::now();
    finish(&folder, config);
    let time = started.elapsed();
    let event = folder.json("run/released/privacy.json")["events"].clone();
    (folder, event, time)
}

/// Kills runs of `config` after delays that spread over all of its duration, some of them again
/// while they go on.
fn kill_at_any_time(config: &str) {
    let (_, event, time) = undisturbed(config);
    let mut killed = 0;
    for trial in 0..DELAYS {
        let folder = Folder::new();
        let delay = time * (2 * trial + 1) / (2 * DELAYS);
        let mut seen = Vec::new();
        killed += u32::from(kill_after(start(&folder, config), delay));
        seen.push(look(&folder, &event));
        if trial % 3 == 1 && !folder.exists("run/result.json") {
            kill_after(start(&folder, config), time / 2);
            seen.push(look(&folder, &event));
        }
        check(&folder, config, &event, &seen);
    }
    assert!(killed > 0, "no run was slow enough to be killed");
}

/// Kills runs of `config` at the moments when its files appear.
fn kill_at_each_step(config: &str) {
    let (_, event, _) = undisturbed(config);
    for moment in MOMENTS {
        let folder = Folder::new();
        kill_when(start(&folder, config), || folder.exists(moment));
        let seen = look(&folder, &event);
        check(&folder, config, &event, &[seen]);
    }
}

/// With noise of a fixed seed, a killed run ends at the bits of an undisturbed one.
fn kill_and_compare(config: &str) {
    let config = fixed(config);
    let (whole, _, time) = undisturbed(&config);
    let released = files_below(&whole.path("run/released"));
    assert!(released.contains(&"model.safetensors".to_string()));
    for quarter in 1..=4 {
        let folder = Folder::new();
        kill_after(start(&folder, &config), time * quarter / 5);
        finish(&folder, &config);
        assert_eq!(files_below(&folder.path("run/released")), released);
        for file in &released {
            let file = format!("run/released/{file}");
            assert!(whole.bytes(&file) == folder.bytes(&file), "{file} differs");
        }
        assert_eq!(
            whole.bytes("run/ledger.json"),
            folder.bytes("run/ledger.json")
        );
    }
}

#[test]
fn pate_may_be_killed_at_any_time() {
    kill_at_any_time(&slow_pate());
}

#[test]
fn noisy_sgd_may_be_killed_at_any_time() {
    kill_at_any_time(&slow_dp_sgd());
}

#[test]
fn pate_may_be_killed_at_each_step() {
    kill_at_each_step(&slow_pate());
}

#[test]
fn noisy_sgd_may_be_killed_at_each_step() {
    kill_at_each_step(&slow_dp_sgd());
}

#[test]
fn pate_ends_at_the_same_bits() {
    kill_and_compare(&slow_pate());
}

#[test]
fn noisy_sgd_ends_at_the_same_bits() {
    kill_and_compare(&slow_dp_sgd());
}

#[test]
fn rounds_of_questions_may_be_killed_at_any_time() {
    kill_at_any_time(&slow_rounds());
}

#[test]
fn rounds_of_questions_end_at_the_same_bits() {
    kill_and_compare(&slow_rounds());
}

#[test]
fn a_student_of_noisy_sgd_may_be_killed_at_any_time() {
    kill_at_any_time(&slow_distillation());
}

#[test]
fn a_student_of_noisy_sgd_ends_at_the_same_bits() {
    kill_and_compare(&slow_distillation());
}

#[test]
fn nearest_questions_may_be_killed_at_any_time() {
    kill_at_any_time(&slow_nearest_questions());
}

#[test]
fn nearest_questions_end_at_the_same_bits() {
    kill_and_compare(&slow_nearest_questions());
}

#[test]
fn statistics_may_be_killed_at_each_step() {
    kill_at_each_step(&slow_statistics());
}

#[test]
fn statistics_end_at_the_same_bits() {
    kill_and_compare(&slow_statistics());
}
