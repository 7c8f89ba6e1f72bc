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

#[test]
fn a_sanitised_epsilon_is_charged_and_published() {
    let privacy = "sanitize = { order = 8.0, failure_probability = 0.01 }";
    let without = run("mechanism = \"gnmax\"\nsigma = 20.0", "");
    let with = run("mechanism = \"gnmax\"\nsigma = 20.0", privacy);
    let epsilon = |folder: &Folder| {
        let report = folder.json("run/released/privacy.json");
        report["epsilon"].as_f64().unwrap()
    };
    // Its own cost at order 8 is about 0.4.
    assert!(epsilon(&with) > epsilon(&without) + 0.2);
    let report = with.json("run/released/privacy.json");
    assert_eq!(report["accountant"], "rdp");
    let events = report["events"]["events"].as_array().unwrap();
    assert_eq!(events[1]["kind"], "smooth_sensitivity_release");
    assert_eq!(events[1]["smoothness"], 0.025);
    let sanitized = &report["sanitized"];
    let published = sanitized["epsilon"].as_f64().unwrap();
    // At order 8 the answers cost at most 8 * 40 / 20^2, whatever the votes.
    let at_most = 0.8 + 0.6 + (7.0_f64 / 8.0).ln() - (8e-4_f64).ln() / 7.0;
    assert!(
        published > 0.5 && published < at_most,
        "{published} {at_most}"
    );
    assert_eq!(sanitized["failure_probability"], 0.01);
    let result = with.json("run/result.json");
    assert_eq!(result["privacy"]["sanitized"], *sanitized);
    // The votes' own numbers stay inside.
    let private = with.json("run/private/data_dependent.json");
    assert!(private["published_analysis"]["epsilon"].as_f64().unwrap() > 0.0);
    assert!(result["privacy"]["raw_data_dependent_epsilon"].is_null());
    for file in [
        "run/result.json",
        "run/released/privacy.json",
        "run/released/statement.md",
    ] {
        assert!(!with.text(file).contains("published_analysis"), "{file}");
    }
    assert!(
        with.text("run/released/statement.md")
            .contains("pays for its publication")
    );
}

#[test]
fn a_budget_pays_for_as_many_answers_as_it_can() {
    let confident = "mechanism = \"confident-gnmax\"\nthreshold = 9.0\nsigma_threshold = 30.0\n\
                     sigma = 10.0";
    let folder = Folder::new();
    let config = edit(&pate(), "mechanism = \"gnmax\"", confident);
    let config = edit(&config, "epsilon = 6.0", "epsilon = 2.0");
    folder.run(&config, &[]).well();
    let report = folder.json("run/released/privacy.json");
    assert!(report["epsilon"].as_f64().unwrap() <= 2.0);
    let events = &report["events"];
    let answers = events["events"][1]["count"].as_u64().unwrap();
    assert!((2..39).contains(&answers), "{answers}");
    // One answer more is over the budget.
    let more = edit(
        &config,
        "sigma = 10.0",
        &format!("sigma = 10.0\nmax_answers = {}", answers + 1),
    );
    folder
        .run_into("more", &more, &[])
        .failed(2, &["above the budget"]);
    let nothing = edit(&config, "epsilon = 2.0", "epsilon = 0.1");
    folder
        .run_into("nothing", &nothing, &[])
        .failed(2, &["does not pay for the checks"]);
}

/// How many questions were reached depends on the votes and the noise, so no analysis may end there.
#[test]
fn the_analysis_of_votes_covers_all_questions() {
    let analysis = |answers: u64| {
        let keys = format!(
            "mechanism = \"confident-gnmax\"\nmax_answers = {answers}\nthreshold = 6.0\n\
             sigma_threshold = 20.0\nsigma = 20.0"
        );
        let folder = run(&keys, "");
        folder.json("run/private/data_dependent.json")
    };
    let (few, many) = (analysis(2), analysis(40));
    assert_eq!(few["expected_answers"], many["expected_answers"]);
    assert_eq!(few["proved_bound"], many["proved_bound"]);
    assert!(few["expected_answers"].as_f64().unwrap() > 10.0, "{few}");
}
