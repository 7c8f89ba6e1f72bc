//! Noise and sampling of noisy SGD that do not go together.

use super::refused;
use crate::folder::Folder;
use crate::samples::{DATA, SCHEMA, data_of_parts, dp_sgd, edit, write_parts};

/// The sample run with these keys in place of Poisson sampling, under this relation.
fn with(keys: &str, relation: &str) -> String {
    let config = edit(&dp_sgd(), "sampling_probability = 0.1", keys);
    let privacy = format!("delta = 1e-4\nneighboring = \"{relation}\"");
    edit(&config, "delta = 1e-4", &privacy)
}

const FIXED: &str = "sampling = { kind = \"fixed-order\", steps_per_epoch = 10 }";
const CYCLIC: &str = "sampling = { kind = \"cyclic-poisson\", groups = 4, probability = 0.5 }";
const TREE: &str = "noise = { kind = \"tree\", estimator = \"plain\" }";

#[test]
fn correlated_noise_needs_turns() {
    let keys = format!("sampling_probability = 0.1\n{TREE}");
    refused(
        &with(&keys, "add-or-remove-one"),
        &["[dp_sgd] noise, sampling", "only where units take turns"],
    );
    refused(
        &with(&format!("{CYCLIC}\n{TREE}"), "replace-special"),
        &["[dp_sgd] noise, sampling", "use banded noise"],
    );
    let wide = format!("{CYCLIC}\nnoise = {{ kind = \"banded\", bands = 5 }}");
    refused(
        &with(&wide, "replace-special"),
        &["5 bands", "4 groups", "at most as many bands as groups"],
    );
}

/// Before anything is charged: the variance that it subtracts is another at each step.
#[test]
fn a_correction_for_noise_needs_independent_noise() {
    let config = with(&format!("{FIXED}\n{TREE}"), "replace-special");
    let sgd = "optimizer = { kind = \"sgd\", learning_rate = 0.5 }";
    let adam =
        "optimizer = { kind = \"adam\", learning_rate = 0.05, noise_bias_correction = true }";
    refused(
        &edit(&config, sgd, adam),
        &[
            "[dp_sgd]",
            "noise_bias_correction",
            "take independent noise",
        ],
    );
}

#[test]
fn turns_have_relations_of_their_own() {
    for keys in [FIXED, CYCLIC] {
        refused(
            &with(keys, "add-or-remove-one"),
            &[
                "[privacy] neighboring = \"add-or-remove-one\"",
                "account under replace-special",
            ],
        );
    }
    refused(
        &with(CYCLIC, "replace-one"),
        &["[privacy] neighboring = \"replace-one\"", "replace-special"],
    );
    refused(
        &with("sampling_probability = 0.1", "replace-special"),
        &[
            "[privacy] neighboring = \"replace-special\"",
            "\"add-or-remove-one\"",
        ],
    );
}

/// Replaced by a record that belongs to another part, a record moves all behind it.
#[test]
fn turns_in_a_file_that_is_split_have_no_replacement() {
    let config = with(FIXED, "replace-one");
    refused(
        &config,
        &[
            "neighboring = \"replace-one\"",
            "split off one file by their content",
            "files of their own",
        ],
    );
    let built_in = edit(
        &config,
        &format!("{DATA}{SCHEMA}"),
        "data.name = \"optdigits\"\n",
    );
    refused(&built_in, &["split off one file by their content"]);
    // The ways out.
    let folder = Folder::new();
    write_parts(&folder, [360, 480]);
    let parts = edit(&config, DATA, &data_of_parts());
    folder.run_into("parts", &parts, &["--quiet"]).well();
    let special = with(FIXED, "replace-special");
    folder.run_into("special", &special, &["--quiet"]).well();
}

#[test]
fn turns_have_no_exact_arithmetic_and_no_adaptive_clipping() {
    let exact = format!("{FIXED}\narithmetic = \"exact\"");
    refused(
        &with(&exact, "replace-special"),
        &["[dp_sgd] noise, sampling", "floating-point arithmetic"],
    );
    let adaptive = edit(
        &with(FIXED, "replace-special"),
        "clipping_norm = 1.0",
        "clipping = { kind = \"adaptive\", initial_norm = 1.0 }",
    );
    refused(&adaptive, &["take a fixed clipping norm"]);
}

#[test]
fn noise_that_takes_hours_to_plan_is_refused() {
    let keys = format!("{FIXED}\nnoise = {{ kind = \"banded\", bands = 20 }}");
    let config = edit(
        &with(&keys, "replace-special"),
        "steps = 40",
        "steps = 15000000",
    );
    let words = [
        "noise.bands = 20 for 15000000 steps",
        "bands times steps is 300000000",
    ];
    refused(&config, &words);
}

#[test]
fn numbers_of_turns_and_bands_are_checked() {
    for (keys, words) in [
        (
            "sampling = { kind = \"fixed-order\", steps_per_epoch = 0 }".to_string(),
            ["[dp_sgd] sampling", "steps_per_epoch is 0"],
        ),
        (
            "sampling = { kind = \"cyclic-poisson\", groups = 4, probability = 1.5 }".to_string(),
            ["[dp_sgd] sampling.probability = 1.5", "at most 1"],
        ),
        (
            format!("{FIXED}\nnoise = {{ kind = \"banded\", bands = 0 }}"),
            ["[dp_sgd] noise.bands = 0", "between 1 and"],
        ),
        (
            format!("{FIXED}\nnoise = {{ kind = \"banded\", bands = 41 }}"),
            [
                "noise.bands = 41 for 40 steps",
                "at least the number of bands",
            ],
        ),
        (
            format!("{FIXED}\nnoise = {{ kind = \"trees\" }}"),
            ["unknown variant `trees`", "banded"],
        ),
    ] {
        refused(&with(&keys, "replace-special"), &words);
    }
}
