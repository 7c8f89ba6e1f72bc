//! Options of noisy SGD that contradict each other or have no meaning.

use super::refused;
use crate::samples::{baseline, dp_sgd, edit, pate};

const Q: &str = "sampling_probability = 0.1";
const C: &str = "clipping_norm = 1.0";

#[track_caller]
fn refused_with_edit(from: &str, to: &str, words: &[&str]) {
    refused(&edit(&dp_sgd(), from, to), words);
}

#[test]
fn exactly_one_of_each_choice_is_needed() {
    for (from, to, words) in [
        (
            Q,
            "",
            "none of sampling_probability, batch_size and sampling",
        ),
        (
            Q,
            "sampling_probability = 0.1\nbatch_size = 9",
            "keep one of them",
        ),
        (
            Q,
            "batch_size = 9\nsampling = { kind = \"poisson\", probability = 0.1 }",
            "keep one of them",
        ),
        ("steps = 40", "", "neither steps nor epochs"),
        (
            "steps = 40",
            "steps = 40\nepochs = 2",
            "steps and epochs say the same",
        ),
        (C, "", "neither clipping_norm nor clipping"),
        (
            C,
            "clipping_norm = 1.0\nclipping = { kind = \"flat\", norm = 1.0 }",
            "clipping_norm and clipping say the same",
        ),
    ] {
        refused_with_edit(from, to, &["[dp_sgd]", words]);
    }
}

#[test]
fn values_out_of_range_are_refused() {
    for (from, to, words) in [
        (Q, "batch_size = 0", "batch_size = 0"),
        (
            Q,
            "batch_size = 361",
            "batch_size = 361, but 360 private units are declared",
        ),
        (
            Q,
            "sampling = { kind = \"poisson\", probability = 1.5 }",
            "sampling.probability = 1.5",
        ),
        (
            Q,
            "sampling = { kind = \"truncated-poisson\", probability = 0.1, maximum_batch_size = 0, \
             maximum_units = 400 }",
            "maximum_batch_size is 0",
        ),
        (
            Q,
            "sampling = { kind = \"truncated-poisson\", probability = 0.1, maximum_batch_size = 50 }",
            "needs maximum_units",
        ),
        (
            Q,
            "sampling = { kind = \"truncated-poisson\", probability = 0.1, maximum_batch_size = 50, \
             maximum_units = 100 }",
            "more private units than maximum_units = 100",
        ),
        (
            Q,
            "sampling = { kind = \"random-allocation\", steps_per_epoch = 4, selected = 5 }",
            "selected is 5",
        ),
        ("steps = 40", "epochs = 0", "epochs = 0"),
        ("steps = 40", "epochs = nan", "epochs = NaN"),
        ("steps = 40", "epochs = 1e300", "no more than 1e9"),
        (
            C,
            "clipping = { kind = \"per-layer\", norms = [1.0, 1.0] }",
            "clipping.norms has 2 numbers, but the network has 1 layers with parameters (linear)",
        ),
        (
            C,
            "clipping = { kind = \"per-layer\", norms = [] }",
            "clipping_norms",
        ),
        (
            C,
            "clipping = { kind = \"automatic\", norm = 1.0, stability = 0.0 }",
            "stability is 0",
        ),
        (
            C,
            "clipping = { kind = \"adaptive\", initial_norm = 1.0, target_quantile = 1.5 }",
            "target_quantile is 1.5",
        ),
        (
            C,
            "clipping = { kind = \"adaptive\", initial_norm = 1.0, count_noise = 0.1 }",
            "count_noise is 0.1",
        ),
        (C, "clipping_norm = 1.0\ncopies = 0", "`copies` is 0"),
        (C, "clipping_norm = 1.0\ncopies = 2", "set `augment`"),
        (
            C,
            "clipping_norm = 1.0\nphysical_batch = 0",
            "`physical_batch` is 0",
        ),
        (
            C,
            "clipping_norm = 1.0\ncheckpoint_every = 0",
            "checkpoint_every = 0",
        ),
        (
            C,
            "clipping_norm = 1.0\nweight_average = { decay = 1.0 }",
            "weight_average: `decay` is 1",
        ),
        (
            C,
            "clipping_norm = 1.0\naugment = { shift = 1 }",
            "augment moves images",
        ),
    ] {
        refused_with_edit(from, to, &["[dp_sgd]", words]);
    }
}

#[test]
fn an_unknown_option_suggests_the_nearest() {
    for (from, to, words) in [
        (
            Q,
            "sampling = { kind = \"poison\", probability = 0.1 }",
            "did you mean `poisson`?",
        ),
        (
            Q,
            "sampling = { kind = \"poisson\", probabilty = 0.1 }",
            "did you mean `probability`?",
        ),
        (
            C,
            "clipping = { kind = \"flt\", norm = 1.0 }",
            "did you mean `flat`?",
        ),
        (
            C,
            "clipping_norm = 1.0\nstop_at_buget = true",
            "did you mean `stop_at_budget`?",
        ),
        (
            "seed = 1",
            "seed = 1\nengine = \"cpus\"",
            "did you mean `cpu`?",
        ),
        (
            "delta = 1e-4",
            "delta = 1e-4\naccountant = \"pdl\"",
            "did you mean `pld`?",
        ),
    ] {
        refused_with_edit(from, to, &[words]);
    }
}

