//! PATE's stages apart: the owner of the records, and the author of the student.

use crate::folder::Folder;
use crate::formats::npy;
use crate::samples::{PATE, SCHEMA, data_of_parts, edit, write_parts};

const NAME: &str = "experiment.toml";

fn config() -> String {
    // Noise of 1 on 12 votes: what is learned shows whether labels and examples belong together.
    let pate = edit(PATE, "epsilon = 6.0", "");
    let pate = edit(&pate, "queries = 40", "queries = 80\nsigma = 1.0");
    format!(
        "method = \"pate\"\nseed = 1\n{}{SCHEMA}{pate}",
        data_of_parts()
    )
}

/// A folder with the records in three files, and the config.
fn folder() -> Folder {
    let folder = Folder::empty();
    write_parts(&folder, [360, 480]);
    folder.write(NAME, config());
    folder
}

/// The author's folder: public files and what was released.
fn folder_of_the_author(owner: &Folder, directory: &str) -> Folder {
    let author = Folder::empty();
    for name in ["pool.csv", "test.csv", NAME] {
        author.write(name, owner.bytes(name));
    }
    for name in ["labels.csv", "privacy.json", "statement.md"] {
        let file = owner.bytes(&format!("{directory}/released/{name}"));
        author.write(&format!("handed-over/{name}"), file);
    }
    author
}

#[test]
fn three_commands_do_what_one_does() {
    let owner = folder();
    let voted = owner.privet(&["teachers", NAME, "--out", "run"]).well();
    assert!(
        voted.out.contains("privet label experiment.toml --out run"),
        "{}",
        voted.out
    );
    assert!(owner.exists("run/private/votes.npy"));
    assert!(!owner.exists("run/result.json"));
    assert!(!owner.exists("run/released/labels.csv"));
    let ledger = owner.json("run/ledger.json");
    assert!(ledger["reservations"].as_array().unwrap().is_empty());

    owner.privet(&["label", NAME, "--out", "run"]).well();
    let result = owner.json("run/result.json");
    assert!(result["utility"]["test_accuracy"].is_null());
    assert_eq!(result["utility"]["labels_released"], 80);
    assert!(result["privacy"]["epsilon"].as_f64().unwrap() > 1.0);
    assert!(!owner.exists("run/released/model.safetensors"));

    let author = folder_of_the_author(&owner, "run");
    author
        .privet(&[
            "student",
            NAME,
            "--labels",
            "handed-over/labels.csv",
            "--out",
            "model",
        ])
        .well();
    let learned = author.json("model/result.json");
    assert_eq!(learned["privacy"], result["privacy"]);
    let utility = &learned["utility"];
    let number = |key: &str| utility[key].as_f64().unwrap();
    assert!(number("label_accuracy") > 0.8, "{utility}");
    assert!(
        number("test_accuracy") > number("majority_accuracy") + 0.15,
        "{utility}"
    );
    for name in ["privacy.json", "statement.md"] {
        let here = author.bytes(&format!("model/released/{name}"));
        assert_eq!(here, owner.bytes(&format!("run/released/{name}")), "{name}");
    }
    assert!(author.exists("model/released/model.safetensors"));
    assert!(!author.exists("model/released/labels.csv"));
    let statement = owner.text("run/released/statement.md");
    assert!(!statement.contains("model learned"), "{statement}");
}

#[test]
fn the_author_of_the_student_says_of_the_labels_what_came_with_them() {
    let owner = folder();
    owner.privet(&["teachers", NAME, "--out", "run"]).well();
    owner.privet(&["label", NAME, "--out", "run"]).well();
    let origin = owner.json("run/released/privacy.json")["origin"].clone();
    assert_eq!(origin["votes_from_elsewhere"], false);
    assert_eq!(origin["shared_ledger"], false);
    assert_eq!(origin["question_rounds"], 1);
    let declared = origin["declared_size"].as_u64().unwrap();
    let author = folder_of_the_author(&owner, "run");
    // What the author's config says of the owner's side is a guess.
    let guess = format!("declared_size = {declared}");
    author.write(NAME, edit(&config(), &guess, "declared_size = 77777"));
    let words = [
        "student",
        NAME,
        "--labels",
        "handed-over/labels.csv",
        "--out",
        "model",
    ];
    author.privet(&words).well();
    author
        .privet(&["export", "model", "--format", "safetensors"])
        .well();
    for name in ["model_card.md", "nist_sp_800_226.md", "registry_entry.yaml"] {
        let paper = author.text(&format!("model/released/{name}"));
        for guessed in ["77777", "teachers.", "aggregator."] {
            assert!(!paper.contains(guessed), "{guessed} in {name}: {paper}");
        }
    }
    let card = author.text("model/released/model_card.md");
    for words in [
        format!("of {declared} private records as declared"),
        "came from elsewhere".to_owned(),
        "`student.".to_owned(),
    ] {
        assert!(card.contains(&words), "no {words} in {card}");
    }
}

