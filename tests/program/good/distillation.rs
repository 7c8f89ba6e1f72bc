//! A student of a model of noisy SGD.

use privet_accountant::NeighboringRelation::AddOrRemoveOne;

use super::accounted;
use crate::folder::Folder;
use crate::samples::{STUDENT, dp_sgd, edit};

#[test]
fn a_student_learns_what_the_noisy_model_says_and_costs_nothing() {
    let folder = Folder::new();
    let config = dp_sgd() + STUDENT;
    folder.run(&config, &[]).well();
    // The cost is that of the steps.
    let events = accounted(&folder, AddOrRemoveOne, 4.0);
    assert_eq!(events["count"], 40);
    let result = folder.json("run/result.json");
    let distilled = &result["utility"]["distilled"];
    // Three quarters of a pool of 120 or so.
    let labeled = distilled["examples"].as_u64().unwrap();
    assert!((70..=110).contains(&labeled), "{distilled}");
    let majority = result["utility"]["majority_accuracy"].as_f64().unwrap();
    for accuracy in [
        &distilled["model_accuracy"],
        &result["utility"]["test_accuracy"],
    ] {
        assert!(accuracy.as_f64().unwrap() > majority, "{result}");
    }
    // What crossed are the parameters of the noisy model: five inputs, two classes.
    assert_eq!(result["cost"]["bytes_released"], 4 * (5 * 2 + 2));
    assert!(result["cost"]["wall_seconds"]["student"].is_number());
    // What is published is the student.
    let model = folder.bytes("run/released/model.safetensors");
    assert!(String::from_utf8_lossy(&model).contains("layers.2.weight"));
    let statement = folder.text("run/released/statement.md");
    for words in [
        "the 75 % of the public pool that it was surest of",
        "post-processing",
        "the public pool, which",
        "the noisy model, and its state after every step",
    ] {
        assert!(statement.contains(words), "{words}: {statement}");
    }
    assert!(folder.json("run/released/privacy.json")["public_pool"].is_object());
    let card = folder.text("run/released/model_card.md");
    let learned = format!("{labeled} public examples that the noisy model labelled");
    for words in [&learned, "`student.epochs`", "`distillation.keep`"] {
        assert!(card.contains(words), "{words}: {card}");
    }
}

#[test]
fn a_student_that_cannot_be_trained_leaves_the_noisy_model() {
    let folder = Folder::new();
    let features = "[data]\nfeatures = [{ kind = \"standardise\" }]\n";
    let config = edit(&dp_sgd(), "[data]\n", features) + STUDENT;
    let diverging = edit(&config, "learning_rate = 0.03", "learning_rate = 1e30");
    let raw = edit(&diverging, "[student]\n", "[student]\ninputs = \"raw\"\n");
    let said = folder.run(&raw, &[]).well();
    assert!(said.out.contains("the noisy model itself is published"));
    let utility = &folder.json("run/result.json")["utility"];
    assert!(utility["student_failed"].is_string(), "{utility}");
    assert_eq!(utility.get("distilled"), None);
    let statement = folder.text("run/released/statement.md");
    assert!(!statement.contains("student"), "{statement}");
    // It brings the features that it needs, though the student would not have needed them.
    let model = folder.bytes("run/released/model.safetensors");
    let model = String::from_utf8_lossy(&model);
    assert!(model.contains("features.1.") && !model.contains("layers.2.weight"));
    folder.privet(&["predict", "run", "records.csv"]).well();
}

#[test]
fn the_student_may_learn_from_the_inputs_as_they_were() {
    let folder = Folder::new();
    let features =
        "[data]\nfeatures = [{ kind = \"standardise\" }, { kind = \"pca\", components = 3 }]\n";
    let config = edit(&dp_sgd(), "[data]\n", features) + STUDENT;
    let raw = edit(&config, "[student]\n", "[student]\ninputs = \"raw\"\n");
    folder.run(&raw, &["--quiet"]).well();
    folder.run_into("features", &config, &["--quiet"]).well();
    let brings_features = |run: &str| {
        let model = folder.bytes(&format!("{run}/released/model.safetensors"));
        String::from_utf8_lossy(&model).contains("features.2.projection")
    };
    assert!(!brings_features("run"));
    assert!(brings_features("features"));
    // The noisy model has the features all the same: three inputs, two classes.
    for run in ["run", "features"] {
        let result = folder.json(&format!("{run}/result.json"));
        assert_eq!(result["cost"]["bytes_released"], 4 * (3 * 2 + 2));
    }
}
