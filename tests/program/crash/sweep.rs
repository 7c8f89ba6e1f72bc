//! Sweeps may die at any moment, alone or with the processes of their points, and go on.
#![cfg(unix)]

use std::fs::{self, File};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::fixed;
use crate::folder::{Folder, files_below};
use crate::samples::{dp_sgd, edit, pate};

/// How often sweeps are killed in all.
const KILLS: u32 = 120;

const SWEEP: &str = r#"
[grid]
seed = [1, 2]

[[points]]
base = "pate.toml"

[[points]]
base = "dp-sgd.toml"
"#;

/// A folder with a sweep whose noise is that of a fixed seed.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.write(
        "pate.toml",
        fixed(&edit(&pate(), "epochs = 12\n", "epochs = 60\n")),
    );
    folder.write(
        "dp-sgd.toml",
        fixed(&edit(&dp_sgd(), "steps = 40", "steps = 200")),
    );
    folder.write("sweep.toml", SWEEP);
    folder
}

fn start(folder: &Folder) -> Child {
    let words = [
        "sweep",
        "sweep.toml",
        "--out",
        "out",
        "--quiet",
        "--jobs",
        "2",
        "--resume",
    ];
    let words = match folder.exists("out") {
        true => &words[..],
        false => &words[..7],
    };
    let mut command = folder.command(words);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

/// Numbers by a fixed rule (Lehmer), spread evenly enough over `[0, 1)`.
struct Spread(u64);

impl Spread {
    fn next(&mut self) -> f64 {
        self.0 = self.0 * 48_271 % 2_147_483_647;
        self.0 as f64 / 2_147_483_647.0
    }
}

/// Kills a sweep after a while, and at once with it its points or not; false if it was done before.
fn kill_after(mut child: Child, delay: Duration, with_points: bool) -> bool {
    let started = Instant::now();
    while started.elapsed() < delay {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success());
            return false;
        }
        std::thread::sleep(Duration::from_micros(300));
    }
    if with_points {
        let id = child.id().to_string();
        let _ = Command::new("pkill").args(["-KILL", "-P", &id]).status();
    }
    child.kill().unwrap();
    !child.wait().unwrap().success()
}

/// What may be out has been reserved, once.
#[track_caller]
fn look(folder: &Folder) {
    let Ok(points) = fs::read_dir(folder.path("out/points")) else {
        return;
    };
    for point in points {
        let root = point.unwrap().path();
        // Points whose sweep has died stop by themselves.
        if let Ok(lock) = File::open(root.join("private/lock")) {
            lock.lock().unwrap();
        }
        let metrics = fs::read_to_string(root.join("metrics.jsonl")).unwrap_or_default();
        let released = root.join("released");
        let published = released.exists() && !files_below(&released).is_empty();
        let ledger = fs::read(root.join("ledger.json")).unwrap_or_default();
        let ledger: serde_json::Value = serde_json::from_slice(&ledger).unwrap_or_default();
        let reservations = ledger["reservations"].as_array().map_or(0, Vec::len);
        assert!(reservations <= 1, "{}: charged twice", root.display());
        if metrics.contains("phase") || published {
            assert_eq!(
                reservations,
                1,
                "{}: released, not reserved",
                root.display()
            );
        }
    }
}

/// Everything that a sweep leaves, but for times and keys.
fn left(folder: &Folder) -> Vec<(String, Vec<u8>)> {
    let root = folder.path("out/points");
    let kept = |file: &String| {
        [
            "released/",
            "ledger.json",
            "metrics.jsonl",
            "votes.npy",
            "model.safetensors",
            "config.",
        ]
        .iter()
        .any(|part| file.contains(part))
    };
    let files = files_below(&root).into_iter().filter(kept);
    files
        .map(|file| (file.clone(), fs::read(root.join(file)).unwrap()))
        .collect()
}

#[test]
fn a_sweep_may_be_killed_at_any_time() {
    let whole = folder();
    let started = Instant::now();
    assert!(start(&whole).wait().unwrap().success());
    let time = started.elapsed();
    let expected = left(&whole);
    assert!(expected.len() > 20, "{}", expected.len());
    let (mut spread, mut kills) = (Spread(20_261_123), 0);
    while kills < KILLS {
        let folder = folder();
        // Killed again and again, until it is done.
        loop {
            let delay = time.mul_f64(spread.next());
            let with_points = spread.next() < 0.5;
            if !kill_after(start(&folder), delay, with_points) {
                break;
            }
            kills += 1;
            look(&folder);
            if spread.next() < 0.1 {
                assert!(start(&folder).wait().unwrap().success());
                break;
            }
        }
        look(&folder);
        let found = left(&folder);
        let names = |files: &[(String, Vec<u8>)]| -> Vec<String> {
            files.iter().map(|(name, _)| name.clone()).collect()
        };
        assert_eq!(names(&found), names(&expected));
        for ((name, found), (_, expected)) in found.iter().zip(&expected) {
            assert!(found == expected, "{name} differs");
        }
    }
}
