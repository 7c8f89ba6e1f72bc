//! PATE's other aggregators, voters and ways of asking.

use privet_accountant::NeighboringRelation::AddOrRemoveOne;
use serde_json::json;

use super::accounted;
use crate::folder::Folder;
use crate::samples::{
    PATE, SCHEMA, data_of_parts, edit, nearest_questions, pate, without_teachers, write_parts,
};

/// A student of the labels that a run released is the student of that run.
fn the_labels_give_the_same_student(folder: &Folder) {
    let words = [
        "student",
        "experiment.toml",
        "--labels",
        "run/released/labels.csv",
        "--out",
        "s",
    ];
    folder.privet(&words).well();
    assert_eq!(
        folder.bytes("s/released/model.safetensors"),
        folder.bytes("run/released/model.safetensors")
    );
}

/// PATE on the sample records with these edits.
fn config(edits: &[(&str, &str)]) -> String {
    edits
        .iter()
        .fold(pate(), |text, (from, to)| edit(&text, from, to))
}

fn run(edits: &[(&str, &str)]) -> Folder {
    let folder = Folder::new();
    folder.run(&config(edits), &[]).well();
    folder
}

fn mechanism(keys: &str) -> [(&str, &str); 1] {
    [("mechanism = \"gnmax\"", keys)]
}

/// Noise of 1 on 12 votes, and no budget: whether what is learned is right shows the joints.
const LITTLE_NOISE: [(&str, &str); 2] = [
    ("epsilon = 6.0", ""),
    ("queries = 40", "queries = 80\nsigma = 1.0"),
];

#[track_caller]
fn learned(folder: &Folder) {
    let utility = &folder.json("run/result.json")["utility"];
    let number = |key: &str| utility[key].as_f64().unwrap();
    assert!(number("label_accuracy") > 0.8, "{utility}");
    assert!(
        number("test_accuracy") > number("majority_accuracy") + 0.15,
        "{utility}"
    );
}

#[test]
fn noise_on_the_integers_has_events_of_its_own() {
    for (keys, noise) in [
        (
            "mechanism = \"gnmax\"\nnoise = \"discrete-gaussian\"",
            "discrete_gaussian",
        ),
        (
            "mechanism = \"lnmax\"\nnoise = \"discrete-laplace\"",
            "discrete_laplace",
        ),
        ("mechanism = \"lnmax\"\nnoise = \"laplace\"", "laplace"),
    ] {
        let folder = run(&mechanism(keys));
        let events = accounted(&folder, AddOrRemoveOne, 6.0);
        assert_eq!(events["event"]["noise"], noise);
        let said = folder.text("run/released/statement.md").replace('-', " ");
        let words = noise.replace('_', " ");
        assert!(
            said.to_lowercase().contains(&format!("{words} noise of")),
            "{said}"
        );
    }
}

#[test]
fn an_interactive_aggregator_reinforces_what_the_student_knows() {
    let folder = run(&[
        ("epsilon = 6.0", ""),
        (
            "mechanism = \"gnmax\"",
            "mechanism = \"interactive-gnmax\"\nthreshold = 5\nsigma_threshold = 1.0\n\
             confidence = 0.7\nmax_answers = 60\nsigma = 1.0",
        ),
        ("queries = 40", "queries = 100\n[questions]\nrounds = 4"),
    ]);
    learned(&folder);
    let events = &folder.json("run/released/privacy.json")["events"]["events"];
    assert_eq!(events[0]["count"], 100);
    assert_eq!(events[1]["count"], 60);
    let found = folder.json("run/private/data_dependent.json");
    let reason = found["unavailable"].as_str().unwrap();
    assert!(reason.contains("depend on earlier answers"), "{reason}");
    let utility = &folder.json("run/result.json")["utility"];
    let count = |key: &str| utility[key].as_u64().unwrap() as usize;
    let (released, reinforced) = (count("labels_released"), count("labels_reinforced"));
    assert!(reinforced >= 10, "{utility}");
    let text = folder.text("run/released/labels.csv");
    assert!(
        text.starts_with("pool_index,class,label,source\n"),
        "{text}"
    );
    let of = |source: &str| text.lines().filter(|line| line.ends_with(source)).count();
    assert_eq!((of(",teachers"), of(",student")), (released, reinforced));
    let statement = folder.text("run/released/statement.md");
    assert!(
        statement.contains("exceed the student's prediction"),
        "{statement}"
    );

    // The author of the student takes both.
    the_labels_give_the_same_student(&folder);
}

