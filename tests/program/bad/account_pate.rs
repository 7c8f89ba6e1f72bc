//! `privet account pate`: votes and aggregators that cannot be.

use crate::folder::Folder;
use crate::formats::npy;

/// Accounts for votes of these bytes.
#[track_caller]
fn refused_votes(bytes: &[u8], words: &[&str]) {
    let folder = Folder::empty();
    folder.write("votes.npy", bytes);
    let said = folder.privet(&[
        "account",
        "pate",
        "votes.npy",
        "--mechanism",
        "gnmax",
        "--sigma",
        "40",
        "--delta",
        "1e-5",
    ]);
    let said = said.failed(2, words);
    assert!(said.err.starts_with("error: votes.npy: "), "{}", said.err);
}

#[test]
fn votes_that_are_none_are_refused() {
    let votes = |numbers: &[f64]| -> Vec<u8> {
        let bytes: Vec<u8> = numbers
            .iter()
            .flat_map(|number| number.to_le_bytes())
            .collect();
        npy("<f8", &[numbers.len() / 2, 2], &bytes)
    };
    refused_votes(
        &votes(&[1.0, 2.0, -1.0, 4.0]),
        &["row 1, class 0 is no number"],
    );
    refused_votes(
        &votes(&[1.5, 1.5]),
        &["row 0, class 0 is no number", "whole numbers"],
    );
    refused_votes(&votes(&[1.0, f64::NAN]), &["row 0, class 1 is no number"]);
    refused_votes(
        &votes(&[1.0, 2.0, 2.0, 2.0]),
        &["row 1 holds another number of votes", "one vote a query"],
    );
    refused_votes(&votes(&[]), &["[0, 2]", "at least one query"]);
    refused_votes(
        &npy("|u1", &[4], &[1, 2, 3, 4]),
        &["[4]", "[queries, classes]"],
    );
    refused_votes(&npy("<U1", &[1, 2], &[0; 8]), &["`<U1`", "numpy.save"]);
    refused_votes(&votes(&[1.0, 2.0])[..100], &["NPY"]);
    refused_votes(b"1,2\n", &["not an NPY file"]);
}

#[test]
fn an_aggregator_that_cannot_be_is_refused() {
    let folder = Folder::empty();
    folder.write("votes.npy", npy("|u1", &[2, 2], &[9, 1, 5, 5]));
    for (options, words) in [
        ("--mechanism gnmax", "--mechanism gnmax needs --sigma"),
        (
            "--mechanism lnmax --sigma 3",
            "--sigma has no meaning for --mechanism lnmax",
        ),
        (
            "--mechanism gnmax --sigma 3 --threshold 5",
            "--threshold and --sigma-threshold",
        ),
        (
            "--mechanism gnmax --sigma 3 --queries 3",
            "--queries 3: votes.npy holds votes on 2",
        ),
        (
            "--mechanism gnmax --sigma 3 --queries 0",
            "'0' for '--queries",
        ),
        ("--mechanism confident-gnmax --sigma 3", "needs --threshold"),
        (
            "--mechanism confident-gnmax --sigma 3 --threshold 5",
            "needs --sigma-threshold",
        ),
        (
            "--mechanism confident-gnmax --sigma 3 --threshold 5 --sigma-threshold 4 --max-answers 3",
            "--max-answers 3",
        ),
        ("--mechanism gnmx --sigma 3", "'gnmx'"),
        (
            "--mechanism gnmax --sigma 3 --noise laplace",
            "has another noise",
        ),
        (
            "--mechanism gnmax --sigma 3 --clipping-norm 1",
            "--clipping-norm has no meaning",
        ),
        (
            "--mechanism multi-label --sigma 3 --clipping-norm 1",
            "leave the file out",
        ),
        (
            "--mechanism gnmax --sigma 0",
            "--mechanism gnmax: scale is 0",
        ),
        (
            "--mechanism gnmax --sigma 3 --sanitize-order 9",
            "--sanitize-beta",
        ),
        (
            "--mechanism gnmax --sigma 3 --sanitize-order 9 --sanitize-beta 1 --sanitize-noise 6",
            "beta = 1 is not allowed",
        ),
        (
            "--mechanism gnmax --sigma 3 --sanitize-order 1 --sanitize-beta .1 --sanitize-noise 6",
            "order = 1 is not allowed",
        ),
    ] {
        let options = options.split(' ');
        let command = ["account", "pate", "votes.npy", "--delta=1e-5"].into_iter();
        let command: Vec<&str> = command.chain(options).collect();
        folder.privet(&command).failed(2, &[words]);
    }
    for (options, words) in [
        ("gnmax --sigma 3", "the number of --queries"),
        (
            "gnmax --sigma 3 --queries 3 --private-diagnostics",
            "give VOTES.npy",
        ),
        ("multi-label --sigma 3 --queries 3", "needs --clipping-norm"),
        (
            "private-knn --sigma 3 --queries 3",
            "needs --sampling-probability",
        ),
        (
            "nearest-questions --sigma 3 --queries 3",
            "needs --questions-per-record",
        ),
        (
            "nearest-questions --sigma 3 --queries 3 --questions-per-record 4",
            "ballots is 4",
        ),
        (
            "gnmax --sigma 3 --queries 3 --questions-per-record 1",
            "--questions-per-record has no meaning",
        ),
        (
            "private-knn --sigma 3 --queries 3 --sampling-probability .1 --max-answers 2",
            "--max-answers needs a check",
        ),
        (
            "private-knn --sigma 3 --queries 3 --sampling-probability .1 --changed-votes 2",
            "--changed-votes has no meaning",
        ),
    ] {
        let start = "account pate --delta 1e-5 --mechanism";
        let command: Vec<&str> = start.split(' ').chain(options.split(' ')).collect();
        folder.privet(&command).failed(2, &[words]);
    }
    let command = "calibrate pate --delta 1e-5 --epsilon 1 --sigma 30 --mechanism nearest-questions \
                   --questions-per-record 2";
    let command: Vec<&str> = command.split_whitespace().collect();
    folder
        .privet(&command)
        .failed(2, &["the same however many questions"]);
    folder
        .privet(&[
            "account",
            "pate",
            "votes.npy",
            "--mechanism=gnmax",
            "--sigma=3",
            "--epsilon=1",
        ])
        .failed(2, &["give --delta"]);
}
