//! What the command line can say beside the config.

use serde_json::Value;

use crate::folder::Folder;
use crate::samples::{dp_sgd, edit};

#[test]
fn json_prints_the_result_and_nothing_else() {
    let folder = Folder::new();
    let said = folder.run(&dp_sgd(), &["--json"]).well();
    assert_eq!(said.out, folder.text("run/result.json"));
    let _: Value = serde_json::from_str(&said.out).unwrap();
}

#[test]
fn quiet_shows_no_progress() {
    let folder = Folder::new();
    let loud = folder.run_into("loud", &dp_sgd(), &[]).well();
    assert!(loud.err.contains("noisy SGD: 40/40"), "{}", loud.err);
    // A benchmark, of which there is nothing to warn.
    let public = edit(
        &dp_sgd(),
        "[data.public]",
        "[data.public]\nbenchmark = true",
    );
    let quiet = folder.run_into("quiet", &public, &["--quiet"]).well();
    assert_eq!(quiet.err, "");
    assert!(quiet.out.contains("test accuracy") && quiet.out.contains("epsilon"));
}

#[test]
fn seed_and_set_override_the_config() {
    let folder = Folder::new();
    let words = [
        "--seed",
        "9",
        "--set",
        "dp_sgd.steps=7",
        "--set",
        "privacy.epsilon=3.0",
    ];
    folder.run(&dp_sgd(), &words).well();
    let resolved = folder.text("run/config.resolved.toml");
    for line in ["seed = 9", "steps = 7", "epsilon = 3.0"] {
        assert!(resolved.contains(line), "{resolved}");
    }
    assert_eq!(folder.json("run/result.json")["seed"], 9);
    assert_eq!(
        folder.json("run/released/privacy.json")["events"]["count"],
        7
    );
}

#[test]
fn the_seed_decides_the_start_and_not_the_noise() {
    let folder = Folder::new();
    let config = edit(
        &dp_sgd(),
        "delta = 1e-4",
        "delta = 1e-4\ndanger_fixed_noise_seed = 7",
    );
    let config = edit(&config, "[data.public]", "[data.public]\nbenchmark = true");
    folder.run_into("a", &config, &["--seed", "1"]).well();
    folder.run_into("b", &config, &["--seed", "2"]).well();
    let model = |run: &str| folder.bytes(&format!("{run}/released/model.safetensors"));
    assert!(model("a") != model("b"));
}

#[test]
fn default_run_directories_are_numbered() {
    let folder = Folder::new();
    folder.write("clinic.toml", dp_sgd());
    for root in ["runs/clinic", "runs/clinic-2", "runs/clinic-3"] {
        let said = folder.privet(&["run", "clinic.toml"]).well();
        assert!(
            said.out.contains(&format!("{root}/released")),
            "{}",
            said.out
        );
        assert!(folder.exists(&format!("{root}/result.json")));
    }
    // The last one is what a resumed run means.
    let said = folder.privet(&["run", "clinic.toml", "--resume"]).well();
    assert!(
        said.err.contains("runs/clinic-3 is complete already"),
        "{}",
        said.err
    );
    assert!(!folder.exists("runs/clinic-4"));
}

#[test]
fn paths_in_a_config_start_from_the_config() {
    let folder = Folder::new();
    folder.write("study/experiment.toml", dp_sgd());
    folder.write("study/records.csv", folder.text("records.csv"));
    std::fs::remove_file(folder.path("records.csv")).unwrap();
    folder
        .privet(&["run", "study/experiment.toml", "--out", "run"])
        .well();
    assert!(folder.exists("run/result.json"));
}

#[test]
fn help_and_version_are_no_errors() {
    let folder = Folder::empty();
    for words in [
        &["--help"][..],
        &["run", "--help"],
        &["predict", "--help"],
        &["--version"],
    ] {
        let said = folder.privet(words).well();
        assert!(said.out.contains("privet"), "{}", said.out);
    }
    folder.privet(&["dance"]).failed(2, &["dance"]);
}
