//! Every file in `configs/` loads, plans, and runs when cut down to a few steps.

use std::fs;
use std::path::{Path, PathBuf};

use toml::{Table, Value};

use crate::folder::Folder;

fn configs() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs");
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    paths.sort();
    paths
}

/// The folder with MNIST, from the environment or beside the checkout.
fn data_directory() -> Option<PathBuf> {
    let given = std::env::var_os("PRIVET_TEST_DATA_DIR").map(PathBuf::from);
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let present = |path: &PathBuf| path.join("mnist/train-images-idx3-ubyte.gz").exists();
    given.into_iter().chain([beside]).find(present)
}

/// The same experiment with next to no training, its privacy as it is.
fn cut_down(table: &mut Table) {
    for (name, key, value) in [
        ("teachers", "epochs", 1),
        ("student", "epochs", 1),
        ("baseline", "epochs", 1),
        ("dp_sgd", "steps", 2),
    ] {
        if let Some(table) = table.get_mut(name).and_then(Value::as_table_mut) {
            table.insert(key.into(), Value::Integer(value));
        }
    }
    // Each shard is small enough for a step or two; a batch of all is one.
    if let Some(teachers) = table.get_mut("teachers").and_then(Value::as_table_mut) {
        teachers.insert("batch_size".into(), Value::Integer(256));
    }
}

#[test]
fn every_shipped_config_runs() {
    let paths = configs();
    assert!(paths.len() >= 4, "{paths:?}");
    for path in paths {
        let name = path.file_name().unwrap().to_str().unwrap();
        let mut table: Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        let dataset = table["data"]["name"].as_str().unwrap().to_string();
        let folder = Folder::empty();
        if !dataset.contains("mnist") {
            cut_down(&mut table);
            let said = folder
                .run(&table.to_string(), &["--quiet", "--json"])
                .well();
            let result: serde_json::Value = serde_json::from_str(&said.out).unwrap();
            assert_eq!(result["dataset"], dataset.as_str(), "{name}");
            assert!(!said.err.contains("warning"), "{name}: {}", said.err);
            continue;
        }
        // Parsed and checked in any case: the refusal is about the data and nothing else.
        folder.run(&table.to_string(), &[]).failed(
            2,
            &[&format!("data set `{dataset}`: "), "privet data fetch"],
        );
        match data_directory() {
            Some(directory) if dataset == "mnist" => plans_mnist(name, &table, &directory),
            _ => eprintln!(
                "{name}: not planned, as {dataset} is not here: set PRIVET_TEST_DATA_DIR to a \
                 folder that holds it"
            ),
        }
    }
}

/// Loads MNIST and plans, then is stopped by a network that does not fit: training the images takes
/// too long for a test.
fn plans_mnist(name: &str, table: &Table, directory: &Path) {
    let folder = Folder::empty();
    let directory = directory.to_str().unwrap();
    let mut table = table.clone();
    let method = match table.contains_key("dp_sgd") {
        true => "dp_sgd",
        false => "student",
    };
    let wrong: Table = "layers = [{ kind = \"linear\", outputs = 3 }]"
        .parse()
        .unwrap();
    table[method]
        .as_table_mut()
        .unwrap()
        .insert("network".into(), Value::Table(wrong));
    // The noise is calibrated and the budget checked before networks are.
    let said = folder.run(&table.to_string(), &["--data-dir", directory]);
    let said = said.failed(2, &[&format!("[{method}.network]")]);
    assert!(
        !said.err.contains("sigma") && !said.err.contains("noise_multiplier"),
        "{name}"
    );
}

#[test]
fn every_shipped_sweep_can_be_planned() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("configs/sweeps");
    let mut planned = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let words = ["sweep", path.to_str().unwrap(), "--dry-run"];
        let said = Folder::empty().privet(&words).well();
        assert!(said.out.contains("epsilon"), "{}", said.out);
        planned += 1;
    }
    assert!(planned >= 2);
}
