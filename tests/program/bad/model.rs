//! `privet predict` on what is no model, or no input of the model.

use crate::folder::Folder;
use crate::samples::{dp_sgd, edit, records};

const MODEL: &str = "run/released/model.safetensors";

fn trained() -> Folder {
    let folder = Folder::new();
    folder.run(&dp_sgd(), &["--quiet"]).well();
    folder
}

#[test]
fn what_is_no_model_is_refused() {
    let folder = trained();
    let model = folder.bytes(MODEL);
    let mut damaged = model.clone();
    let last = damaged.len() - 4;
    damaged[last..].copy_from_slice(&f32::NAN.to_le_bytes());
    for (name, bytes) in [
        ("empty", &[][..]),
        ("text", b"hello, this is no model"),
        ("header", &model[..100]),
        ("short", &model[..model.len() - 1]),
        ("nan", &damaged),
    ] {
        folder.write(name, bytes);
        let said = folder
            .privet(&["predict", name, "records.csv"])
            .failed(2, &[name]);
        assert_eq!(said.out, "");
    }
    folder.write("model.pt", b"PK\x03\x04\x00\x00\x08\x08archive/data.pkl");
    folder
        .privet(&["predict", "model.pt", "records.csv"])
        .failed(2, &["model.pt", "pickle", "runs the code"]);
    folder
        .privet(&["predict", "lost", "records.csv"])
        .failed(2, &["lost", "No such file"]);
    // A folder that is no run directory.
    folder
        .privet(&["predict", ".", "records.csv"])
        .failed(2, &["model.safetensors"]);
}

#[test]
fn rows_that_do_not_fit_the_model_are_refused() {
    let folder = trained();
    for (name, text, words) in [
        ("columns.csv", edit(&records(), "income", "wage"), "`wage`"),
        ("category.csv", edit(&records(), ",?,", ",blue,"), "blue"),
        ("cells.csv", edit(&records(), ",0,low\n", "\n"), "line 2"),
        ("empty.csv", String::new(), "empty.csv"),
    ] {
        folder.write(name, text);
        let said = folder
            .privet(&["predict", MODEL, name])
            .failed(2, &[name, words]);
        assert_eq!(said.out, "");
    }
    folder
        .privet(&["predict", MODEL, "lost.csv"])
        .failed(2, &["lost.csv: cannot be read"]);
}

#[test]
fn labels_that_cannot_be_written_are_a_failed_run() {
    let folder = trained();
    folder
        .privet(&[
            "predict",
            "run",
            "records.csv",
            "--out",
            "records.csv/labels.csv",
        ])
        .failed(1, &["cannot write records.csv/labels.csv"]);
}
