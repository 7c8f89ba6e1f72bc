//! Labels of examples that have several, by the vectors of teachers elsewhere.

use privet_accountant::NeighboringRelation::AddOrRemoveOne;
use privet_mechanisms::{ChangedVotes, MultiLabel, MultiLabelParameters, VoteSign};
use serde_json::Value;

use super::accounted;
use crate::folder::Folder;
use crate::samples::{MULTI_LABEL, edit, multi_label};

const SHAPE: [usize; 3] = [30, 60, 3];

const LABEL: [&str; 6] = [
    "label",
    "experiment.toml",
    "--votes",
    "ballots.npy",
    "--out",
    "run",
];

/// Label l is on for the examples whose number has binary digit l.
fn is_on(example: usize, label: usize) -> bool {
    (example >> label) & 1 == 1
}

fn folder() -> Folder {
    multi_label(SHAPE, |example, label| {
        f32::from(u8::from(is_on(example, label)))
    })
}

#[test]
fn each_label_of_each_question_is_released() {
    let folder = folder();
    folder.privet(&LABEL).well();
    let text = folder.text("run/released/labels.csv");
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("pool_index,cat,dog,\"bird, other\""));
    let mut asked = Vec::new();
    for line in lines {
        let fields: Vec<usize> = line.split(',').map(|f| f.parse().unwrap()).collect();
        // A norm of sqrt(3) is not clipped, and noise of 1 against a distance of 15 is wrong with
        // probability below 1e-50 a bit.
        let bits = [0, 1, 2].map(|label| usize::from(is_on(fields[0], label)));
        assert_eq!(fields[1..], bits, "{line}");
        asked.push(fields[0]);
    }
    asked.sort_unstable();
    asked.dedup();
    assert_eq!(asked.len(), 40);

    let result = folder.json("run/result.json");
    assert_eq!(result["utility"]["labels_released"], 40);
    assert_eq!(result["cost"]["bytes_released"], 120);
    assert!(result["privacy"]["raw_data_dependent_epsilon"].is_null());
    let privacy = folder.json("run/released/privacy.json");
    assert_eq!(privacy["public_pool"]["examples"], 60);
    let digest = privet_training::data::sha256_hex(text.as_bytes());
    assert_eq!(privacy["labels_sha256"], digest);
    let statement = folder.text("run/released/statement.md");
    for words in [
        "vectors over the labels came from a file",
        "clipped to an L2 norm of 1.75",
        "the word of whoever collected the votes",
        "without rounding",
    ] {
        assert!(statement.contains(words), "{statement}");
    }
}

#[test]
fn the_cost_is_that_of_the_librarys_plan() {
    for (keys, sign) in [
        ("", VoteSign::NonNegative),
        ("vote_sign = \"any\"\n", VoteSign::Any),
    ] {
        let folder = folder();
        let config = MULTI_LABEL.to_owned() + keys;
        folder.write("experiment.toml", &config);
        folder.privet(&LABEL).well();
        let plan = MultiLabel::new(MultiLabelParameters {
            labels: 3,
            teachers: 30,
            queries: 40,
            changed_votes: ChangedVotes::ONE,
            norm: 1.75,
            sign,
            threshold: 15.0,
            scale: 1.0,
        });
        let event = serde_json::to_value(plan.unwrap().event()).unwrap();
        let epsilon = folder.json("run/result.json")["privacy"]["epsilon"].clone();
        assert_eq!(
            accounted(&folder, AddOrRemoveOne, epsilon.as_f64().unwrap()),
            event
        );
        // What these votes cost is far less, and stays inside.
        let private = folder.json("run/private/data_dependent.json");
        let epsilon = |key: &str| private[key]["epsilon"].as_f64().unwrap();
        assert!(
            epsilon("proved_bound") < 0.1 * epsilon("data_independent_by_rdp"),
            "{private}"
        );
    }
    // Noise that is left out is calibrated to the budget.
    let folder = folder();
    let config = edit(MULTI_LABEL, "delta = 1e-4", "delta = 1e-4\nepsilon = 2.0");
    folder.write("experiment.toml", edit(&config, "sigma = 1.0\n", ""));
    folder.privet(&LABEL).well();
    accounted(&folder, AddOrRemoveOne, 2.0);
}

#[test]
fn an_interrupted_release_is_repeated() {
    let folder = folder();
    // So much noise that bits are coins.
    folder.write(
        "experiment.toml",
        edit(MULTI_LABEL, "sigma = 1.0", "sigma = 1000.0"),
    );
    let resumed = [&LABEL[..], &["--resume"]].concat();
    let first = [&LABEL[..5], &["first"]].concat();
    // Labels cannot be written over a directory; all before them is done.
    let obstruct = |folder: &Folder| {
        folder.privet(&first).well();
        let config = folder.bytes("first/config.resolved.toml");
        folder.write("run/config.resolved.toml", config);
        let mut ledger = folder.json("first/ledger.json");
        ledger["reservations"] = Value::Array(Vec::new());
        folder.write("run/ledger.json", ledger.to_string());
        folder.write("run/released/labels.csv/obstacle", "");
    };
    obstruct(&folder);
    folder.privet(&resumed).failed(1, &["labels.csv"]);
    let digest = |folder: &Folder| -> Value {
        folder.json("run/released/privacy.json")["labels_sha256"].clone()
    };
    let released = digest(&folder);
    std::fs::remove_dir_all(folder.path("run/released/labels.csv")).unwrap();
    folder.privet(&resumed).well();
    assert_eq!(digest(&folder), released);
    let ledger = folder.json("run/ledger.json");
    assert_eq!(ledger["reservations"].as_array().unwrap().len(), 1);

    // Other ballots are another release, which this directory's budget does not pay for.
    let folder = self::folder();
    obstruct(&folder);
    folder.privet(&resumed).failed(1, &["labels.csv"]);
    let others = multi_label(SHAPE, |_, _| 1.0);
    folder.write("ballots.npy", others.bytes("ballots.npy"));
    folder
        .privet(&resumed)
        .failed(1, &["has been charged already"]);
}

#[test]
fn predictable_noise_is_marked_in_every_row() {
    let folder = folder();
    folder.write(
        "experiment.toml",
        edit(
            MULTI_LABEL,
            "delta = 1e-4",
            "delta = 1e-4\ndanger_fixed_noise_seed = 3",
        ),
    );
    folder.privet(&LABEL).well();
    assert!(!folder.exists("run/released/labels.csv"));
    let text = folder.text("run/private/labels.csv");
    assert!(
        text.lines()
            .skip(1)
            .all(|line| line.ends_with(",NOT PRIVATE"))
    );
    assert!(text.lines().next().unwrap().ends_with(",warning"));
}
