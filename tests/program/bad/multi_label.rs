//! Vectors of votes that are none, and configs that multi-label voting does not have.

use super::check;
use crate::folder::Folder;
use crate::samples::{MULTI_LABEL, edit, multi_label, pate};

const SHAPE: [usize; 3] = [30, 60, 3];

const LABEL: [&str; 6] = [
    "label",
    "experiment.toml",
    "--votes",
    "ballots.npy",
    "--out",
    "run",
];

#[track_caller]
fn refused(folder: &Folder, words: &[&str]) {
    check(folder, folder.privet(&LABEL), words);
}

#[test]
fn vectors_that_do_not_fit_are_refused() {
    for shape in [[29, 60, 3], [30, 59, 3], [30, 60, 2]] {
        let [a, b, c] = shape;
        let found = format!("({a}, {b}, {c})");
        refused(
            &multi_label(shape, |_, _| 1.0),
            &["ballots.npy", &found, "(30, 60, 3)", "[teachers] count"],
        );
    }
    let at = |value: f32| {
        move |example: usize, label: usize| match (example, label) {
            (7, 1) => value,
            _ => 0.5,
        }
    };
    for value in [f32::NAN, f32::INFINITY] {
        refused(
            &multi_label(SHAPE, at(value)),
            &["ballots.npy: teacher 0, example 7, label 1 is no finite number"],
        );
    }
    let negative = multi_label(SHAPE, at(-0.5));
    refused(
        &negative,
        &["ballots.npy: teacher 0, example 7, label 1 is below 0"],
    );
    negative.write(
        "experiment.toml",
        MULTI_LABEL.to_owned() + "vote_sign = \"any\"\n",
    );
    negative.privet(&LABEL).well();
    let flat = multi_label(SHAPE, |_, _| 1.0);
    flat.write("ballots.npy", flat.bytes("pool.npy"));
    refused(
        &flat,
        &["ballots.npy", "[60, 2]", "[teachers, examples, labels]"],
    );
}

#[test]
fn keys_that_it_does_not_have_are_refused() {
    let folder = multi_label(SHAPE, |_, _| 1.0);
    let student = pate()[pate().find("[student]").unwrap()..].to_owned();
    for (from, to, words) in [
        ("clipping_norm = 1.75", "", "clipping_norm is missing"),
        (
            "clipping_norm = 1.75",
            "clipping_norm = 0",
            "clipping_norm = 0",
        ),
        (
            "clipping_norm = 1.75",
            "clipping_norm = 1e9",
            "clipping_norm = 1000000000: it must lie",
        ),
        ("threshold = 15.0", "", "threshold is missing"),
        ("threshold = 15.0", "threshold = inf", "threshold = inf"),
        (
            "sigma = 1.0",
            "sigma = 1.0\nsigma_threshold = 2.0",
            "sigma_threshold has no meaning",
        ),
        (
            "sigma = 1.0",
            "sigma = 1.0\nscale = 2.0",
            "scale has no meaning",
        ),
        (
            "sigma = 1.0",
            "sigma = 1.0\nnoise = \"discrete-gaussian\"",
            "has another noise",
        ),
        (
            "sigma = 1.0",
            "sigma = 1.0\nvote_sign = \"positive\"",
            "`non-negative`",
        ),
        (
            "changed_votes = 1",
            "",
            "[teachers] changed_votes is missing",
        ),
        ("queries = 40", "queries = 61", "holds 60 examples"),
        (
            "delta = 1e-4",
            "delta = 1e-4\nsanitize = { order = 8.0 }",
            "no smooth sensitivity is proved",
        ),
        (
            "[aggregator]",
            "[questions]\nrounds = 2\n\n[aggregator]",
            "[questions] rounds = 2",
        ),
        (
            "[aggregator]",
            &format!("{student}\n[aggregator]"),
            "[student] has no meaning",
        ),
        (
            "sigma = 1.0",
            "",
            "neither [privacy] epsilon nor [aggregator] sigma",
        ),
    ] {
        folder.write("experiment.toml", edit(MULTI_LABEL, from, to));
        refused(&folder, &["experiment.toml: ", words]);
    }
    for key in ["clipping_norm = 1.0", "vote_sign = \"any\""] {
        let keys = format!("queries = 40\n{key}");
        super::refused(
            &edit(&pate(), "queries = 40", &keys),
            &["has no meaning for mechanism = \"gnmax\""],
        );
    }
}

#[test]
fn stages_that_it_does_not_have_are_refused() {
    let folder = multi_label(SHAPE, |_, _| 1.0);
    for words in [
        &["run", "experiment.toml", "--out", "run"][..],
        &["teachers", "experiment.toml", "--out", "run"],
        &["label", "experiment.toml", "--out", "run"],
        &[
            "student",
            "experiment.toml",
            "--labels",
            "labels.csv",
            "--out",
            "run",
        ],
    ] {
        let said = check(&folder, folder.privet(words), &["--votes BALLOTS.npy"]);
        assert!(
            said.err.contains("experiment.toml: [aggregator]"),
            "{}",
            said.err
        );
    }
}
