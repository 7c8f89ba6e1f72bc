//! Sweeps: every point once, what points share, and what all of them cost together.

use std::fs;

use serde_json::Value;

use crate::folder::Folder;
use crate::samples::{dp_sgd, pate};

const NAME: &str = "sweep.toml";

/// Two methods, two budgets, two seeds.
const SWEEP: &str = r#"
[grid]
privacy.epsilon = [3.0, 6.0]
seed = [1, 2]

[[points]]
name = "pate"
base = "pate.toml"

[[points]]
name = "dp-sgd"
base = "dp-sgd.toml"
"#;

fn folder(sweep: &str) -> Folder {
    let folder = Folder::new();
    folder.write("pate.toml", pate());
    folder.write("dp-sgd.toml", dp_sgd());
    folder.write(NAME, sweep);
    folder
}

fn epsilon(value: &Value) -> f64 {
    value["epsilon"].as_f64().unwrap()
}

#[test]
fn every_point_is_run_once_and_all_are_composed() {
    let folder = folder(SWEEP);
    let words = ["sweep", NAME, "--out", "out", "--jobs", "2", "--json"];
    let said = folder.privet(&words).well();
    let whole: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(whole, folder.json("out/sweep.json"));
    let points = whole["points"].as_array().unwrap();
    assert_eq!(points.len(), 8);
    let mut largest = 0.0_f64;
    for point in points {
        assert_eq!(point["state"], "finished", "{point}");
        let name = point["point"].as_str().unwrap();
        let result = folder.json(&format!("out/points/{name}/result.json"));
        assert_eq!(result["privacy"]["epsilon"], point["epsilon"]);
        assert_eq!(result["seed"], point["settings"]["seed"]);
        let budget = point["settings"]["privacy.epsilon"].as_f64().unwrap();
        assert!(
            epsilon(point) <= budget && epsilon(point) > 0.98 * budget,
            "{point}"
        );
        largest = largest.max(epsilon(point));
    }
    let composed = whole["composed"].as_array().unwrap();
    assert_eq!(composed.len(), 1);
    assert_eq!(composed[0]["runs"], 8);
    let sum: f64 = points.iter().map(epsilon).sum();
    let together = epsilon(&composed[0]);
    assert!(together > largest && together < sum, "{together}");

    // Every event is JSON, and tells which point it is of.
    let events: Vec<Value> = (said.err.lines())
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let of = |kind: &str| events.iter().filter(|event| event["event"] == kind).count();
    assert_eq!((of("point"), of("point_end")), (8, 8));
    let seen = |key: &str| {
        events
            .iter()
            .any(|event| event[key].is_number() && event["point"].is_string())
    };
    assert!(
        seen("epsilon_of_steps_so_far") && seen("labels_released"),
        "{}",
        said.err
    );

    // Nothing is left to do, and nothing is done.
    let result = "out/points/pate,privacy.epsilon=3.0,seed=1/result.json";
    let time = || {
        fs::metadata(folder.path(result))
            .unwrap()
            .modified()
            .unwrap()
    };
    let before = time();
    let words = ["sweep", NAME, "--out", "out", "--resume", "--json"];
    let again = folder.privet(&words).well();
    assert_eq!(again.out, said.out);
    assert_eq!(time(), before);
    folder
        .privet(&["sweep", NAME, "--out", "out"])
        .failed(2, &["exists already", "--resume"]);
}

#[test]
fn teachers_are_trained_once_for_all_that_ask_them() {
    let folder = folder(
        "base = \"pate.toml\"\n[grid]\nprivacy.epsilon = [3.0, 6.0]\naggregator.queries = [20, 40]\n\
         seed = [1, 2]\n",
    );
    folder
        .privet(&["sweep", NAME, "--out", "out", "--quiet"])
        .well();
    // A place for each seed, its key and a lock.
    let share = folder.path("out/private/votes");
    let places = fs::read_dir(&share).unwrap().flatten();
    let places: Vec<_> = places
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    assert_eq!(places.len(), 2, "{places:?}");
    for place in places {
        assert!(place.join("votes.npy").exists());
        assert!(!place.join("ballots").exists());
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(share.clone()), 0o700);
        assert_eq!(mode(share.join("share.key")), 0o600);
        assert_eq!(mode(folder.path("out/private")), 0o700);
    }
    // Each draw on shared votes is charged by itself.
    let reservations = |name: &str| {
        let ledger = folder.json(&format!("out/points/{name}/ledger.json"));
        ledger["reservations"].as_array().unwrap().clone()
    };
    for epsilon in ["3.0", "6.0"] {
        for queries in [20, 40] {
            let name =
                format!("pate,aggregator.queries={queries},privacy.epsilon={epsilon},seed=1");
            assert_eq!(reservations(&name).len(), 1, "{name}");
        }
    }
}

