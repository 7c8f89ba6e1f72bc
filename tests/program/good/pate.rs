//! PATE with each mechanism, under each relation.

use privet_accountant::NeighboringRelation::{AddOrRemoveOne, ReplaceOne};
use serde_json::{Value, json};

use super::accounted;
use crate::folder::Folder;
use crate::samples::{edit, pate};

/// Runs PATE with these lines in `[aggregator]` and `[privacy]`.
fn run(aggregator: &str, privacy: &str) -> Folder {
    let folder = Folder::new();
    let config = edit(&pate(), "mechanism = \"gnmax\"", aggregator);
    let config = edit(&config, "delta = 1e-4", &format!("delta = 1e-4\n{privacy}"));
    folder.run(&config, &[]).well();
    folder
}

/// The events without their calibrated scale.
fn without_scale(mut events: Value) -> Value {
    let noisy_max = &mut events["event"];
    assert!(noisy_max["scale"].as_f64().unwrap() > 0.0);
    noisy_max.as_object_mut().unwrap().remove("scale");
    events
}

fn labels(folder: &Folder) -> Vec<String> {
    let text = folder.text("run/released/labels.csv");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("pool_index,class,label"));
    lines.map(str::to_string).collect()
}

#[test]
fn gnmax_pays_for_every_question() {
    let folder = run("mechanism = \"gnmax\"", "");
    let events = accounted(&folder, AddOrRemoveOne, 6.0);
    let expected = json!({"kind": "self_composed", "count": 40, "event":
        {"kind": "noisy_max", "noise": "gaussian", "changed_votes": 1}});
    assert_eq!(without_scale(events), expected);
    let utility = &folder.json("run/result.json")["utility"];
    assert_eq!(utility["labels_released"], 40);
    assert_eq!(utility["queries"], 40);
    assert_eq!(labels(&folder).len(), 40);
}

#[test]
fn lnmax_pays_for_every_question() {
    let folder = run(
        "mechanism = \"lnmax\"",
        "neighboring = \"add-or-remove-one\"",
    );
    let events = accounted(&folder, AddOrRemoveOne, 6.0);
    let expected = json!({"kind": "self_composed", "count": 40, "event":
        {"kind": "noisy_max", "noise": "laplace", "changed_votes": 1}});
    assert_eq!(without_scale(events), expected);
}

#[test]
fn replace_one_is_a_relation_of_its_own() {
    for aggregator in ["mechanism = \"gnmax\"", "mechanism = \"lnmax\""] {
        let folder = run(aggregator, "neighboring = \"replace-one\"");
        let events = accounted(&folder, ReplaceOne, 6.0);
        // Shards by position: one exchanged record changes one teacher.
        assert_eq!(events["event"]["changed_votes"], 1);
        assert_eq!(events["count"], 40);
    }
}

#[test]
fn confident_gnmax_pays_for_every_check_and_all_answers_that_may_come() {
    let confident = "mechanism = \"confident-gnmax\"\nmax_answers = 25\nthreshold = 9.0\n\
                     sigma_threshold = 20.0";
    for (relation, name) in [
        (AddOrRemoveOne, "add-or-remove-one"),
        (ReplaceOne, "replace-one"),
    ] {
        let folder = run(confident, &format!("neighboring = \"{name}\""));
        let events = accounted(&folder, relation, 6.0);
        let events = events["events"].as_array().unwrap();
        assert_eq!(
            events[0],
            json!({"kind": "self_composed", "count": 40, "event": {"kind": "threshold_check",
                "noise": "gaussian", "scale": 20.0, "changed_votes": 1}})
        );
        assert_eq!(events[1]["count"], 25);
        assert_eq!(events[1]["event"]["kind"], "noisy_max");
        let released = labels(&folder).len();
        assert!((1..=25).contains(&released), "{released}");
        let utility = &folder.json("run/result.json")["utility"];
        assert_eq!(utility["labels_released"], released);
        assert_eq!(utility["queries"], 40);
    }
}

#[test]
fn given_noise_is_taken_as_it_is() {
    let folder = run("mechanism = \"gnmax\"\nsigma = 30.0", "");
    let report = folder.json("run/released/privacy.json");
    assert_eq!(report["events"]["event"]["scale"], 30.0);
    assert!(report["epsilon"].as_f64().unwrap() < 2.0);
}

#[test]
fn little_noise_teaches_a_student() {
    // 12 votes and noise of 1: whether the pipeline joins the right labels to the right inputs.
    let config = edit(&pate(), "epsilon = 6.0", "");
    let config = edit(&config, "queries = 40", "queries = 80\nsigma = 1.0");
    let folder = Folder::new();
    folder.run(&config, &[]).well();
    let utility = &folder.json("run/result.json")["utility"];
    let number = |key: &str| utility[key].as_f64().unwrap();
    assert!(number("label_accuracy") > 0.8, "{utility}");
    assert!(
        number("test_accuracy") > number("majority_accuracy") + 0.15,
        "{utility}"
    );
}

#[test]
fn labels_name_examples_of_the_pool_once_each() {
    let folder = run("mechanism = \"gnmax\"", "");
    let mut positions: Vec<usize> = labels(&folder)
        .iter()
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            let names = ["low", "high"];
            assert_eq!(fields[2], names[fields[1].parse::<usize>().unwrap()]);
            fields[0].parse().unwrap()
        })
        .collect();
    positions.sort_unstable();
    positions.dedup();
    assert_eq!(positions.len(), 40);
}

#[test]
fn a_run_that_answers_nothing_fails_and_stays_charged() {
    let folder = Folder::new();
    let none = "mechanism = \"confident-gnmax\"\nmax_answers = 5\nthreshold = 1e9\n\
                sigma_threshold = 20.0";
    let config = edit(&pate(), "mechanism = \"gnmax\"", none);
    folder.run(&config, &[]).failed(1, &["label"]);
    assert_eq!(
        folder.json("run/ledger.json")["reservations"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert!(!folder.exists("run/result.json"));
}