#[test]
fn records_vote_on_the_questions_nearest_to_them() {
    let folder = Folder::new();
    let private = nearest_questions();
    let said = folder.run(&private, &[]).well();
    assert!(said.out.contains("regression"), "{}", said.out);
    // One Gaussian for all 40 labels.
    let event = accounted(&folder, AddOrRemoveOne, 6.0);
    assert_eq!(event["kind"], "gaussian");
    let sigma = {
        let statement = folder.text("run/released/statement.md");
        for words in [
            "on the 2 questions nearest to it",
            "a regression of the labels on the features labelled the 50 % of the public pool",
            "all questions were known before the first was answered",
        ] {
            assert!(statement.contains(words), "{words}: {statement}");
        }
        let (_, after) = statement.split_once("of standard deviation ").unwrap();
        let (sigma, _) = after.split_once(' ').unwrap();
        sigma.parse::<f64>().unwrap()
    };
    let multiplier = event["noise_multiplier"].as_f64().unwrap();
    assert!((multiplier * 2_f64.sqrt() / sigma - 1.0).abs() < 1e-12);
    assert!(!folder.exists("run/private/votes.npy"));
    let found = folder.json("run/private/data_dependent.json");
    let reason = found["unavailable"].as_str().unwrap();
    assert!(reason.contains("for the cost of one Gaussian"), "{reason}");
    let utility = &folder.json("run/result.json")["utility"];
    assert_eq!(utility["labels_released"], 40);
    assert_eq!(utility["distilled"]["by"], "regression");
    // Half of a pool of 120 or so.
    let labelled = utility["distilled"]["examples"].as_u64().unwrap();
    assert!((45..=75).contains(&labelled), "{utility}");
    let majority = utility["majority_accuracy"].as_f64().unwrap();
    for accuracy in [
        &utility["distilled"]["model_accuracy"],
        &utility["test_accuracy"],
        &utility["label_accuracy"],
    ] {
        assert!(accuracy.as_f64().unwrap() > majority, "{utility}");
    }
    assert_eq!(folder.text("run/released/labels.csv").lines().count(), 41);
    let card = folder.text("run/released/model_card.md");
    let learned = format!("{labelled} public examples that a regression of the released labels");
    for words in [
        &learned,
        "nearest questions",
        "**What was released:** 40 released labels",
        "`distillation.keep`",
    ] {
        assert!(card.contains(words), "{words}: {card}");
    }

    // The author of the student has the labels alone, and the same regression of them.
    the_labels_give_the_same_student(&folder);
    // The owner of the records has no need of a student.
    let words = ["label", "experiment.toml", "--out", "labels"];
    folder.privet(&words).well();
    let statement = folder.text("labels/released/statement.md");
    assert!(!statement.contains("regression"), "{statement}");
    assert!(!folder.exists("labels/released/model.safetensors"));
    let words = ["student", "experiment.toml", "--labels"];
    let words = [&words[..], &["labels/released/labels.csv", "--out", "t"]].concat();
    folder.privet(&words).well();
    let utility = &folder.json("t/result.json")["utility"];
    assert_eq!(utility["distilled"]["by"], "regression");
    folder
        .privet(&["teachers", "experiment.toml", "--out", "no"])
        .failed(2, &["nearest-questions", "no teachers"]);
}

/// A replaced record takes ballots away and adds as many.
#[test]
fn replaced_records_cost_twice_as_much_noise() {
    let folder = Folder::new();
    let replaced = edit(
        &nearest_questions(),
        "delta = 1e-4",
        "delta = 1e-4\nneighboring = \"replace-one\"",
    );
    folder.run(&nearest_questions(), &[]).well();
    folder.run_into("replaced", &replaced, &[]).well();
    let multiplier = |run: &str| {
        let events = &folder.json(&format!("{run}/released/privacy.json"))["events"];
        events["noise_multiplier"].as_f64().unwrap()
    };
    let ratio = multiplier("replaced") / multiplier("run");
    assert!((ratio - 2.0).abs() < 1e-3, "{ratio}");
}

