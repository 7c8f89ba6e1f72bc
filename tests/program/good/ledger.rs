//! The ledger of all runs: what several runs on one population spend together.

use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::folder::{Finished, Folder};
use crate::formats::npy;
use crate::samples::{data_of_parts, dp_sgd, edit, pate, write_parts};

/// `config` charged to the population `clinic` in ledger.sqlite beside it.
pub(crate) fn charged(config: &str) -> String {
    let table = "[ledger]\npath = \"ledger.sqlite\"\npopulation = \"clinic\"\n\
                 notify_file = \"notices.jsonl\"\n\n[privacy]\n";
    edit(config, "[privacy]\n", table)
}

/// `privet ledger` with these words.
pub(crate) fn ledger(folder: &Folder, words: &[&str]) -> Finished {
    folder.privet(&[&["ledger", "--ledger", "ledger.sqlite"], words].concat())
}

/// A folder with the sample records, and the population with this budget.
pub(crate) fn clinic(epsilon: &str) -> Folder {
    let folder = Folder::new();
    let words = [
        "budget",
        "set",
        "clinic",
        "--epsilon",
        epsilon,
        "--delta",
        "1e-4",
    ];
    ledger(&folder, &words).well();
    folder
}

/// The population in the words of `privet ledger show --json`.
pub(crate) fn shown(folder: &Folder) -> Value {
    let said = ledger(folder, &["show", "--json"]).well();
    let all: Value = serde_json::from_str(&said.out).unwrap();
    all["populations"][0].clone()
}

/// The states of all reservations, oldest first.
pub(crate) fn states(folder: &Folder) -> Vec<String> {
    let shown = shown(folder);
    let reservations = shown["reservations"].as_array().unwrap();
    let state = |reservation: &Value| reservation["state"].as_str().unwrap().to_string();
    reservations.iter().map(state).collect()
}

#[test]
fn two_runs_spend_and_a_third_is_refused_before_any_work() {
    let config = charged(&dp_sgd());
    let folder = clinic("8");
    folder.run_into("one", &config, &["--quiet"]).well();
    let after_one = shown(&folder)["part_spent"].as_f64().unwrap();
    assert!(after_one > 0.3 && after_one < 0.5, "{after_one}");
    folder.run_into("two", &config, &["--quiet"]).well();
    let part = shown(&folder)["part_spent"].as_f64().unwrap();
    assert!((part - 2.0 * after_one).abs() < 1e-6, "{part}");
    let said = folder.run_into("three", &config, &[]).failed(
        2,
        &[
            "population clinic has too little left of its budget, epsilon = 8 at delta = 1e-4",
            "prior:",
            "requested:",
            "left:",
            "if fixed in advance",
            "privet ledger budget set clinic",
        ],
    );
    assert_eq!(said.out, "");
    assert!(!folder.exists("three"), "work was begun");
    assert_eq!(states(&folder), ["settled", "settled"]);
    let notice = &folder.json_lines("notices.jsonl")[0];
    assert_eq!(notice["event"], "budget-exhausted");
    assert_eq!(notice["population"], "clinic");
    // What is charged is what the runs' own ledgers hold.
    let shown = shown(&folder);
    for (index, run) in ["one", "two"].into_iter().enumerate() {
        let own = folder.json(&format!("{run}/ledger.json"));
        let entry = &shown["reservations"][index];
        assert_eq!(
            entry["events"]["entries"][0]["event"],
            own["reservations"][0]["event"]
        );
        assert!(entry["directory"].as_str().unwrap().ends_with(run));
        assert_eq!(entry["data"], 1);
    }
    // A larger budget lets the third one in.
    ledger(&folder, &["budget", "set", "clinic", "--epsilon", "12"]).well();
    folder.run_into("three", &config, &["--quiet"]).well();
    assert_eq!(states(&folder).len(), 3);
}

