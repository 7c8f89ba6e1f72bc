//! A run that fails after its release, while it writes what it leaves.

use std::fs;

use super::{finish, interrupted, reservations, slow_pate};
use crate::folder::Folder;
use crate::samples::{dp_sgd, pate};

#[test]
fn released_labels_are_repeated_and_not_drawn_again() {
    let config = slow_pate();
    let folder = interrupted(&config);
    // A directory in the place of a file that is to be written: the labels are out, the model not.
    fs::create_dir_all(folder.path("run/released/model.safetensors.partial")).unwrap();
    let said = folder
        .run(&config, &["--resume"])
        .failed(1, &["cannot write", "model.safetensors"]);
    assert_eq!(said.out, "");
    let labels = folder.bytes("run/released/labels.csv");
    assert!(!folder.exists("run/result.json") && folder.exists("run/private/noise.key"));
    assert_eq!(reservations(&folder).len(), 1);

    fs::remove_dir(folder.path("run/released/model.safetensors.partial")).unwrap();
    finish(&folder, &config);
    assert!(labels == folder.bytes("run/released/labels.csv"));
    assert_eq!(reservations(&folder).len(), 1);
    assert!(!folder.exists("run/private/noise.key"));
}

#[test]
fn nothing_is_released_whose_cost_cannot_be_recorded() {
    for config in [pate(), dp_sgd()] {
        let folder = Folder::new();
        fs::create_dir_all(folder.path("run/ledger.json.partial")).unwrap();
        folder
            .run(&config, &["--resume", "--quiet"])
            .failed(1, &["ledger.json"]);
        let metrics = folder.path("run/metrics.jsonl");
        assert!(!fs::read_to_string(metrics).is_ok_and(|text| text.contains("phase")));
        assert!(
            fs::read_dir(folder.path("run/released"))
                .unwrap()
                .next()
                .is_none()
        );
        fs::remove_dir(folder.path("run/ledger.json.partial")).unwrap();
        finish(&folder, &config);
        assert_eq!(reservations(&folder).len(), 1);
    }
}
