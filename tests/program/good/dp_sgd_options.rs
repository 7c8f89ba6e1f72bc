//! What a config can say of noisy SGD.

use privet_accountant::NeighboringRelation::AddOrRemoveOne;
use serde_json::json;

use super::accounted;
use crate::folder::Folder;
use crate::samples::{dp_sgd, edit};

/// The sample run with other lines in place of one.
fn with(from: &str, to: &str) -> String {
    edit(&dp_sgd(), from, to)
}

/// Runs a config; returns the folder.
#[track_caller]
fn done(config: &str) -> Folder {
    let folder = Folder::new();
    folder.run(config, &["--quiet"]).well();
    folder
}

/// The released pages say this.
#[track_caller]
fn says(folder: &Folder, words: &[&str]) {
    let statement = folder.text("run/released/statement.md");
    let report = folder.text("run/released/privacy.json");
    for word in words {
        assert!(statement.contains(word), "no `{word}` in\n{statement}");
        assert!(report.contains(word), "no `{word}` in\n{report}");
    }
}

const Q: &str = "sampling_probability = 0.1";
const C: &str = "clipping_norm = 1.0";

#[test]
fn short_and_long_forms_of_sampling_mean_the_same() {
    let expected = accounted(&done(&dp_sgd()), AddOrRemoveOne, 4.0);
    let long = with(Q, "sampling = { kind = \"poisson\", probability = 0.1 }");
    let folder = done(&long);
    assert_eq!(accounted(&folder, AddOrRemoveOne, 4.0), expected);
    says(&folder, &["each record independently with probability 0.1"]);
    let sized = edit(&with(Q, "batch_size = 36"), "steps = 40", "epochs = 4");
    assert_eq!(accounted(&done(&sized), AddOrRemoveOne, 4.0), expected);
    // A part of a step is a whole one.
    let more = edit(&sized, "epochs = 4", "epochs = 4.01");
    assert_eq!(accounted(&done(&more), AddOrRemoveOne, 4.0)["count"], 41);
}

#[test]
fn batches_can_be_cut_to_a_maximum() {
    let sampling = "sampling = { kind = \"truncated-poisson\", probability = 0.1, \
                    maximum_batch_size = 50, maximum_units = 500 }";
    let folder = done(&with(Q, sampling));
    let event = &accounted(&folder, AddOrRemoveOne, 4.0)["event"];
    assert_eq!(event["kind"], "truncated_subsampled_gaussian");
    assert_eq!(event["truncated_batch_size"], 50);
    assert_eq!(event["dataset_size"], 500);
    says(
        &folder,
        &["truncated Poisson sampling of at most 500 records"],
    );
    // The bound is among what the guarantee rests on, there as well.
    let report = folder.json("run/released/privacy.json");
    let assumptions = report["assumptions"].to_string();
    assert!(
        assumptions.contains("at most 500 private records (maximum_units)"),
        "{assumptions}"
    );
    says(
        &folder,
        &["there are at most 500 private records (maximum_units)"],
    );
}

#[test]
fn steps_can_be_allotted_at_random() {
    let sampling = "sampling = { kind = \"random-allocation\", steps_per_epoch = 10 }";
    let folder = done(&edit(&with(Q, sampling), "steps = 40", "epochs = 3"));
    let events = accounted(&folder, AddOrRemoveOne, 4.0);
    assert_eq!(events["count"], 3);
    assert_eq!(events["event"]["kind"], "random_allocation");
    assert_eq!(events["event"]["steps"], 10);
    assert_eq!(events["event"]["selected"], 1);
    says(&folder, &["of every 10 steps each record is in 1"]);
    let lines = folder.json_lines("run/metrics.jsonl");
    assert_eq!(lines.last().unwrap()["step"], 30);
}

#[test]
fn gradients_are_clipped_as_asked() {
    for (clipping, words) in [
        ("{ kind = \"flat\", norm = 0.5 }", "to L2 length 0.5"),
        ("{ kind = \"per-layer\", norms = [0.75] }", "layer by layer"),
        ("{ kind = \"automatic\", norm = 1.0 }", "plus 0.01"),
        (
            "{ kind = \"adaptive\", initial_norm = 0.1, target_quantile = 0.6, count_noise = 5.0 }",
            "follows the 0.6 quantile",
        ),
    ] {
        let folder = done(&with(C, &format!("clipping = {clipping}")));
        let events = accounted(&folder, AddOrRemoveOne, 4.0);
        assert_eq!(events["event"]["kind"], "poisson_sampled", "{clipping}");
        says(&folder, &[words]);
    }
}