#[test]
fn the_nearest_records_vote_without_teachers() {
    let without_teachers = without_teachers();
    let knn = "mechanism = \"private-knn\"\nneighbors = 15\nsampling_probability = 0.5";
    let private = edit(&without_teachers, "mechanism = \"gnmax\"", knn);
    let folder = Folder::new();
    folder.run(&private, &[]).well();
    let events = accounted(&folder, AddOrRemoveOne, 6.0);
    assert_eq!(events["events"][0]["count"], 40);
    let sampled = &events["events"][0]["event"];
    assert_eq!(sampled["kind"], "poisson_sampled");
    assert_eq!(sampled["sampling_probability"], 0.5);
    assert!(!folder.exists("run/private/votes.npy"));
    let found = folder.json("run/private/data_dependent.json");
    let reason = found["unavailable"].as_str().unwrap();
    assert!(reason.contains("amplification by sampling"), "{reason}");

    let little = edit(&private, "epsilon = 6.0", "");
    let little = edit(&little, "queries = 40", "queries = 80\nsigma = 1.0");
    folder.run_into("little", &little, &[]).well();
    let utility = &folder.json("little/result.json")["utility"];
    assert!(
        utility["label_accuracy"].as_f64().unwrap() > 0.8,
        "{utility}"
    );

    let checked = edit(
        &little,
        "sigma = 1.0",
        "sigma = 1.0\nthreshold = 12\nsigma_threshold = 2",
    );
    folder.run_into("checked", &checked, &[]).well();
    let report = folder.json("checked/released/privacy.json");
    assert_eq!(report["events"]["events"].as_array().unwrap().len(), 2);
    let released = folder.json("checked/result.json")["utility"]["labels_released"].clone();
    assert!((1..80).contains(&released.as_u64().unwrap()), "{released}");

    let teachers = edit(&pate(), "mechanism = \"gnmax\"", knn);
    folder
        .run_into("no", &teachers, &[])
        .failed(2, &["[teachers] has no meaning"]);
    folder.write("experiment.toml", &private);
    folder
        .privet(&["teachers", "experiment.toml", "--out", "no"])
        .failed(2, &["private-knn", "no teachers"]);
}

#[test]
fn teachers_may_be_fitted_in_closed_form() {
    let network = "network = { preset = \"linear\" }\nepochs = 8\nbatch_size = 8\n\
                   optimizer = { kind = \"adam\", learning_rate = 0.1 }\n\n[aggregator]";
    for (learner, words) in [
        ("ridge = { strength = 1.0 }", "ridge regression"),
        (
            "linear_discriminant = { shrinkage = 0.1 }",
            "discriminant analysis",
        ),
    ] {
        let keys = format!("{learner}\n\n[aggregator]");
        let folder = run(&[&LITTLE_NOISE[..], &[(network, &keys)]].concat());
        learned(&folder);
        assert!(folder.text("run/released/statement.md").contains(words));
    }
    let folder = Folder::new();
    for (learner, words) in [
        (
            "ridge = { strength = 0.0 }",
            "strength = 0: it must be a finite number above 0",
        ),
        ("linear_discriminant = { shrinkage = 2.0 }", "shrinkage = 2"),
        ("ridge = { strenght = 1.0 }", "did you mean `strength`?"),
        ("ridge = { strength = 1.0 }\nepochs = 3", "learn in one way"),
    ] {
        let keys = format!("{learner}\n\n[aggregator]");
        folder
            .run(&config(&[(network, &keys)]), &[])
            .failed(2, &[words]);
    }
    let nothing = config(&[(network, "[aggregator]")]);
    folder
        .run(&nothing, &[])
        .failed(2, &["[teachers] epochs is missing"]);
}