#[test]
fn shared_votes_are_those_that_a_run_alone_would_count() {
    let folder = folder(SWEEP);
    let alone = ["run", "pate.toml", "--out", "alone", "--quiet"];
    folder.privet(&alone).well();
    for out in ["first", "second"] {
        let shared = [
            "run",
            "pate.toml",
            "--out",
            out,
            "--quiet",
            "--share-votes",
            "share",
        ];
        folder.privet(&shared).well();
        for file in ["votes.npy", "shards.jsonl"] {
            let of = |run: &str| folder.bytes(&format!("{run}/private/{file}"));
            match file {
                "votes.npy" => assert_eq!(of("alone"), of(out)),
                _ => assert_eq!(of("alone").len(), of(out).len()),
            }
        }
    }
    // The second one trained nobody.
    let seconds = |run: &str| {
        folder.json(&format!("{run}/result.json"))["cost"]["wall_seconds"]["teachers"].clone()
    };
    assert!(seconds("first").is_number());
    assert!(seconds("second").is_null());
}

#[test]
fn one_bad_point_does_not_lose_the_others() {
    let folder = folder("base = \"pate.toml\"\n[grid]\naggregator.queries = [40, 100000]\n");
    let words = ["sweep", NAME, "--out", "out"];
    let said = folder
        .privet(&words)
        .failed(1, &["1 of 2 points failed", "--resume"]);
    assert!(
        said.out
            .contains("failed: pate,aggregator.queries=100000: "),
        "{}",
        said.out
    );
    assert!(
        said.out
            .contains("queries = 100000, but the public pool holds"),
        "{}",
        said.out
    );
    let points = folder.json("out/sweep.json")["points"].clone();
    assert_eq!(points[0]["state"], "finished");
    assert_eq!(points[1]["state"], "failed");
    let plan = folder.privet(&["sweep", NAME, "--dry-run"]);
    assert!(
        plan.out.contains("refused: [aggregator] queries = 100000"),
        "{}",
        plan.out
    );
    plan.failed(2, &["1 points would be refused"]);
}

#[test]
fn a_dry_run_tells_the_cost_and_does_nothing() {
    let folder = folder(SWEEP);
    let words = ["sweep", NAME, "--out", "out", "--dry-run", "--json"];
    let plan: Value = serde_json::from_str(&folder.privet(&words).well().out).unwrap();
    assert!(!folder.exists("out"));
    let points = plan["points"].as_array().unwrap();
    assert_eq!(points.len(), 8);
    for point in points {
        assert!(epsilon(&point["guarantee"]) > 2.9, "{point}");
        assert!(
            point["estimated_seconds"].as_f64().unwrap() > 0.0,
            "{point}"
        );
        assert!(
            !point["mechanism"].as_array().unwrap().is_empty(),
            "{point}"
        );
    }
    folder
        .privet(&["sweep", NAME, "--out", "out", "--quiet"])
        .well();
    let done = folder.json("out/sweep.json");
    assert_eq!(plan["composed"], done["composed"]);
    for (planned, done) in points.iter().zip(done["points"].as_array().unwrap()) {
        assert_eq!(planned["guarantee"]["epsilon"], done["epsilon"]);
    }
}

#[test]
fn shards_do_every_point_between_them() {
    let folder = folder(SWEEP);
    let shard = |part: &str| {
        let words = ["sweep", NAME, "--out", "out", "--quiet", "--shard", part];
        folder.privet(&words).well();
        let points = folder.json("out/sweep.json")["points"].clone();
        let points = points.as_array().unwrap().clone();
        points
            .iter()
            .filter(|point| point["state"] == "finished")
            .count()
    };
    assert_eq!([shard("1/3"), shard("3/3"), shard("2/3")], [3, 5, 8]);
    folder
        .privet(&["sweep", NAME, "--shard", "1/3"])
        .failed(2, &["--shard needs --out"]);
}

#[test]
fn points_without_privacy_are_told_apart() {
    let folder = folder(
        "base = \"pate.toml\"\n[[points]]\nname = \"private\"\n[[points]]\nname = \"debug\"\n\
         set.privacy.danger_fixed_noise_seed = 3\n",
    );
    let said = folder.privet(&["sweep", NAME, "--out", "out"]).well();
    assert!(said.out.contains("1 private runs together"), "{}", said.out);
    let points = folder.json("out/sweep.json")["points"].clone();
    assert!(points[0]["epsilon"].is_number());
    assert!(points[1]["epsilon"].is_null());
}

#[test]
fn a_point_of_another_config_is_not_taken_for_this_one() {
    let sweep = |epochs: u32| {
        format!("base = \"pate.toml\"\n[[points]]\nname = \"a\"\nset.student.epochs = {epochs}\n")
    };
    let folder = folder(&sweep(3));
    let words = ["sweep", NAME, "--out", "out", "--quiet", "--resume"];
    folder.privet(&words[..5]).well();
    // The setting is in the name only where no name is given.
    folder.write(NAME, sweep(4));
    let said = folder.privet(&words);
    assert!(
        said.out.contains("was made by another config"),
        "{}",
        said.out
    );
    said.failed(1, &["1 of 1 points failed"]);
    let points = folder.json("out/sweep.json")["points"].clone();
    assert_eq!(points[0]["state"], "failed");
}
