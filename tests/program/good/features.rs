//! `[data] features`: representations in place of the inputs.

use crate::folder::{Folder, files_below};
use crate::formats::npy;
use crate::samples::{DP_SGD, SCHEMA};
use crate::samples::{data_of_parts, dp_sgd, edit, pate, records, write_parts};

const FEATURES: &str = "[data]\nfeatures = [{ kind = \"standardise\" }, \
                        { kind = \"pca\", components = 4, whitening = 0.5 }, { kind = \"row-norm\" }]\n";

/// The part of the lines after the header in which two answers agree.
fn same_lines(a: &str, b: &str) -> bool {
    a.lines().skip(1).eq(b.lines().skip(1))
}

#[test]
fn a_model_brings_its_features_in_every_format() {
    let folder = Folder::empty();
    write_parts(&folder, [400, 450]);
    let text = records();
    let rows: Vec<&str> = text.lines().skip(1).collect();
    let known = rows[450..].iter().map(|row| row.ends_with("high"));
    let config = format!(
        "method = \"dp-sgd\"\nseed = 1\n{}{SCHEMA}{DP_SGD}",
        data_of_parts()
    );
    folder
        .run(&edit(&config, "[data]\n", FEATURES), &["--quiet"])
        .well();
    let accuracy = folder.json("run/result.json")["utility"]["test_accuracy"]
        .as_f64()
        .unwrap();
    // What the run measured is what a reader of the file gets, from raw rows.
    let said = folder.privet(&["predict", "run", "test.csv"]).well();
    let predicted = said.out.lines().skip(1).map(|line| line.ends_with("high"));
    let right = predicted.zip(known).filter(|(a, b)| a == b).count();
    assert_eq!(right as f64 / (rows.len() - 450) as f64, accuracy);
    folder.privet(&["export", "run"]).well();
    for file in ["safetensors", "onnx", "bpk"] {
        let path = format!("run/released/model.{file}");
        let again = folder.privet(&["predict", &path, "test.csv"]).well();
        assert!(same_lines(&again.out, &said.out), "{file}");
        folder.privet(&["export", "--verify", &path]).well();
    }
    // Without them it would be another model.
    let statement = folder.text("run/released/statement.md");
    assert!(
        statement.contains("standardise, pca, row-norm"),
        "{statement}"
    );
    assert!(
        statement.contains("on the public pool alone"),
        "{statement}"
    );
}

#[test]
fn features_are_fitted_on_the_pool_alone() {
    let folder = Folder::empty();
    write_parts(&folder, [400, 450]);
    let config = format!(
        "method = \"dp-sgd\"\nseed = 1\n{}{SCHEMA}{DP_SGD}",
        data_of_parts()
    );
    let config = edit(&config, "[data]\n", FEATURES);
    let fitted = |run: &str| {
        folder.run_into(run, &config, &["--quiet"]).well();
        folder.bytes(&format!("{run}/features.safetensors"))
    };
    let first = fitted("run");
    let drop_last = |file: &str| {
        let text = folder.text(file);
        let kept = text.trim_end().rsplit_once('\n').unwrap().0;
        folder.write(file, format!("{kept}\n"));
    };
    drop_last("private.csv");
    assert!(fitted("less_private") == first);
    drop_last("test.csv");
    assert!(fitted("less_tested") == first);
    drop_last("pool.csv");
    assert!(fitted("less_public") != first);
}

#[test]
fn a_student_may_learn_from_the_inputs_as_they_were() {
    let folder = Folder::new();
    let config = edit(&pate(), "[data]\n", FEATURES);
    let raw = edit(&config, "[student]\n", "[student]\ninputs = \"raw\"\n");
    folder.run(&raw, &["--quiet"]).well();
    folder.run_into("features", &config, &["--quiet"]).well();
    let tensors = |run: &str| {
        let bytes = folder.bytes(&format!("{run}/released/model.safetensors"));
        let text = String::from_utf8_lossy(&bytes).into_owned();
        text.contains("features.2.projection")
    };
    assert!(tensors("features") && !tensors("run"));
    // Both answer raw rows.
    for run in ["run", "features"] {
        folder.privet(&["predict", run, "records.csv"]).well();
    }
    // Whoever has the labels alone fits the same features on the same pool.
    folder.write("student.toml", &config);
    folder
        .privet(&[
            "student",
            "student.toml",
            "--labels",
            "features/released/labels.csv",
            "--out",
            "again",
            "--quiet",
        ])
        .well();
    assert_eq!(
        folder.bytes("again/features.safetensors"),
        folder.bytes("features/features.safetensors")
    );
    let rounds = edit(&raw, "[student]\n", "[questions]\nrounds = 2\n[student]\n");
    folder
        .run_into("rounds", &rounds, &[])
        .failed(2, &["[student] inputs", "rounds"]);
}

#[test]
fn features_that_do_not_fit_are_refused_before_anything_is_spent() {
    let folder = Folder::new();
    for (features, words) in [
        (
            "{ kind = \"scattering\", scales = 2 }",
            &["[data] features", "scattering"][..],
        ),
        (
            "{ kind = \"pca\", components = 99 }",
            &["[data] features", "components", "99"],
        ),
        (
            "[{ kind = \"row-norm\" }, { kind = \"pca\" }]",
            &["components"],
        ),
        ("{ kind = \"sift\" }", &["sift"]),
        ("{ kind = \"row-norm\", size = 2 }", &["size"]),
        (
            "{ kind = \"encoder\" }",
            &["[data] features", "encoder", "images"],
        ),
        ("3", &["features", "kind"]),
    ] {
        let config = edit(
            &dp_sgd(),
            "[data]\n",
            &format!("[data]\nfeatures = {features}\n"),
        );
        folder.run(&config, &[]).failed(2, words);
        assert!(!folder.exists("run"));
    }
}