#[test]
fn show_verify_and_export_say_what_they_should() {
    let folder = clinic("8");
    let config = charged(&dp_sgd());
    folder.run(&config, &["--quiet"]).well();
    let said = ledger(&folder, &["show"]).well().out;
    for words in [
        "population clinic, one record (add-or-remove-one)",
        "epsilon = 8 at delta = 1e-4",
        "by 1 reservations",
        "room for one Gaussian release with epsilon = ",
        "no guarantee",
        "settled",
        "head ",
    ] {
        assert!(said.contains(words), "no `{words}` in {said}");
    }
    let verified = ledger(&folder, &["verify"]).well().out;
    // Declared, reserved, claimed, settled.
    assert!(verified.contains("4 entries"), "{verified}");
    let head = said.lines().find_map(|line| line.strip_prefix("head "));
    let head = head.unwrap();
    let noted = ledger(&folder, &["verify", "--head", head]).well().out;
    assert!(noted.contains("found; 0 entries since"), "{noted}");

    let json = ledger(&folder, &["export"]).well().out;
    let export: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(export["populations"][0]["epsilon"], 8.0);
    assert!(export["reservations"][0]["data"].is_null());
    let csv = ledger(&folder, &["export", "--csv"]).well().out;
    assert_eq!(csv.lines().count(), 2, "{csv}");
    assert!(csv.starts_with("entry,population,neighboring,run,date,purpose,state,event\n"));
    let id = id_of_data(&folder);
    for text in [&json, &csv] {
        assert!(!text.contains(&id) && !text.contains(head), "{text}");
        assert!(!text.contains("/run"), "a directory is in {text}");
    }
}

/// The digest of the data in the database.
fn id_of_data(folder: &Folder) -> String {
    let bytes = folder.bytes("ledger.sqlite");
    let text = String::from_utf8_lossy(&bytes);
    let at = text.find("\"data\":\"").unwrap() + 8;
    text[at..at + 64].to_string()
}

#[test]
fn a_run_that_does_not_verify_is_refused_and_told() {
    let folder = clinic("8");
    folder.run(&charged(&dp_sgd()), &["--quiet"]).well();
    let mut bytes = folder.bytes("ledger.sqlite");
    let budget = b"\"epsilon\":8.0";
    let at = bytes.windows(budget.len()).position(|part| part == budget);
    bytes[at.unwrap() + 10] = b'9';
    folder.write("ledger.sqlite", bytes);
    let words = ["entry 1: it was changed", "backup"];
    let notify = ["verify", "--notify-file", "notices.jsonl"];
    ledger(&folder, &notify).failed(1, &words);
    folder
        .run_into("again", &charged(&dp_sgd()), &["--quiet"])
        .failed(1, &words);
    assert!(!folder.exists("again"));
    let notices = folder.json_lines("notices.jsonl");
    assert_eq!(notices.len(), 2);
    assert!(notices.iter().all(|n| n["event"] == "verification-failed"));
}