#[test]
fn a_budget_that_cannot_end_a_training_is_refused() {
    refused_with_edit(
        "steps = 40",
        "steps = 40\nstop_at_budget = true",
        &["[dp_sgd] stop_at_budget", "give noise_multiplier"],
    );
    let config = edit(&dp_sgd(), "epsilon = 4.0\n", "");
    let ended = "steps = 40\nnoise_multiplier = 1.0\nstop_at_budget = true";
    refused(
        &edit(&config, "steps = 40", ended),
        &["[dp_sgd] stop_at_budget", "give [privacy] epsilon"],
    );
    refused(
        &edit(
            &edit(&dp_sgd(), "steps = 40", ended),
            "epsilon = 4.0",
            "epsilon = 0.0001",
        ),
        &["not one step is within the budget"],
    );
}

#[test]
fn an_accountant_that_cannot_bound_the_plan_is_refused() {
    let config = edit(
        &dp_sgd(),
        "delta = 1e-4",
        "delta = 1e-4\naccountant = \"rdp\"",
    );
    let sampling = "sampling = { kind = \"random-allocation\", steps_per_epoch = 10 }";
    refused(
        &edit(&config, Q, sampling),
        &["random_allocation", "`pld` accountant"],
    );
}

#[test]
fn exact_noise_beyond_its_range_is_refused_before_anything_is_charged() {
    // For the grid of one parameter it would not be too much.
    refused_with_edit(
        C,
        "clipping_norm = 1.0\narithmetic = \"exact\"\nnoise_multiplier = 1.5e7",
        &[
            "[dp_sgd] noise",
            "rounded Gaussian noise",
            "2^40",
            "arithmetic = \"float\"",
        ],
    );
}

#[test]
fn a_network_that_cannot_be_trained_is_refused_before_anything_is_charged() {
    let layers =
        "layers = [{ kind = \"dropout\", probability = 0.5 }, { kind = \"linear\", outputs = 2 }]";
    refused_with_edit(
        "preset = \"linear\"",
        layers,
        &["[dp_sgd.network]", "dropout"],
    );
    let config = edit(&dp_sgd(), "seed = 1", "seed = 1\nengine = \"cpu\"");
    let layers = "layers = [{ kind = \"embedding\", vocabulary = 9, width = 4 }, \
                  { kind = \"flatten\" }, { kind = \"linear\", outputs = 2 }]";
    refused(
        &edit(&config, "preset = \"linear\"", layers),
        &["[dp_sgd.network]", "embedding"],
    );
    // The sample records are no tokens; public ones are looked at before anything is trained.
    refused(
        &edit(&dp_sgd(), "preset = \"linear\"", layers),
        &[
            "[dp_sgd.network] embedding",
            "of the test set",
            "is no token",
        ],
    );
    refused(
        &edit(
            &pate(),
            "[student]\nnetwork = { preset = \"linear\" }",
            &format!("[student]\nnetwork = {{ {layers} }}"),
        ),
        &[
            "[student.network] embedding",
            "of the public pool",
            "is no token",
        ],
    );
}

#[test]
fn a_student_has_what_it_learns_from() {
    const STUDENT: &str = "\n[student]\nnetwork = { preset = \"linear\" }\nepochs = 2\n\
                           batch_size = 8\noptimizer = { kind = \"sgd\", learning_rate = 0.1 }\n";
    let with = |tables: &str| dp_sgd() + tables;
    refused(
        &with("\n[distillation]\nkeep = 0.5\n"),
        &["[distillation]", "add a table [student]"],
    );
    for keep in ["0.0", "1.5", "nan"] {
        refused(
            &with(&format!("{STUDENT}\n[distillation]\nkeep = {keep}\n")),
            &["[distillation] keep", "share of the public pool"],
        );
    }
    refused(
        &with(&STUDENT.replace("epochs = 2", "epochs = 0")),
        &["[student] epochs = 0"],
    );
    refused(
        &(baseline() + "\n[distillation]\nkeep = 0.5\n"),
        &["[distillation] has no meaning for method = \"baseline\""],
    );
}

#[test]
fn statistics_have_noise_and_a_bound() {
    for (keys, words) in [
        (
            "noise_multiplier = 0.0, clipping_norm = 1.0",
            "[dp_sgd] statistics.noise_multiplier = 0",
        ),
        (
            "noise_multiplier = 1.0, clipping_norm = nan",
            "[dp_sgd] statistics.clipping_norm = NaN",
        ),
        ("noise_multiplier = 1.0", "clipping_norm"),
        (
            "noise_multiplier = 1e9, clipping_norm = 1.0",
            "[dp_sgd] statistics: noise_multiplier",
        ),
        (
            "noise_multiplier = 0.01, clipping_norm = 1.0",
            "raise statistics.noise_multiplier",
        ),
    ] {
        let statistics = format!("{C}\nstatistics = {{ {keys} }}");
        refused_with_edit(C, &statistics, &[words]);
    }
    let encrypted =
        "clipping_norm = 1.0\nstatistics = { noise_multiplier = 9, clipping_norm = 1.0 }";
    let encrypted = edit(&dp_sgd(), C, encrypted);
    let profile = "network = { preset = \"linear\", profile = \"encrypted-inference\" }";
    let encrypted = edit(&encrypted, "network = { preset = \"linear\" }", profile);
    refused(
        &edit(&encrypted, "[data]\n", "[data]\ninput_bits = 4\n"),
        &["[dp_sgd] statistics", "encrypted inference"],
    );
    let folder = crate::folder::Folder::new();
    let statistics = format!("{C}\nstatistics = {{ noise_multiplier = 9, clipping_norm = 1.0 }}");
    folder.write("experiment.toml", edit(&dp_sgd(), C, &statistics));
    folder
        .privet(&["audit", "dp-sgd", "experiment.toml"])
        .failed(2, &["[dp_sgd] statistics", "attacks the steps alone"]);
}