#[test]
fn stages_and_a_whole_run_give_the_same_student() {
    let fixed = edit(
        &config(),
        "delta = 1e-4",
        "delta = 1e-4\ndanger_fixed_noise_seed = 3",
    );
    let owner = folder();
    owner.write(NAME, &fixed);
    owner.privet(&["run", NAME, "--out", "whole"]).well();
    owner.privet(&["teachers", NAME, "--out", "apart"]).well();
    owner.privet(&["label", NAME, "--out", "apart"]).well();
    // Not private, and the data are no benchmark: labels and models stay inside.
    let labels = owner.bytes("whole/private/labels.csv");
    assert_eq!(labels, owner.bytes("apart/private/labels.csv"));
    for name in ["privacy.json", "statement.md"] {
        let file = owner.bytes(&format!("apart/released/{name}"));
        owner.write(&format!("handed-over/{name}"), file);
    }
    owner.write("handed-over/labels.csv", labels);
    owner
        .privet(&[
            "student",
            NAME,
            "--labels",
            "handed-over/labels.csv",
            "--out",
            "student",
        ])
        .well();
    assert_eq!(
        owner.bytes("whole/private/model.safetensors"),
        owner.bytes("student/private/model.safetensors")
    );
    // The config of a student draws no noise; what it learned from says it all.
    for file in [
        "config.resolved.toml",
        "metrics.jsonl",
        "released/statement.md",
    ] {
        assert!(
            owner
                .text(&format!("student/{file}"))
                .contains("NOT PRIVATE"),
            "{file}"
        );
    }
}

#[test]
fn votes_cast_elsewhere_are_labelled_without_the_records() {
    let owner = folder();
    let pool = owner.text("pool.csv").lines().count() - 1;
    // Every one of 30 teachers says class 1 to even examples, class 0 to odd ones.
    let counts: Vec<u8> = (0..pool)
        .flat_map(|example| match example % 2 {
            0 => [0, 30],
            _ => [30, 0],
        })
        .collect();
    owner.write("votes.npy", npy("|u1", &[pool, 2], &counts));
    let elsewhere = edit(&config(), "count = 12", "count = 30\nchanged_votes = 1");
    let elsewhere = edit(&elsewhere, "private = { inputs = \"private.csv\" }\n", "");
    let learning = "epochs = 8\nbatch_size = 8\n";
    let elsewhere = elsewhere.replacen(learning, "", 1);
    let elsewhere = elsewhere.replacen(
        "optimizer = { kind = \"adam\", learning_rate = 0.1 }\n",
        "",
        1,
    );
    owner.write(NAME, &elsewhere);
    std::fs::remove_file(owner.path("private.csv")).unwrap();

    owner
        .privet(&["label", NAME, "--votes", "votes.npy", "--out", "run"])
        .well();
    let labels = owner.text("run/released/labels.csv");
    // Noise of 1 against a gap of 30: an error has probability below 1e-98 a query.
    for line in labels.lines().skip(1) {
        let fields: Vec<usize> = line
            .split(',')
            .take(2)
            .map(|f| f.parse().unwrap())
            .collect();
        assert_eq!(fields[1], 1 - fields[0] % 2, "{line}");
    }
    assert_eq!(labels.lines().count(), 81);

    // The pool may be a benchmark: that says nothing of the records behind the votes.
    let benchmark = edit(
        &elsewhere,
        "[data.public]",
        "[data.public]\nbenchmark = true",
    );
    owner.write(NAME, benchmark);
    owner
        .privet(&["label", NAME, "--votes", "votes.npy", "--out", "benchmark"])
        .well();
    let result = owner.json("benchmark/result.json");
    assert!(
        result["privacy"]["raw_data_dependent_epsilon"].is_null(),
        "{result}"
    );
    let statement = owner.text("benchmark/released/statement.md");
    assert!(!statement.contains("public benchmark"), "{statement}");
    assert!(statement.contains("the word of whoever counted the votes"));
    assert!(statement.contains("without rounding"), "{statement}");

    owner.write(NAME, edit(&elsewhere, "changed_votes = 1\n", ""));
    owner
        .privet(&["label", NAME, "--votes", "votes.npy", "--out", "other"])
        .failed(2, &["[teachers] changed_votes"]);
    owner.write(NAME, edit(&elsewhere, "count = 30", "count = 31"));
    owner
        .privet(&["label", NAME, "--votes", "votes.npy", "--out", "third"])
        .failed(1, &["votes.npy", "[teachers] count = 31"]);
}