#[test]
fn averages_schedules_and_physical_batches_train_as_well() {
    let optimizer = "optimizer = { kind = \"adam\", learning_rate = 0.05, \
                     noise_bias_correction = true, schedule = { kind = \"cosine\" } }\n\
                     weight_average = { decay = 0.9 }\nphysical_batch = 7";
    let plain = "optimizer = { kind = \"sgd\", learning_rate = 0.5 }";
    let config = with(plain, optimizer);
    accounted(&done(&config), AddOrRemoveOne, 4.0);
    // How well it learns depends on the noise: the same here each time, and little of it.
    let fixed = "delta = 1e-4\ndanger_fixed_noise_seed = 7";
    let config = edit(&config, "epsilon = 4.0", "epsilon = 100.0");
    let folder = done(&edit(&config, "delta = 1e-4", fixed));
    let utility = &folder.json("run/result.json")["utility"];
    assert!(
        utility["test_accuracy"].as_f64().unwrap() > 0.5,
        "{utility}"
    );
}

#[test]
fn images_are_augmented_in_copies() {
    let config = "method = \"dp-sgd\"\n[data]\nname = \"optdigits\"\n[privacy]\nepsilon = 3.0\n\
                  delta = 1e-5\n[dp_sgd]\nnetwork = { preset = \"linear\" }\nbatch_size = 32\n\
                  steps = 5\nclipping_norm = 1.0\naugment = { shift = 1 }\ncopies = 2\n\
                  optimizer = { kind = \"sgd\", learning_rate = 0.5 }\n";
    accounted(&done(config), AddOrRemoveOne, 3.0);
}

#[test]
fn a_budget_can_end_a_training() {
    let config = with(
        "steps = 40",
        "steps = 5000\nnoise_multiplier = 1.0\nstop_at_budget = true",
    );
    let folder = Folder::new();
    let said = folder.run(&config, &[]).well();
    let events = accounted(&folder, AddOrRemoveOne, 4.0);
    let taken = events["count"].as_u64().unwrap();
    assert!((2..5000).contains(&taken), "{taken}");
    let cut = format!("{taken} of 5000");
    assert!(said.out.contains(&cut), "{}", said.out);
    assert!(said.err.contains(&cut), "{}", said.err);
    let steps = &folder.json("run/result.json")["privacy"]["steps"];
    assert_eq!(steps, &json!({"planned": 5000, "taken": taken}));
    let lines = folder.json_lines("run/metrics.jsonl");
    assert_eq!(lines.last().unwrap()["step"], taken);
    // One step more is above the budget.
    let more = edit(&config, "stop_at_budget = true", "");
    let more = edit(&more, "steps = 5000", &format!("steps = {}", taken + 1));
    let more = Folder::new().run(&more, &[]);
    more.failed(2, &["above the budget [privacy] epsilon = 4"]);
    // Where the budget allows all of them, all are taken.
    let all = edit(&config, "steps = 5000", "steps = 3");
    let folder = Folder::new();
    let said = folder.run(&all, &[]).well();
    assert!(said.out.contains("3 of 3   (the budget allows all)"));
}

#[test]
fn the_accountant_can_be_chosen() {
    let exact = done(&dp_sgd());
    let renyi = done(&with("delta = 1e-4", "delta = 1e-4\naccountant = \"rdp\""));
    let noise = |folder: &Folder| {
        let report = folder.json("run/released/privacy.json");
        report["events"]["event"]["event"]["noise_multiplier"]
            .as_f64()
            .unwrap()
    };
    assert!(noise(&exact) < noise(&renyi));
    for (folder, name) in [(&exact, "pld"), (&renyi, "rdp")] {
        let privacy = &folder.json("run/result.json")["privacy"];
        assert_eq!(privacy["accountant"], name);
        let epsilon = privacy["epsilon"].as_f64().unwrap();
        assert!(epsilon <= 4.0 && epsilon > 3.99, "{epsilon}");
        let report = folder.json("run/released/privacy.json");
        let all = report["by_accountant"].as_array().unwrap();
        assert_eq!(all[0]["accountant"], name);
        let names = |name: &str| all.iter().filter(|g| g["accountant"] == name).count();
        assert_eq!((names("pld"), names("rdp")), (1, 2));
    }
    // The Renyi accountant is cheap enough for a line a step.
    let steps = |folder: &Folder| folder.json_lines("run/metrics.jsonl").len();
    assert_eq!(steps(&renyi), 40);
}