#[test]
fn questions_are_chosen_far_apart_or_where_the_student_is_unsure() {
    let mut chosen = Vec::new();
    for table in [
        "[questions]\nchoose = { kind = \"diverse\" }",
        "[questions]\nchoose = { kind = \"uncertain\" }\nrounds = 4",
        "[questions]\nchoose = { kind = \"random\" }\nrounds = 3",
    ] {
        let keys = format!("queries = 80\nsigma = 1.0\n{table}");
        let folder = run(&[("epsilon = 6.0", ""), ("queries = 40", &keys)]);
        learned(&folder);
        let text = folder.text("run/released/labels.csv");
        let mut asked: Vec<String> = text
            .lines()
            .skip(1)
            .map(|line| line.split(',').next().unwrap().to_owned())
            .collect();
        assert_eq!(asked.len(), 80);
        chosen.push(asked.clone());
        asked.sort();
        asked.dedup();
        assert_eq!(asked.len(), 80, "{table}");
    }
    assert_ne!(chosen[0], chosen[1]);
    let folder = Folder::new();
    for (table, words) in [
        (
            "[questions]\nchoose = { kind = \"uncertain\" }",
            "give at least 2",
        ),
        ("[questions]\nrounds = 0", "[questions] rounds = 0"),
        ("[questions]\nrounds = 41", "[questions] rounds = 41"),
        ("[questions]\nround = 4", "did you mean `rounds`?"),
    ] {
        let keys = format!("queries = 40\n{table}");
        folder
            .run(&config(&[("queries = 40", &keys)]), &[])
            .failed(2, &[words]);
    }
}

#[test]
fn all_records_of_a_user_go_to_one_teacher() {
    let folder = Folder::empty();
    write_parts(&folder, [360, 480]);
    // The column `id` numbers the records: twelve neighbours in the file are one user.
    let private = folder.text("private.csv");
    let mut lines = private.lines();
    let head = lines.next().unwrap();
    let rows: String = lines
        .enumerate()
        .map(|(place, line)| {
            let fields: Vec<&str> = line.split(',').collect();
            format!(
                "{},{},{},{},{}\n",
                fields[0],
                fields[1],
                fields[2],
                place / 12,
                fields[4]
            )
        })
        .collect();
    folder.write("private.csv", format!("{head}\n{rows}"));
    let config = format!(
        "method = \"pate\"\nseed = 1\n{}{SCHEMA}{PATE}",
        data_of_parts()
    );
    let config = edit(&config, "declared_size = 360", "declared_size = 30");
    let config = edit(
        &config,
        "delta = 1e-4",
        "delta = 1e-3\nunit = { column = \"id\" }",
    );
    folder.run(&config, &[]).well();
    let result = folder.json("run/result.json");
    assert_eq!(result["privacy"]["unit"], "user");
    let statement = folder.text("run/released/statement.md");
    assert!(
        statement.contains("in the shard of one teacher"),
        "{statement}"
    );
    let proof = folder.json_lines("run/private/shards.jsonl");
    assert_eq!(proof[0]["rule"], "unit-hash");
    let shards = &proof[1..];
    assert_eq!(shards.len(), 12);
    let users: usize = shards
        .iter()
        .map(|s| s["units"].as_array().unwrap().len())
        .sum();
    assert_eq!(users, 30);
    let counts: u64 = shards.iter().map(|s| s["count"].as_u64().unwrap()).sum();
    assert_eq!(counts, 360);
}

#[test]
fn digests_show_that_shards_are_disjoint() {
    let folder = run(&[]);
    let proof = folder.json_lines("run/private/shards.jsonl");
    assert_eq!(
        proof[0],
        json!({"proof": "privet-partition-1", "rule": "record-hash", "teachers": 12})
    );
    let mut seen = std::collections::BTreeMap::new();
    for shard in &proof[1..] {
        for digest in shard["records"].as_array().unwrap() {
            let first = seen
                .entry(digest.to_string())
                .or_insert(shard["shard"].clone());
            assert_eq!(*first, shard["shard"]);
        }
    }
    assert!(seen.len() > 100);
    // Who voted for what is gone once the votes are counted.
    assert!(!folder.exists("run/private/ballots"));
}
