//! A student of a model of noisy SGD.

use privet_accountant::NeighboringRelation::AddOrRemoveOne;

use super::accounted;
use crate::folder::Folder;
use crate::samples::{dp_sgd, edit};

const STUDENT: &str = r#"
[distillation]
keep = 0.75

[student]
network = { preset = "mlp", hidden = [8] }
epochs = 30
batch_size = 8
optimizer = { kind = "adam", learning_rate = 0.03 }
"#;

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
    for words in ["surest of", "post-processing", "the public pool, which"] {
        assert!(statement.contains(words), "{statement}");
    }
    assert!(folder.text("run/released/model_card.md").contains(&format!(
        "{labeled} public examples that the noisy model labelled"
    )));
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