#[test]
fn stages_are_charged_where_they_release() {
    let folder = Folder::empty();
    write_parts(&folder, [360, 480]);
    let config = edit(&pate(), crate::samples::DATA, &data_of_parts());
    folder.write("experiment.toml", &config);
    let words = [
        "budget",
        "set",
        "clinic",
        "--epsilon",
        "8",
        "--delta",
        "1e-4",
        "--noise",
        "gaussian",
    ];
    ledger(&folder, &words).well();
    // By the environment this time.
    let privet = |words: &[&str]| {
        let mut command: Command = folder.command(words);
        command
            .env("PRIVET_LEDGER", "ledger.sqlite")
            .env("PRIVET_POPULATION", "clinic");
        let output = command.output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{err}");
        assert!(!err.contains("charged to no population"), "{err}");
    };
    privet(&["teachers", "experiment.toml", "--out", "run"]);
    assert!(states(&folder).is_empty());
    privet(&["label", "experiment.toml", "--out", "run"]);
    assert_eq!(states(&folder), ["settled"]);
    privet(&[
        "student",
        "experiment.toml",
        "--labels",
        "run/released/labels.csv",
        "--out",
        "model",
    ]);
    // Gaussian noise without sampling loses nothing: a run with epsilon 6 is charged as such.
    let shown = shown(&folder);
    assert_eq!(states(&folder), ["settled"]);
    let fixed = shown["if_fixed_in_advance"]["epsilon"].as_f64().unwrap();
    assert!(fixed > 5.9 && fixed <= 6.0, "{fixed}");
    let part = shown["part_spent"].as_f64().unwrap();
    assert!(part < 0.7, "{part}");
    // Votes that were cast elsewhere are other content of the same people.
    let pool = folder.text("pool.csv").lines().count() - 1;
    folder.write("votes.npy", npy("|u1", &[pool, 2], &[12, 0].repeat(pool)));
    let elsewhere = edit(&config, "count = 12", "count = 12\nchanged_votes = 1");
    folder.write("elsewhere.toml", charged(&elsewhere));
    let label = [
        "label",
        "elsewhere.toml",
        "--votes",
        "votes.npy",
        "--out",
        "elsewhere",
    ];
    folder.privet(&label).failed(
        2,
        &["elsewhere.toml: population clinic has too little left"],
    );
    assert!(!folder.exists("elsewhere"));
    ledger(&folder, &["budget", "set", "clinic", "--epsilon", "12"]).well();
    folder.privet(&label).well();
    assert_eq!(states(&folder), ["settled", "settled"]);
    let reservations = &self::shown(&folder)["reservations"];
    assert_eq!(
        (&reservations[0]["data"], &reservations[1]["data"]),
        (&1.into(), &2.into())
    );
}

#[test]
fn without_a_ledger_a_private_run_warns_once() {
    let folder = Folder::new();
    let said = folder.run(&dp_sgd(), &["--quiet"]).well();
    let warnings = said.err.matches("charged to no population").count();
    assert_eq!(warnings, 1, "{}", said.err);
    assert!(said.err.contains("PRIVET_LEDGER"), "{}", said.err);
    let public = edit(
        &dp_sgd(),
        "[data.public]",
        "[data.public]\nbenchmark = true",
    );
    let said = folder.run_into("public", &public, &["--quiet"]).well();
    assert_eq!(said.err, "");
    // A benchmark can be charged all the same.
    let folder = clinic("8");
    folder.run(&charged(&public), &["--quiet"]).well();
    assert_eq!(states(&folder), ["settled"]);
}

#[test]
fn eight_runs_at_once_never_overspend() {
    let folder = clinic("8");
    folder.write("experiment.toml", charged(&dp_sgd()));
    let children: Vec<Child> = (0..8)
        .map(|run| {
            let out = format!("run-{run}");
            let words = ["run", "experiment.toml", "--out", &out, "--quiet"];
            let mut command = folder.command(&words);
            command.stdout(Stdio::null()).stderr(Stdio::null());
            command.spawn().unwrap()
        })
        .collect();
    let codes: Vec<Option<i32>> = children
        .into_iter()
        .map(|mut child| child.wait().unwrap().code())
        .collect();
    let of = |code| codes.iter().filter(|found| **found == Some(code)).count();
    // Two fit: see above.
    assert_eq!((of(0), of(2)), (2, 6), "{codes:?}");
    assert_eq!(states(&folder), ["settled", "settled"]);
    ledger(&folder, &["verify"]).well();
}

#[test]
fn points_of_a_sweep_are_charged_one_by_one_and_refused_where_nothing_is_left() {
    let folder = clinic("8");
    folder.write("base.toml", charged(&dp_sgd()));
    folder.write(
        "sweep.toml",
        "base = \"base.toml\"\n[grid]\nseed = [1, 2, 3]\n",
    );
    let words = ["sweep", "sweep.toml", "--out", "out", "--quiet"];
    let said = folder.privet(&words);
    assert!(said.out.contains("too little left"), "{}", said.out);
    said.failed(1, &["1 of 3 points failed"]);
    assert_eq!(states(&folder), ["settled", "settled"]);
    // With a larger budget only what failed is run.
    ledger(&folder, &["budget", "set", "clinic", "--epsilon", "20"]).well();
    folder.privet(&[&words[..], &["--resume"]].concat()).well();
    assert_eq!(states(&folder), ["settled"; 3]);
}