#[test]
fn both_engines_learn_the_same() {
    let accuracy = |engine: &str| {
        let config = with("seed = 1", &format!("seed = 1\nengine = \"{engine}\""));
        let config = edit(
            &config,
            "delta = 1e-4",
            "delta = 1e-4\ndanger_fixed_noise_seed = 3",
        );
        let folder = done(&config);
        let utility = &folder.json("run/result.json")["utility"];
        utility["test_accuracy"].as_f64().unwrap()
    };
    // Rounding may move an example over the border.
    assert!((accuracy("cpu") - accuracy("burn")).abs() < 0.03);
}

/// The constants of the layer that normalises, from the head of a model file.
fn constants(folder: &Folder, run: &str) -> (Vec<f64>, Vec<f64>) {
    let bytes = folder.bytes(&format!("{run}/released/model.safetensors"));
    let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
    let head = String::from_utf8(bytes[8..8 + length].to_vec()).unwrap();
    let head = head.replace('\\', "");
    let (_, norm) = head.split_once("public_norm").unwrap();
    let numbers = |name: &str| -> Vec<f64> {
        let (_, rest) = norm.split_once(&format!("\"{name}\":[")).unwrap();
        let (list, _) = rest.split_once(']').unwrap();
        list.split(',')
            .map(|number| number.parse().unwrap())
            .collect()
    };
    (numbers("mean"), numbers("deviation"))
}

#[test]
fn statistics_of_the_records_are_charged_and_normalise_inputs() {
    let with_statistics = |statistics: &str| {
        with(
            "clipping_norm = 1.0",
            &format!("clipping_norm = 1.0\nstatistics = {{ {statistics} }}"),
        )
    };
    let config = with_statistics("noise_multiplier = 20.0, clipping_norm = 2.5");
    let folder = done(&config);
    let events = accounted(&folder, AddOrRemoveOne, 4.0);
    let events = events["events"].as_array().unwrap();
    assert_eq!(
        events[0],
        json!({"kind": "gaussian", "noise_multiplier": 20.0})
    );
    assert_eq!((events.len(), &events[1]["count"]), (2, &json!(40)));
    // The steps have less of the budget, and so more noise.
    let noise = |events: &serde_json::Value| events["event"]["event"]["noise_multiplier"].as_f64();
    let alone = done(&dp_sgd());
    let without = alone.json("run/released/privacy.json")["events"].clone();
    assert!(noise(&events[1]).unwrap() > noise(&without).unwrap());
    says(
        &folder,
        &["statistics: of each record the means and mean squares of 5 channels"],
    );
    let result = folder.json("run/result.json");
    // Five means, five mean squares, and a linear model of five inputs and two classes.
    assert_eq!(result["cost"]["bytes_released"], 8 * 10 + 4 * 12);
    let first = &folder.json_lines("run/metrics.jsonl")[0];
    assert!(first["epsilon_of_steps_so_far"].as_f64().unwrap() > 0.1);
    let (means, deviations) = constants(&folder, "run");
    assert_eq!((means.len(), deviations.len()), (5, 5));
    assert!(deviations.iter().all(|&deviation| deviation > 0.0));

    // With next to no noise they are the moments of features that are standardised.
    let exact = with_statistics("noise_multiplier = 0.001, clipping_norm = 100.0");
    let exact = edit(&exact, "epsilon = 4.0", "");
    let exact = edit(&exact, "steps = 40", "steps = 40\nnoise_multiplier = 1.0");
    let standardised = "[data]\nfeatures = [{ kind = \"standardise\" }]\n";
    folder
        .run_into("exact", &edit(&exact, "[data]\n", standardised), &[])
        .well();
    let (means, deviations) = constants(&folder, "exact");
    // Fitted on the pool, so near 0 and 1 on the private records.
    for (mean, deviation) in means.iter().zip(&deviations) {
        assert!(mean.abs() < 0.5, "{means:?}");
        assert!((0.5..2.0).contains(deviation), "{deviations:?}");
    }
}
