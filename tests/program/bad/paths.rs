//! Places that cannot be written, or hold something already.

use super::refused_with;
use crate::folder::{Folder, files_below};
use crate::samples::pate;

#[test]
fn an_output_directory_that_exists_is_left_alone() {
    let folder = Folder::new();
    folder.write("run/precious", "mine");
    folder.run(&pate(), &[]).failed(
        2,
        &[
            "run exists already",
            "--out DIR",
            "--resume",
            "or remove it",
        ],
    );
    assert_eq!(files_below(&folder.path("run")), ["precious"]);
}

#[test]
fn a_file_in_the_place_of_the_output_directory_is_left_alone() {
    let folder = Folder::new();
    folder.write("run", "mine");
    folder.run(&pate(), &[]).failed(2, &["run exists already"]);
    assert_eq!(folder.text("run"), "mine");
    folder
        .run(&pate(), &["--resume"])
        .failed(2, &["cannot make the run directory"]);
    assert_eq!(folder.text("run"), "mine");
}

#[test]
fn an_output_directory_that_cannot_be_made_is_refused_before_any_work() {
    // Below a regular file nobody can make a directory, not even root.
    let folder = Folder::new();
    folder.write("file", "");
    let said = folder
        .run_into("file/run", &pate(), &[])
        .failed(2, &["cannot make the run directory file/run", "--out DIR"]);
    assert!(!said.err.contains("teachers: "), "{}", said.err);
}

#[test]
fn an_empty_output_directory_is_refused() {
    let folder = Folder::new();
    folder.write("experiment.toml", pate());
    folder
        .privet(&["run", "experiment.toml", "--out="])
        .failed(2, &["--out"]);
    assert_eq!(
        files_below(&folder.path("")),
        ["experiment.toml", "records.csv"]
    );
}

#[test]
fn there_must_be_a_run_to_resume() {
    refused_with(
        &pate(),
        &["--resume"],
        &["there is no run to resume at run", "--resume"],
    );
    let folder = Folder::new();
    folder.write("experiment.toml", pate());
    folder
        .privet(&["run", "experiment.toml", "--resume"])
        .failed(2, &["no run to resume", "runs/experiment"]);
    assert!(!folder.exists("runs"));
}
