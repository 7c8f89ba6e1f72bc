//! `danger_fixed_noise_seed` is for debugging: the same bits each time, and nobody takes it for
//! private.

use crate::folder::{Folder, files_below};
use crate::samples::{dp_sgd, edit, pate};

fn fixed(config: &str) -> String {
    edit(
        config,
        "delta = 1e-4",
        "delta = 1e-4\ndanger_fixed_noise_seed = 7",
    )
}

#[test]
fn every_artefact_says_not_private() {
    for config in [pate(), dp_sgd()] {
        let folder = Folder::new();
        let said = folder.run(&fixed(&config), &["--quiet"]).well();
        assert!(said.out.contains("NOT PRIVATE"), "{}", said.out);
        assert!(said.err.contains("warning: NOT PRIVATE"), "{}", said.err);
        assert_eq!(folder.json("run/result.json")["privacy"]["private"], false);
        let report = folder.json("run/released/privacy.json");
        assert_eq!(report["private"], false);
        let assumptions = report["assumptions"].to_string();
        assert!(
            !assumptions.contains("ChaCha20") && assumptions.contains("NOT PRIVATE"),
            "{assumptions}"
        );
        for file in files_below(&folder.path("run")) {
            if file.starts_with("private/") && !file.ends_with(".safetensors") {
                continue;
            }
            let text = String::from_utf8_lossy(&folder.bytes(&format!("run/{file}"))).into_owned();
            assert!(text.contains("NOT PRIVATE"), "{file}: {text}");
        }
    }
}

#[test]
fn there_is_no_epsilon_of_predictable_noise() {
    for config in [pate(), dp_sgd()] {
        let folder = Folder::new();
        folder.run(&fixed(&config), &["--quiet"]).well();
        let said = folder
            .privet(&["account", "run/ledger.json", "--delta", "1e-4"])
            .failed(
                2,
                &["run/ledger.json", "NOT PRIVATE", "danger_fixed_noise_seed"],
            );
        assert_eq!(said.out, "");
    }
}

#[test]
fn two_runs_are_the_same_to_the_bit() {
    for config in [pate(), dp_sgd()] {
        let config = edit(
            &fixed(&config),
            "[data.public]",
            "[data.public]\nbenchmark = true",
        );
        let folder = Folder::new();
        folder.run_into("first", &config, &[]).well();
        let released = files_below(&folder.path("first/released"));
        // Four times, as an order of chance would agree with the first half the time.
        for again in ["a", "b", "c", "d"] {
            folder.run_into(again, &config, &[]).well();
            for file in &released {
                let bytes = |run: &str| folder.bytes(&format!("{run}/released/{file}"));
                assert!(bytes("first") == bytes(again), "{file} differs");
            }
        }
    }
}

#[test]
fn without_it_noise_differs_while_everything_else_is_equal() {
    let folder = Folder::new();
    folder.run_into("a", &dp_sgd(), &[]).well();
    folder.run_into("b", &dp_sgd(), &[]).well();
    assert_eq!(
        folder.text("a/config.resolved.toml"),
        folder.text("b/config.resolved.toml")
    );
    let model = |run: &str| folder.bytes(&format!("{run}/released/model.safetensors"));
    assert!(model("a") != model("b"));
}
