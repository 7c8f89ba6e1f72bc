//! A ledger that is not there, not named, or not for this run.

use super::{refused, refused_in};
use crate::folder::Folder;
use crate::good::ledger::{charged, clinic, ledger};
use crate::samples::{baseline, dp_sgd, edit, pate};

#[test]
fn a_path_and_a_population_belong_together() {
    let with = |line: &str| {
        edit(
            &dp_sgd(),
            "[privacy]\n",
            &format!("[ledger]\n{line}\n\n[privacy]\n"),
        )
    };
    refused(
        &with("path = \"ledger.sqlite\""),
        &["[ledger] population is missing", "PRIVET_POPULATION"],
    );
    refused(
        &with("population = \"clinic\""),
        &["[ledger] path is missing", "PRIVET_LEDGER"],
    );
    refused(
        &with("path = \"a\"\npopulation = \"a b\""),
        &["[ledger] population = \"a b\""],
    );
    refused(
        &with("path = \"a\"\npopulation = \"a\"\nnotify_command = []"),
        &["notify_command = []"],
    );
    refused(&with("pth = \"a\""), &["pth", "did you mean `path`?"]);
    refused(
        &edit(
            &baseline(),
            "[baseline]\n",
            "[ledger]\npath = \"a\"\n\n[baseline]\n",
        ),
        &["[ledger] has no meaning for method = \"baseline\""],
    );
}

#[test]
fn the_environment_alone_is_not_half_enough() {
    let folder = Folder::new();
    folder.write("experiment.toml", dp_sgd());
    for (name, words) in [
        ("PRIVET_LEDGER", "population is missing"),
        ("PRIVET_POPULATION", "path is missing"),
    ] {
        let mut command = folder.command(&["run", "experiment.toml", "--out", "run"]);
        let output = command.env(name, "a").output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{err}");
        assert!(err.contains(words), "{err}");
        assert!(!folder.exists("run"));
    }
}

#[test]
fn a_ledger_that_is_not_there_is_not_made_by_a_run() {
    let folder = Folder::new();
    refused_in(
        &folder,
        &charged(&dp_sgd()),
        &["there is no ledger at", "privet ledger budget set"],
    );
    assert!(!folder.exists("ledger.sqlite"));
}

#[test]
fn the_population_must_be_declared_for_this_protection() {
    let folder = clinic("8");
    let other = edit(
        &charged(&dp_sgd()),
        "\"clinic\"\nnotify",
        "\"clinik\"\nnotify",
    );
    refused_in(
        &folder,
        &other,
        &["population clinik is not declared", "clinic"],
    );
    let replace = edit(
        &charged(&pate()),
        "delta = 1e-4",
        "delta = 1e-4\nneighboring = \"replace-one\"",
    );
    refused_in(
        &folder,
        &replace,
        &["add-or-remove-one", "replace-one", "relation and unit"],
    );
    let danger = edit(
        &charged(&dp_sgd()),
        "delta = 1e-4",
        "delta = 1e-4\ndanger_fixed_noise_seed = 7",
    );
    let words = [
        "experiment.toml: population clinic",
        "noise from a fixed seed",
    ];
    folder.run(&danger, &[]).failed(2, &words);
    assert!(!folder.exists("run"));
}

#[test]
fn commands_say_what_is_missing() {
    let folder = Folder::new();
    folder
        .privet(&["ledger", "show"])
        .failed(2, &["--ledger FILE", "PRIVET_LEDGER"]);
    for words in [&["show"][..], &["verify"], &["export"]] {
        ledger(&folder, words).failed(2, &["there is no ledger at ledger.sqlite"]);
    }
    let set = |words: &[&str]| ledger(&folder, &[&["budget", "set", "clinic"][..], words].concat());
    set(&["--epsilon", "1"]).failed(2, &["--delta", "clinic is new"]);
    set(&["--delta", "1e-5"]).failed(2, &["--epsilon"]);
    set(&["--epsilon", "0", "--delta", "1e-5"]).failed(2, &["0"]);
    set(&["--epsilon", "1", "--delta", "1e-5"]).well();
    set(&["--epsilon", "2", "--delta", "1e-6"]).failed(2, &["--delta", "1e-5"]);
    set(&["--epsilon", "2", "--unit", "user"]).failed(2, &["--unit", "record"]);
    set(&["--epsilon", "2"]).well();
    ledger(&folder, &["verify", "--head", "12"]).failed(2, &["64 hexadecimal digits"]);
    let gone = "0".repeat(64);
    ledger(&folder, &["verify", "--head", &gone]).failed(1, &["noted head"]);
    ledger(&folder, &["show", "--population", "x"]).failed(2, &["x is not declared"]);
}

#[test]
fn a_budget_below_what_is_spent_is_refused() {
    let folder = clinic("8");
    folder.run(&charged(&dp_sgd()), &["--quiet"]).well();
    let words = ["budget", "set", "clinic", "--epsilon", "2"];
    ledger(&folder, &words).failed(2, &["has spent more than epsilon = 2"]);
    folder.write("other.txt", "x".repeat(2000));
    folder
        .privet(&["ledger", "--ledger", "other.txt", "show"])
        .failed(2, &["is no ledger"]);
}
