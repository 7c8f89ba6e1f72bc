//! `privet account`: keys that programs rely on, and values against references.

use std::io::Write;
use std::process::Stdio;

use serde_json::{Value, json};

use crate::folder::Folder;
use crate::samples::dp_sgd;

/// 1000 steps of noise multiplier 1 at sampling probability 0.01.
pub(super) const TRAINING: [&str; 6] = [
    "--sampling-probability",
    "0.01",
    "--noise-multiplier",
    "1",
    "--steps",
    "1000",
];

/// Its exact epsilon at delta 1e-5, by two methods at 34 digits.
const EPSILON: f64 = 1.828_236_67;

/// The object that `privet account` prints.
#[track_caller]
fn accounted(folder: &Folder, words: &[&str]) -> Value {
    let said = folder
        .privet(&[&["account"], words, &["--json"]].concat())
        .well();
    assert_eq!(said.err, "");
    serde_json::from_str(&said.out).unwrap()
}

/// Checks that the interval holds `exact` and that RDP is not below it.
#[track_caller]
fn brackets(bounds: &Value, exact: f64, slack: f64) {
    let [lower, upper, rdp] = ["lower", "upper", "rdp"].map(|key| bounds[key].as_f64().unwrap());
    assert!(lower <= exact + slack && exact - slack <= upper, "{bounds}");
    assert!(upper - lower <= 1e-6 * exact, "{bounds}");
    assert!(rdp >= upper, "{bounds}");
}

#[test]
fn epsilon_of_noisy_sgd_is_the_reference() {
    let folder = Folder::empty();
    let words = [&["dp-sgd"], &TRAINING[..], &["--delta", "1e-5"]].concat();
    let found = accounted(&folder, &words);
    brackets(&found["epsilon"], EPSILON, 1e-8);
    let rdp = found["epsilon"]["rdp"].as_f64().unwrap();
    assert!((2.1..2.11).contains(&rdp), "{rdp}");
    assert_eq!(found["delta"], 1e-5);
    assert_eq!(found["neighboring"], "add-or-remove-one");
    assert_eq!(found["conversion"], "improved");
    assert_eq!(found["reasons"], json!({}));
    assert_eq!(found["guarantee"]["epsilon"], found["epsilon"]["upper"]);
    assert_eq!(found["guarantee"]["accountant"], "pld");
    assert_eq!(found["events"]["kind"], "self_composed");
    assert_eq!(found["events"]["count"], 1000);
    let table = folder
        .privet(&[&["account"], words.as_slice()].concat())
        .well();
    for words in ["1.828237", "the guarantee", "by RDP", "2.10132", "Poisson"] {
        assert!(table.out.contains(words), "{}", table.out);
    }
}

#[test]
fn delta_is_the_inverse_of_epsilon() {
    let folder = Folder::empty();
    let epsilon = EPSILON.to_string();
    let words = [&["dp-sgd"], &TRAINING[..], &["--epsilon", &epsilon]].concat();
    let found = accounted(&folder, &words);
    assert_eq!(found["epsilon"], EPSILON);
    brackets(&found["delta"], 1e-5, 1e-12);
}

#[test]
fn events_are_read_from_a_file_and_from_standard_input() {
    let folder = Folder::empty();
    let step = json!({"kind": "poisson_sampled", "sampling_probability": 0.01,
        "event": {"kind": "gaussian", "noise_multiplier": 1.0}});
    let event = json!({"kind": "self_composed", "count": 1000, "event": step}).to_string();
    folder.write("events.json", &event);
    let from_file = accounted(&folder, &["events.json", "--delta", "1e-5"]);
    brackets(&from_file["epsilon"], EPSILON, 1e-8);

    let mut process = folder
        .command(&["account", "-", "--delta", "1e-5", "--json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = process.stdin.take().unwrap();
    input.write_all(event.as_bytes()).unwrap();
    drop(input);
    let output = process.wait_with_output().unwrap();
    let from_input: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(from_input, from_file);
}

#[test]
fn a_run_s_ledger_costs_what_the_run_says() {
    let folder = Folder::new();
    folder.run(&dp_sgd(), &["--quiet"]).well();
    let run = &folder.json("run/result.json")["privacy"];
    let found = accounted(&folder, &["run/ledger.json", "--delta", "1e-4"]);
    assert_eq!(found["epsilon"]["upper"], run["epsilon"]);
    assert!(found["epsilon"]["rdp"].as_f64() > run["epsilon"].as_f64());
    assert_eq!(found["neighboring"], run["neighboring"]);
}

#[test]
fn a_ledger_brings_its_relation() {
    let folder = Folder::empty();
    let entry =
        |noise: f64| json!({"event": {"kind": "gaussian", "noise_multiplier": noise}, "count": 2});
    let ledger =
        json!({"neighboring_relation": "replace-one", "entries": [entry(9.0), entry(7.0)]});
    folder.write("ledger.json", ledger.to_string());
    let found = accounted(&folder, &["ledger.json", "--delta", "1e-6"]);
    assert_eq!(found["neighboring"], "replace-one");
    let assumed = found["assumptions"][0].as_str().unwrap();
    assert!(assumed.contains("fixed in advance"), "{assumed}");
    folder
        .privet(&[
            "account",
            "ledger.json",
            "--delta=1e-6",
            "--neighboring=replace-special",
        ])
        .failed(
            2,
            &["--neighboring replace-special", "charged under replace-one"],
        );
}

#[test]
fn what_an_accountant_cannot_give_is_null_with_a_reason() {
    let folder = Folder::empty();
    let words = [
        &["dp-sgd"],
        &TRAINING[..],
        &["--delta", "1e-5", "--neighboring", "replace-one"],
    ];
    let found = accounted(&folder, &words.concat());
    assert_eq!(found["epsilon"]["rdp"], Value::Null);
    let reason = found["reasons"]["epsilon.rdp"].as_str().unwrap();
    assert!(reason.contains("replace-one"), "{reason}");
    assert!(found["epsilon"]["upper"].as_f64().unwrap() > EPSILON);
}

#[test]
fn infinity_is_a_word() {
    let folder = Folder::empty();
    folder.write("events.json", r#"{"kind":"non_private"}"#);
    let found = accounted(&folder, &["events.json", "--delta", "1e-5"]);
    assert_eq!(found["epsilon"]["upper"], "inf");
    assert_eq!(found["epsilon"]["rdp"], "inf");
    let table = folder.privet(&["account", "events.json", "--delta", "1e-5"]);
    assert!(table.well().out.contains("Nothing is guaranteed"));
}

#[test]
fn conversions_are_named() {
    let folder = Folder::empty();
    folder.write("events.json", r#"{"kind":"gaussian","noise_multiplier":2}"#);
    let by = |name| {
        let words = ["events.json", "--delta", "1e-5", "--conversion", name];
        let found = accounted(&folder, &words);
        assert_eq!(found["conversion"], name);
        found["epsilon"]["rdp"].as_f64().unwrap()
    };
    assert!(by("improved") < by("classic"));
}