#[test]
fn an_encoder_of_public_images_is_part_of_the_model() {
    let folder = Folder::empty();
    let pixels: Vec<u8> = (0..600 * 64)
        .map(|place: usize| {
            let (image, pixel) = (place / 64, place % 64);
            let bright = (pixel % 8 < 4) == (image % 2 == 0);
            (if bright { 200 } else { 20 }) + ((place * 7919) % 50) as u8
        })
        .collect();
    let labels: Vec<u8> = (0..600).map(|image| (image % 2) as u8).collect();
    folder.write("images.npy", npy("|u1", &[600, 8, 8], &pixels));
    folder.write("labels.npy", npy("|u1", &[600], &labels));
    let config = "method = \"dp-sgd\"\nseed = 1\n[data]\nname = \"stripes\"\nclasses = [\"left\", \"right\"]\n\
        bounds = [0, 255]\ndeclared_size = 360\nsplit = { pool = 0.2, test = 0.2 }\n\
        features = [{ kind = \"encoder\", epochs = 2, batch_size = 32, projection = [16] }, \
        { kind = \"pca\", components = 8, whitening = 0.25 }]\n\
        files = { records = { inputs = \"images.npy\", labels = \"labels.npy\" } }\n\
        public = { source = \"made up\", declared_by = \"the test\" }\n\
        [dp_sgd]\nnetwork = { preset = \"linear\" }\nsampling_probability = 0.2\nsteps = 30\n\
        clipping_norm = 1.0\noptimizer = { kind = \"sgd\", learning_rate = 1.0 }\n\
        [privacy]\nepsilon = 4.0\ndelta = 1e-4\n";
    let said = folder.run(config, &[]).well();
    assert!(said.err.contains("features"), "{}", said.err);
    let accuracy = folder.json("run/result.json")["utility"]["test_accuracy"].as_f64();
    assert!(accuracy > Some(0.9), "{accuracy:?}");
    folder.privet(&["export", "run"]).well();
    folder
        .privet(&["export", "--verify", "run/released/model.onnx"])
        .well();
    let answers = |model: &str| folder.privet(&["predict", model, "images.npy"]).well().out;
    assert!(same_lines(
        &answers("run/released/model.safetensors"),
        &answers("run/released/model.bpk")
    ));
    // Scattering has no operators in ONNX: said at once, and left out of "all".
    let scattering = config.replace(
        "features = [",
        "features = [{ kind = \"scattering\", scales = 1, angles = 2 }, { kind = \"group-normalise\", groups = 3 }] \
         # [",
    );
    let asked = format!("{scattering}[export]\nformats = [\"onnx\"]\n");
    folder
        .run_into("scattered", &asked, &[])
        .failed(2, &["[export]", "onnx", "scattering"]);
    folder
        .run_into("scattered", &scattering, &["--quiet"])
        .well();
    let said = folder.privet(&["export", "scattered"]).well();
    assert!(said.err.contains("scattering"), "{}", said.err);
    assert!(folder.exists("scattered/released/model.bpk"));
    assert!(!folder.exists("scattered/released/model.onnx"));
    folder
        .privet(&["predict", "scattered", "images.npy"])
        .well();
}

#[test]
fn points_of_a_sweep_share_features_and_runs_read_what_was_fitted() {
    let folder = Folder::empty();
    write_parts(&folder, [400, 450]);
    let config = format!(
        "method = \"dp-sgd\"\nseed = 1\n{}{SCHEMA}{DP_SGD}",
        data_of_parts()
    );
    folder.write("base.toml", edit(&config, "[data]\n", FEATURES));
    folder.write(
        "sweep.toml",
        "base = \"base.toml\"\n[grid]\nprivacy.epsilon = [2.0, 4.0]\n",
    );
    folder
        .privet(&["sweep", "sweep.toml", "--out", "out", "--quiet"])
        .well();
    // Fitted once, for all runs of the user; the features of private records are the sweep's own.
    assert_eq!(files_below(&folder.path("cache-directory")).len(), 1);
    let shared = files_below(&folder.path("out/private/votes"));
    let rows = shared.iter().filter(|name| name.ends_with("rows.npy"));
    // Private records, pool and test set.
    assert_eq!(rows.count(), 3, "{shared:?}");
    let table = folder.text("out/sweep.csv");
    let lines: Vec<&str> = table.lines().collect();
    assert!(
        lines.len() == 3 && lines[0].starts_with("point,method,dataset,epsilon"),
        "{table}"
    );
    assert!(
        lines[1].starts_with("base,privacy.epsilon") || lines[1].starts_with("\"base,privacy"),
        "{table}"
    );
    // What was shared is what a run alone computes.
    let fixed = "privacy.danger_fixed_noise_seed=7";
    folder.write("experiment.toml", edit(&config, "[data]\n", FEATURES));
    for (out, share) in [("alone", None), ("shared", Some("out/private/votes"))] {
        let mut words = vec![
            "run",
            "experiment.toml",
            "--out",
            out,
            "--set",
            fixed,
            "--quiet",
        ];
        words.extend(share.map(|_| "--share-votes"));
        words.extend(share);
        folder.privet(&words).well();
    }
    let model =
        |run: &str| std::fs::read(folder.path(&format!("{run}/features.safetensors"))).unwrap();
    assert_eq!(model("alone"), model("shared"));
    let utility = |run: &str| folder.json(&format!("{run}/result.json"))["utility"].clone();
    assert_eq!(utility("alone"), utility("shared"));
}
