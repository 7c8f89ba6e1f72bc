//! Noisy SGD.

use privet_accountant::NeighboringRelation::AddOrRemoveOne;
use serde_json::json;

use super::accounted;
use crate::folder::{Folder, files_below};
use crate::samples::{dp_sgd, edit};

#[test]
fn noise_is_calibrated_to_the_budget_and_learns_all_the_same() {
    let folder = Folder::new();
    folder.run(&dp_sgd(), &[]).well();
    let events = accounted(&folder, AddOrRemoveOne, 4.0);
    assert_eq!(events["kind"], "self_composed");
    assert_eq!(events["count"], 40);
    let step = &events["event"];
    assert_eq!(step["kind"], "poisson_sampled");
    assert_eq!(step["sampling_probability"], 0.1);
    assert_eq!(step["event"]["kind"], "gaussian");
    let utility = &folder.json("run/result.json")["utility"];
    let accuracy = utility["test_accuracy"].as_f64().unwrap();
    assert!(
        accuracy > utility["majority_accuracy"].as_f64().unwrap(),
        "{utility}"
    );
    assert_eq!(utility["labels_released"], json!(null));
}

#[test]
fn given_noise_is_taken_as_it_is() {
    let folder = Folder::new();
    let config = edit(
        &dp_sgd(),
        "steps = 40",
        "steps = 40\nnoise_multiplier = 8.0",
    );
    folder.run(&config, &[]).well();
    let report = folder.json("run/released/privacy.json");
    assert_eq!(report["events"]["event"]["event"]["noise_multiplier"], 8.0);
    assert!(report["epsilon"].as_f64().unwrap() < 1.0);
}

#[test]
fn steps_report_what_they_have_cost_so_far() {
    let folder = Folder::new();
    folder.run(&dp_sgd(), &[]).well();
    let lines = folder.json_lines("run/metrics.jsonl");
    let epsilons: Vec<f64> = lines
        .iter()
        .map(|line| line["epsilon_of_steps_so_far"].as_f64().unwrap())
        .collect();
    assert!(epsilons.is_sorted(), "{epsilons:?}");
    assert_eq!(lines.last().unwrap()["step"], 40);
    assert_eq!(
        epsilons.last(),
        folder.json("run/result.json")["privacy"]["epsilon"]
            .as_f64()
            .as_ref()
    );
}

#[test]
fn it_releases_a_model_and_no_labels() {
    let folder = Folder::new();
    folder.run(&dp_sgd(), &[]).well();
    assert_eq!(
        files_below(&folder.path("run/released")),
        [
            "model.safetensors",
            "model_card.md",
            "nist_sp_800_226.md",
            "privacy.json",
            "registry_entry.yaml",
            "statement.md"
        ]
    );
}

#[test]
fn a_run_that_diverges_fails_and_stays_charged() {
    let folder = Folder::new();
    let config = edit(
        &dp_sgd(),
        "learning_rate = 0.5",
        "learning_rate = 3e38, momentum = 0.99",
    );
    folder.run(&config, &[]).failed(
        1,
        &[
            "the parameters became infinite or NaN",
            "lower the learning rate",
        ],
    );
    assert_eq!(
        folder.json("run/ledger.json")["reservations"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    assert!(!folder.exists("run/result.json"));
}
