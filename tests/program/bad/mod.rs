//! Bad input: exit code 2, a message that names the file, the key, the value and the way out, and
//! nothing left behind.

mod account;
mod account_pate;
mod audit;
mod config;
mod data;
mod dp_sgd_options;
mod ledger;
mod model;
mod multi_label;
mod paths;
mod privacy;
mod sweep;
mod turns;

use crate::folder::{Finished, Folder};

/// Runs `config` and expects a refusal that names the file and holds all these words.
#[track_caller]
fn refused(config: &str, words: &[&str]) {
    refused_in(&Folder::new(), config, words);
}

/// The same in a folder that was prepared.
#[track_caller]
fn refused_in(folder: &Folder, config: &str, words: &[&str]) {
    let said = check(folder, folder.run(config, &[]), words);
    let start = "error: experiment.toml: ";
    assert!(said.err.starts_with(start), "{}", said.err);
}

/// Runs `config` with these arguments, which may be what is named.
#[track_caller]
fn refused_with(config: &str, arguments: &[&str], words: &[&str]) {
    let folder = Folder::new();
    check(&folder, folder.run(config, arguments), words);
}

#[track_caller]
fn check(folder: &Folder, said: Finished, words: &[&str]) -> Finished {
    let said = said.failed(2, words);
    assert_eq!(said.out, "");
    let left = folder.exists("run") || folder.exists("runs");
    assert!(!left, "a run directory is left");
    said
}
