//! `privet export`: files for others, and whether one is what its run released.

use serde_json::Value;

use super::ledger::{charged, clinic};
use crate::folder::{Finished, Folder};
use crate::samples::{dp_sgd, edit, pate};

const MODELS: [&str; 3] = ["model.safetensors", "model.onnx", "model.bpk"];

/// How each check ended, by its name.
fn checks(said: &Finished) -> Vec<(String, String)> {
    let all: Vec<Value> = serde_json::from_str(&said.out).unwrap();
    let word = |check: &Value, key: &str| check[key].as_str().unwrap().to_string();
    all.iter()
        .map(|check| (word(check, "what"), word(check, "found")))
        .collect()
}

/// Verifies `file` of the run at `run`; it must fail, and of its checks those that `failed` names.
fn refused(folder: &Folder, file: &str, failed: &[&str]) {
    let said = folder
        .privet(&["export", "--verify", file, "run", "--json"])
        .failed(1, &[file, "do not rely on what it says"]);
    let found: Vec<String> = checks(&said)
        .into_iter()
        .filter(|(_, found)| found == "no")
        .map(|(what, _)| what)
        .collect();
    assert_eq!(found, failed, "{file}");
}

#[test]
fn every_format_of_both_methods_is_what_the_run_released() {
    for config in [dp_sgd(), pate()] {
        let folder = Folder::new();
        folder.run(&config, &["--quiet"]).well();
        let said = folder.privet(&["export", "run"]).well();
        let labels = folder
            .privet(&["predict", "run", "records.csv", "--probabilities"])
            .well();
        for model in MODELS {
            let path = format!("run/released/{model}");
            assert!(said.out.contains(&path), "{}", said.out);
            let said = folder
                .privet(&["export", "--verify", &path, "--json"])
                .well();
            let checks = checks(&said);
            assert_eq!(checks.len(), 9);
            assert!(checks.iter().all(|(_, found)| found != "no"), "{checks:?}");
            let yes = checks.iter().filter(|(_, found)| found == "yes").count();
            let labelled = usize::from(folder.exists("run/released/labels.csv"));
            assert_eq!(yes, 7 + labelled, "{checks:?}");
            let again = folder
                .privet(&["predict", &path, "records.csv", "--probabilities"])
                .well();
            assert_eq!(again.out, labels.out);
        }
        let card = folder.text("run/released/model_card.md");
        for word in MODELS.iter().chain(&["differential-privacy", "clinic"]) {
            assert!(card.contains(word), "{word} is not in {card}");
        }
        for paper in ["nist_sp_800_226.md", "registry_entry.yaml"] {
            assert!(
                folder
                    .text(&format!("run/released/{paper}"))
                    .contains("clinic")
            );
        }
        // Into a folder of its own, with what belongs to it; some formats only.
        folder
            .privet(&["export", "run", "--format", "onnx", "--out", "away/here"])
            .well();
        for paper in ["statement.md", "nist_sp_800_226.md", "model_card.md"] {
            assert!(folder.exists(&format!("away/here/{paper}")), "{paper}");
        }
        assert!(!folder.exists("away/here/model.safetensors"));
        assert_eq!(
            folder.bytes("away/here/model.onnx"),
            folder.bytes("run/released/model.onnx")
        );
        folder
            .privet(&["export", "--verify", "away/here/model.onnx", "run"])
            .well();
        folder
            .privet(&["export", "--verify", "away/here/model.onnx"])
            .failed(2, &["name the run"]);
    }
}

#[test]
fn a_config_may_ask_for_files() {
    let folder = Folder::new();
    let config = format!("{}\n[export]\nformats = [\"onnx\"]\n", dp_sgd());
    folder.run(&config, &["--quiet"]).well();
    assert!(folder.exists("run/released/model.onnx"));
    assert!(!folder.exists("run/released/model.bpk"));
    let owned = format!("{config}[export.owner]\norganisation = \"The *Clinic*\"\n");
    folder.run_into("owned", &owned, &["--quiet"]).well();
    let card = folder.text("owned/released/model_card.md");
    assert!(card.contains("Clinic"), "{card}");
    let wrong = edit(&owned, "organisation", "organization");
    folder
        .run_into("other", &wrong, &[])
        .failed(2, &["organization", "organisation"]);
    folder
        .run_into("other", &edit(&config, "\"onnx\"", "\"onyx\""), &[])
        .failed(2, &["onyx", "burnpack"]);
}

/// A network for encrypted inference.
fn encrypted() -> String {
    let data = edit(&dp_sgd(), "[data]\n", "[data]\ninput_bits = 4\n");
    let network = "{ profile = \"encrypted-inference\", layers = [ { kind = \"linear\", outputs = 6 }, \
                   { kind = \"square\" }, { kind = \"linear\", outputs = 2 } ] }";
    edit(&data, "{ preset = \"linear\" }", network)
}