#[test]
fn labels_that_do_not_fit_are_refused() {
    let owner = folder();
    owner.privet(&["teachers", NAME, "--out", "run"]).well();
    owner.privet(&["label", NAME, "--out", "run"]).well();
    let author = folder_of_the_author(&owner, "run");
    let refused = |words: &[&str]| {
        author
            .privet(&[
                "student",
                NAME,
                "--labels",
                "handed-over/labels.csv",
                "--out",
                "model",
            ])
            .failed(2, words);
        assert!(!author.exists("model"));
    };
    let labels = author.text("handed-over/labels.csv");
    let first = labels.lines().nth(1).unwrap().to_owned();
    for (text, words) in [
        (
            edit(&labels, "pool_index", "index"),
            &["labels.csv", "line 1"][..],
        ),
        (
            format!("{labels}{first}\n"),
            &["line 82", "has a label already"],
        ),
        (
            format!("{labels}120,0,low\n"),
            &["line 82", "pool_index = `120`", "119"],
        ),
        (
            format!("{labels}x,0,low\n"),
            &["line 82", "pool_index = `x`"],
        ),
        (labels.replacen("low", "high", 1), &["is called `high`"]),
        (
            format!("{}\n", labels.lines().next().unwrap()),
            &["holds no label"],
        ),
    ] {
        // Another text than the statement's is refused for that alone.
        author.write("handed-over/labels.csv", &text);
        refused(&["labels.csv is not the file that", "privacy.json speaks of"]);
        let digest = |text: &str| privet_training::data::sha256_hex(text.as_bytes());
        let privacy = author.text("handed-over/privacy.json");
        let forged = edit(&privacy, &digest(&labels), &digest(&text));
        author.write("handed-over/privacy.json", forged);
        refused(words);
        author.write("handed-over/privacy.json", privacy);
    }
    author.write("handed-over/labels.csv", &labels);
    for (from, to, words) in [
        ("\"os-entropy\"", "\"dice\"", "its noise is `dice`"),
        (
            "\"examples\": 120",
            "\"examples\": 18446744073709551615",
            "another public pool",
        ),
        (
            "\"delta\": 0.0001",
            "\"delta\": \"none\"",
            "`delta` is missing",
        ),
    ] {
        let privacy = author.text("handed-over/privacy.json");
        author.write("handed-over/privacy.json", privacy.replace(from, to));
        assert!(privacy.contains(from), "{privacy}");
        refused(&[words]);
        author.write("handed-over/privacy.json", privacy);
    }
    let pool = author.text("pool.csv");
    author.write("pool.csv", changed_first(&pool));
    refused(&["another public pool", "labels.csv"]);
    author.write("pool.csv", pool);
    std::fs::remove_file(author.path("handed-over/privacy.json")).unwrap();
    refused(&["privacy.json", "copy the whole released/ directory"]);
}

#[test]
fn only_pate_has_stages() {
    let folder = folder();
    folder.write(
        NAME,
        format!(
            "method = \"dp-sgd\"\n{}{SCHEMA}{}",
            data_of_parts(),
            crate::samples::DP_SGD
        ),
    );
    folder
        .privet(&["teachers", NAME, "--out", "run"])
        .failed(2, &["has no stages", "privet teachers"]);
}

/// A table whose first person is a year older.
fn changed_first(table: &str) -> String {
    let mut lines: Vec<String> = table.lines().map(str::to_owned).collect();
    let (age, rest) = lines[1].split_once(',').unwrap();
    lines[1] = format!("{},{rest}", age.parse::<u32>().unwrap() + 1);
    lines.join("\n") + "\n"
}
