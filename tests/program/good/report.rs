//! `privet report` and `privet compare`.

use std::fs;
use std::path::Path;

use privet_accountant::{DpEvent, NeighboringRelation, PldAccountant, PrivacyAccountant};
use serde_json::json;

use crate::folder::{Folder, files_below};
use crate::samples::{dp_sgd, edit, pate};

fn benchmark(config: &str) -> String {
    edit(config, "[data.public]", "[data.public]\nbenchmark = true")
}

/// What two runs cost together, from their own events.
fn together(folder: &Folder, runs: [&str; 2]) -> f64 {
    let mut accountant = PldAccountant::new(NeighboringRelation::AddOrRemoveOne);
    for run in runs {
        let privacy = folder.json(&format!("{run}/released/privacy.json"));
        let event: DpEvent = serde_json::from_value(privacy["events"].clone()).unwrap();
        accountant.compose(&event, 1).unwrap();
    }
    accountant.epsilon(1e-4).unwrap().epsilon
}

#[test]
fn two_runs_make_a_page_a_table_and_figures() {
    let folder = Folder::new();
    folder.run_into("one", &benchmark(&pate()), &[]).well();
    folder.run_into("two", &benchmark(&dp_sgd()), &[]).well();
    let said = folder.privet(&["report", "one", "two"]).well();
    assert!(
        said.out.contains("report.html") && said.err.is_empty(),
        "{said:?}"
    );
    let page = folder.text("report.html");
    for words in [
        "2 runs on clinic",
        "Accuracy and privacy on clinic",
        "Epsilon over queries",
        "Epsilon over steps",
        "What an attacker can do",
        "Time by phase",
        "how far the winners are ahead",
        "one run, as it states",
    ] {
        // The two are composed, so no row is of one run alone.
        assert_eq!(
            page.contains(words),
            words != "one run, as it states",
            "{words}"
        );
    }
    assert!(
        !page.contains("src=") && !page.contains("href=\"http"),
        "something is asked of the network"
    );
    let table = folder.text("report.csv");
    assert_eq!(table.lines().count(), 3);
    assert!(table.starts_with("run,method,dataset,seed,private,epsilon,delta,"));
    let figures = files_below(&folder.path("report"));
    for name in [
        "accuracy-clinic",
        "confusion-one",
        "confusion-two",
        "epsilon-over-queries",
        "time-by-phase",
        "vote-gaps-one",
        "what-an-attacker-can-do",
    ] {
        for extension in ["svg", "png"] {
            assert!(
                figures.contains(&format!("{name}.{extension}")),
                "{name}.{extension} in {figures:?}"
            );
        }
    }
    // All of a public benchmark is on the page.
    assert!(!folder.exists("one/private/report.html"));

    let said = folder.privet(&["compare", "one", "two", "--json"]).well();
    let compared: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let whole = &compared["together"][0];
    let by_hand = together(&folder, ["one", "two"]);
    let epsilon = whole["epsilon"].as_f64().unwrap();
    assert!(
        (epsilon - by_hand).abs() < 1e-9 * by_hand,
        "{epsilon} {by_hand}"
    );
    assert_eq!(
        (&whole["runs"], &whole["delta"]),
        (&json!(["one", "two"]), &json!(1e-4))
    );
    let said = folder.privet(&["compare", "one", "two"]).well();
    for words in [
        "noisy SGD",
        "all 2 private runs on clinic together: epsilon",
        "majority class",
    ] {
        assert!(said.out.contains(words), "no `{words}` in\n{}", said.out);
    }
}

#[test]
fn what_is_confidential_goes_to_the_owner_alone() {
    let folder = Folder::new();
    folder.run(&pate(), &[]).well();
    folder.privet(&["report", "run"]).well();
    let page = folder.text("run/report.html");
    for words in ["Time by phase", "votes ahead"] {
        assert!(!page.contains(words), "{words}");
        assert!(
            folder.text("run/private/report.html").contains(words),
            "{words}"
        );
    }
    assert!(folder.exists("run/report.csv") && folder.exists("run/report/confusion-run.png"));
    is_for_the_owner(&folder.path("run/private/report.html"));
    is_for_the_owner(&folder.path("run/private/vote_gaps.json"));
    let evaluation = folder.json("run/evaluation.json");
    assert_eq!(evaluation["public_benchmark"], false);
    // What is drawn is what was measured.
    let counts: Vec<Vec<f64>> =
        serde_json::from_value(evaluation["confusion"]["counts"].clone()).unwrap();
    let all: f64 = counts.iter().flatten().sum();
    let utility = &folder.json("run/result.json")["utility"];
    assert_eq!(
        utility["test_accuracy"],
        (counts[0][0] + counts[1][1]) / all
    );
    assert_eq!(utility["test_size"], all as u64);
    let gaps = folder.json("run/private/vote_gaps.json");
    let questions: u64 = gaps["counts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|count| count.as_u64().unwrap())
        .sum();
    assert_eq!((questions, &gaps["teachers"]), (40, &json!(12)));
}

#[track_caller]
fn is_for_the_owner(path: &Path) {
    assert!(path.exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", path.display());
    }
}

#[test]
fn a_sweep_and_what_is_missing_from_it() {
    let folder = Folder::new();
    folder.run_into("sweep/points/1", &dp_sgd(), &[]).well();
    folder.write("sweep/points/2/config.resolved.toml", "seed = 2");
    let said = folder
        .privet(&["report", "sweep", "--out", "all.html"])
        .well();
    assert!(
        said.err.contains("points/2 is not finished"),
        "{}",
        said.err
    );
    assert!(folder.text("all.html").contains("points/2 is not finished"));
    assert!(folder.exists("all.csv") && folder.exists("all/what-an-attacker-can-do.svg"));
}

#[test]
fn what_cannot_be_shown_is_an_error_that_says_why() {
    let folder = Folder::new();
    folder
        .privet(&["report", "nowhere"])
        .failed(2, &["nowhere is no run", "privet run"]);
    folder.write("begun/config.resolved.toml", "seed = 2");
    folder
        .privet(&["compare", "begun"])
        .failed(1, &["begun is not finished", "--resume"]);
    folder.run(&dp_sgd(), &[]).well();
    for (out, words) in [
        ("page.pdf", "ends in .html"),
        ("run", "ends in .html"),
        ("nowhere/page.html", "nowhere is not a directory"),
    ] {
        folder
            .privet(&["report", "run", "--out", out])
            .failed(2, &["--out", out, words]);
    }
    folder
        .privet(&["report", "run", "--audit", "run"])
        .failed(1, &["cannot read", "audit.json"]);
    folder.write("run/result.json", "{");
    folder
        .privet(&["report", "run"])
        .failed(1, &["result.json is damaged", "restore it"]);
}