#[test]
fn a_network_for_encrypted_inference_is_written_in_whole_numbers() {
    let folder = Folder::new();
    let config = format!("{}\n[export]\nformats = [\"integer\"]\n", encrypted());
    folder.run(&config, &["--quiet"]).well();
    let file = "run/released/model.integer.json";
    let first = folder.bytes(file);
    folder.privet(&["export", "run"]).well();
    assert_eq!(folder.bytes(file), first);
    folder.privet(&["export", "--verify", file]).well();
    let labels = |model: &str| {
        let said = folder.privet(&["predict", model, "records.csv"]).well().out;
        said.lines().map(String::from).collect::<Vec<_>>()
    };
    let (whole, floats) = (labels(file), labels("run"));
    let same = whole.iter().zip(&floats).filter(|(a, b)| a == b).count();
    assert!(same > 570, "{same} of 601 lines agree");
    // Fewer bits, and golden vectors of public rows.
    let words = [
        "export",
        "run",
        "--format",
        "integer",
        "--weight-bits",
        "4",
        "--public-rows",
        "records.csv",
        "--out",
        "small",
    ];
    folder.privet(&words).well();
    let small = folder.json("small/model.integer.json");
    assert_eq!(small["golden"].as_array().unwrap().len(), 16);
    folder
        .privet(&["export", "--verify", "small/model.integer.json", "run"])
        .well();
    // A weight, and a golden vector with it, of somebody else's making.
    let changed = folder
        .text(file)
        .replacen("\"weights\":[", "\"weights\":[1,", 1);
    folder.write("changed.integer.json", changed);
    refused(&folder, "changed.integer.json", &["the file is whole"]);
    folder
        .privet(&["predict", "changed.integer.json", "records.csv"])
        .failed(2, &["changed.integer.json"]);
}

#[test]
fn what_cannot_be_written_in_whole_numbers_is_refused() {
    let folder = Folder::new();
    folder.run(&dp_sgd(), &["--quiet"]).well();
    folder
        .privet(&["export", "run", "--format", "integer"])
        .failed(1, &["input_bits"]);
    // Before anything is trained or paid for.
    let config = edit(&encrypted(), "input_bits = 4\n", "");
    folder
        .run_into("other", &config, &[])
        .failed(2, &["[dp_sgd.network]", "input_bits"]);
    let config = format!("{}\n[export]\nformats = [\"integer\"]\n", dp_sgd());
    folder
        .run_into("other", &config, &[])
        .failed(2, &["[export]", "integer", "input_bits"]);
    let config = edit(&encrypted(), "\"square\"", "\"relu\"");
    folder
        .run_into("other", &config, &[])
        .failed(2, &["relu", "encrypted-inference"]);
    assert!(!folder.exists("other"));
}

#[test]
fn what_was_changed_is_found() {
    let folder = Folder::new();
    folder.run(&dp_sgd(), &["--quiet"]).well();
    folder.privet(&["export", "run"]).well();
    // A weight. (The last bytes of a safetensors file are one.)
    let mut bytes = folder.bytes("run/released/model.safetensors");
    let place = bytes.len() - 2;
    bytes[place] ^= 1;
    folder.write("weight.safetensors", bytes);
    refused(&folder, "weight.safetensors", &["it is the run's model"]);
    // A node of the graph, which holds no weight.
    let bytes = folder.bytes("run/released/model.onnx");
    let word = b"Softmax";
    let place = bytes.windows(7).position(|part| part == word).unwrap();
    let graph = [&bytes[..place], b"Sigmoid", &bytes[place + 7..]].concat();
    folder.write("graph.onnx", graph);
    refused(&folder, "graph.onnx", &["it is the run's model"]);
    // Epsilon in the file.
    let epsilon = folder.json("run/released/privacy.json")["epsilon"].to_string();
    let bytes = folder.bytes("run/released/model.bpk");
    let better = format!("0{}", &epsilon[1..]);
    let mut changed = bytes.clone();
    for place in 0..bytes.len() - epsilon.len() {
        if bytes[place..].starts_with(epsilon.as_bytes()) {
            changed[place..place + better.len()].copy_from_slice(better.as_bytes());
        }
    }
    assert_ne!(changed, bytes);
    folder.write("epsilon.bpk", changed);
    let failed = ["it is the run's model", "it states the run's guarantee"];
    refused(&folder, "epsilon.bpk", &failed);
    // A file of another run.
    folder
        .run_into("other", &dp_sgd(), &["--quiet", "--seed", "5"])
        .well();
    refused(
        &folder,
        "other/released/model.safetensors",
        &["it is the run's model"],
    );
    // What the run says of itself.
    let model = "run/released/model.safetensors";
    let statement = folder.text("run/released/statement.md");
    folder.write(
        "run/released/statement.md",
        format!("{statement}\nAnd more."),
    );
    let recorded = "the released files are those that the run recorded";
    refused(
        &folder,
        model,
        &["it belongs to the run's statement", recorded],
    );
    folder.write("run/released/statement.md", statement);
    // The run's own model, by that of another run: nothing else is left that would show it.
    let own = folder.bytes(model);
    folder.write(model, folder.bytes("other/released/model.safetensors"));
    let said = folder
        .privet(&["export", "--verify", model])
        .failed(1, &["do not rely"]);
    assert!(said.out.contains(&format!("FAILED       {recorded}")));
    folder
        .privet(&["export", "run", "--format", "onnx"])
        .failed(1, &["model.safetensors", "changed after the run"]);
    folder.write(model, own);
    let ledger = folder.text("run/ledger.json");
    folder.write(
        "run/ledger.json",
        ledger.replacen("\"count\": ", "\"count\": 9", 1),
    );
    refused(
        &folder,
        model,
        &["the events are those of the run's ledger"],
    );
    // Whom it protects, and against what.
    for (said, other) in [("record", "user"), ("add-or-remove-one", "replace-one")] {
        assert!(ledger.contains(said), "{ledger}");
        folder.write("run/ledger.json", ledger.replacen(said, other, 1));
        let own = "the events are those of the run's ledger";
        refused(&folder, model, &[own]);
    }
    std::fs::remove_file(folder.path("run/ledger.json")).unwrap();
    refused(
        &folder,
        model,
        &["the events are those of the run's ledger"],
    );
    folder.write("run/ledger.json", ledger);
    folder.privet(&["export", "--verify", model]).well();
}

