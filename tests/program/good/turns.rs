//! Noisy SGD in which units take turns, with noise that is correlated across steps.

use super::quickstart::{self, accounted};
use crate::folder::Folder;

/// The config of the first page under replace-special, with these keys in place of Poisson sampling.
fn turns(keys: &str, options: &[&str]) -> Folder {
    let config = |text: String| {
        let text = text.replace("add-or-remove-one", "replace-special");
        text.replace("sampling_probability = 0.05", keys)
    };
    quickstart::folder(config, options)
}

#[track_caller]
fn says(folder: &Folder, words: &[&str]) {
    let statement = folder.text("run/released/statement.md");
    for word in words {
        assert!(statement.contains(word), "no `{word}` in\n{statement}");
    }
}

#[test]
fn banded_noise_in_a_fixed_order_is_one_gaussian_mechanism() {
    let folder = turns(
        "sampling = { kind = \"fixed-order\", steps_per_epoch = 10 }\n\
         noise = { kind = \"banded\", bands = 10 }",
        &[],
    );
    let events = accounted(&folder, "replace-special");
    assert_eq!(events["kind"], "gaussian");
    // At epsilon 1 and delta 1e-5 the Gaussian mechanism needs sigma 3.7306 (Balle and Wang 2018).
    let noise = events["noise_multiplier"].as_f64().unwrap();
    assert!((noise - 3.7306).abs() < 0.01, "{noise}");
    quickstart::learned(&folder);
    says(
        &folder,
        &[
            "take turns in the order of the file, each in one of every 10 steps",
            "a banded Toeplitz matrix of 10 bands",
            "one record changes in all steps together",
            "one record blanked out",
        ],
    );
}

#[test]
fn a_tree_in_a_fixed_order_costs_the_same() {
    let folder = turns(
        "sampling = { kind = \"fixed-order\", steps_per_epoch = 10 }\nnoise = { kind = \"tree\" }",
        &["--set", "dp_sgd.steps=10"],
    );
    assert_eq!(accounted(&folder, "replace-special")["kind"], "gaussian");
    says(&folder, &["a binary tree with Honaker's estimate"]);
}

#[test]
fn banded_noise_is_amplified_by_cyclic_poisson_sampling() {
    let folder = turns(
        "sampling = { kind = \"cyclic-poisson\", groups = 4, probability = 0.2 }\n\
         noise = { kind = \"banded\", bands = 4 }",
        &[],
    );
    let events = accounted(&folder, "replace-special");
    // 20 steps: each of the 4 groups has 5 turns.
    assert_eq!(events["count"], 5);
    let turn = &events["event"];
    assert_eq!(turn["kind"], "poisson_sampled");
    assert_eq!(turn["sampling_probability"], 0.2);
    says(&folder, &["cyclic Poisson", "one use of a record changes"]);
}
