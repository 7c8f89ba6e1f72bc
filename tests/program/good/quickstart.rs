//! Noisy SGD on the embedded census data, by the config of the first page with other options.

use serde_json::Value;

use crate::folder::Folder;

/// Runs the config cut down to 20 steps and without a baseline, changed by `config` and by
/// these options.
pub(super) fn folder(config: impl Fn(String) -> String, options: &[&str]) -> Folder {
    let text = include_str!("../../../configs/quickstart-dp-sgd.toml");
    let (private, _) = text.split_once("# A model without privacy").unwrap();
    let folder = Folder::empty();
    let short = private.replace("steps = 400", "steps = 20");
    let text = config(short.replace(
        "\"adam\", learning_rate = 0.01",
        "\"sgd\", learning_rate = 3.0",
    ));
    folder.run(&text, &[&["--quiet"], options].concat()).well();
    folder
}

/// The model learned something: it beats the majority's share.
#[track_caller]
pub(super) fn learned(folder: &Folder) {
    let utility = &folder.json("run/result.json")["utility"];
    let [reached, majority] =
        ["test_accuracy", "majority_accuracy"].map(|key| utility[key].as_f64().unwrap());
    assert!(reached > majority, "{utility}");
}

/// Epsilon of the run is what `privet account` says of the stated events, and all of the budget of
/// 1; returns the events.
#[track_caller]
pub(super) fn accounted(folder: &Folder, relation: &str) -> Value {
    let report = folder.json("run/released/privacy.json");
    let result = &folder.json("run/result.json")["privacy"];
    assert_eq!(result["neighboring"], relation);
    folder.write("events.json", report["events"].to_string());
    let words = [
        "account",
        "events.json",
        "--delta=1e-5",
        "--json",
        "--neighboring",
        relation,
    ];
    let said = folder.privet(&words).well();
    let found: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(result["accountant"], found["guarantee"]["accountant"]);
    assert_eq!(result["epsilon"], found["guarantee"]["epsilon"]);
    let epsilon = result["epsilon"].as_f64().unwrap();
    assert!((0.99..=1.0).contains(&epsilon), "{epsilon}");
    let ledger = folder.json("run/ledger.json");
    assert_eq!(ledger["reservations"][0]["event"], report["events"]);
    report["events"].clone()
}

#[test]
fn exact_arithmetic_has_the_same_epsilon_and_says_so() {
    let float = folder(|config| config, &[]);
    let exact = folder(|config| config, &["--set", "dp_sgd.arithmetic=exact"]);
    let events = |folder| -> Value { accounted(folder, "add-or-remove-one") };
    assert_eq!(events(&exact), events(&float));
    learned(&exact);
    let statement = |folder: &Folder| folder.text("run/released/statement.md");
    for (words, in_exact) in [
        ("arithmetic: exact", true),
        ("sampled and added without rounding", true),
        ("drawn in floating point", false),
        ("sums in floating point is not counted", false),
    ] {
        assert_eq!(statement(&exact).contains(words), in_exact, "{words}");
        assert_eq!(statement(&float).contains(words), !in_exact, "{words}");
    }
    // What is written down makes the same run.
    let resolved = exact.text("run/config.resolved.toml");
    assert!(resolved.contains("arithmetic = \"exact\""), "{resolved}");
    let resolved = float.text("run/config.resolved.toml");
    assert!(!resolved.contains("arithmetic"), "{resolved}");
}