#[test]
fn a_folder_holds_the_files_of_one_run() {
    let folder = Folder::new();
    folder.run(&dp_sgd(), &["--quiet"]).well();
    folder
        .run_into("other", &dp_sgd(), &["--quiet", "--seed", "5"])
        .well();
    let export = |run: &str, format: &str| {
        folder.privet(&["export", run, "--format", format, "--out", "handed"])
    };
    export("run", "onnx").well();
    let card = folder.text("handed/model_card.md");
    export("other", "burnpack").failed(2, &["model.onnx", "of another run", "--out"]);
    assert_eq!(folder.text("handed/model_card.md"), card);
    assert!(!folder.exists("handed/model.bpk"));
    export("run", "burnpack").well();
}

/// Somebody writes a smaller epsilon into everything that leaves the run.
#[test]
fn an_epsilon_that_its_events_do_not_have_is_found() {
    let folder = Folder::new();
    folder.run(&pate(), &["--quiet"]).well();
    let mut privacy = folder.json("run/released/privacy.json");
    let epsilon = privacy["epsilon"].as_f64().unwrap();
    privacy["epsilon"] = (0.5 * epsilon).into();
    folder.write("run/released/privacy.json", privacy.to_string());
    let model = "run/released/model.safetensors";
    let said = folder
        .privet(&["export", "--verify", model])
        .failed(1, &["do not rely"]);
    for line in [
        "FAILED       it states the run's guarantee",
        "FAILED       epsilon is an upper bound for these events",
    ] {
        assert!(said.out.contains(line), "{}", said.out);
    }
}

#[test]
fn the_ledger_of_all_runs_is_asked() {
    let folder = clinic("8");
    let config = charged(&dp_sgd());
    folder.run(&config, &["--quiet"]).well();
    let model = "run/released/model.safetensors";
    let ask =
        |ledger: &str| folder.privet(&["export", "--verify", model, "--ledger", ledger, "--json"]);
    let last = |said: &Finished| checks(said).pop().unwrap().1;
    assert_eq!(last(&ask("ledger.sqlite").well()), "yes");
    let said = folder
        .privet(&["export", "--verify", model, "--json"])
        .well();
    assert_eq!(last(&said), "not-checked");
    // A ledger that does not know the run.
    let other = clinic("8");
    folder.write("other.sqlite", other.bytes("ledger.sqlite"));
    let said = ask("other.sqlite").failed(1, &["do not rely"]);
    assert_eq!(last(&said), "no");
}

#[test]
fn a_student_learned_elsewhere_is_checked_by_its_events() {
    let folder = Folder::new();
    folder.run(&pate(), &["--quiet"]).well();
    folder.write("student.toml", pate());
    folder
        .privet(&[
            "student",
            "student.toml",
            "--labels",
            "run/released/labels.csv",
            "--out",
            "student",
            "--quiet",
        ])
        .well();
    let said = folder
        .privet(&[
            "export",
            "--verify",
            "student/released/model.safetensors",
            "--json",
        ])
        .well();
    let found = |what: &str| {
        let checks = checks(&said);
        checks.into_iter().find(|(name, _)| name == what).unwrap().1
    };
    assert_eq!(found("epsilon is an upper bound for these events"), "yes");
    assert_eq!(
        found("the events are those of the run's ledger"),
        "not-checked"
    );
}

#[test]
fn what_is_no_finished_run_is_refused() {
    let folder = Folder::new();
    folder.privet(&["export"]).failed(2, &["<RUN>"]);
    folder
        .privet(&["export", "."])
        .failed(2, &["no finished run"]);
    folder
        .privet(&["export", "--verify", "records.csv", "."])
        .failed(2, &["privacy.json", "finished run"]);
    folder.run(&dp_sgd(), &["--quiet"]).well();
    folder
        .privet(&["export", "--verify", "records.csv", "run"])
        .failed(1, &["records.csv"]);
    folder
        .privet(&["export", "run", "--format", "pickle"])
        .failed(2, &["pickle", "safetensors"]);
}
