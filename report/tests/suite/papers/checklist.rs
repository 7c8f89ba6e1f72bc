//! Checklists by NIST SP 800-226.

use privet_report::papers::{Owner, nist_checklist};
use serde_json::json;

use super::made::{self, Made};

/// The status of the question that holds these words.
#[track_caller]
fn status(page: &str, words: &str) -> String {
    let question = page
        .split("\n### ")
        .find(|item| item.lines().next().is_some_and(|line| line.contains(words)));
    let item = question.unwrap_or_else(|| panic!("no question about {words}"));
    let answer = item.split("**").nth(1).unwrap();
    answer.trim_end_matches('.').to_lowercase()
}

fn page(run: &Made) -> String {
    nist_checklist(&run.facts(), &Owner::default())
}

#[test]
fn answers_are_what_the_run_did() {
    let (pate, noisy, users) = (
        page(&made::pate()),
        page(&made::dp_sgd()),
        page(&made::users()),
    );
    for (words, of_pate, of_noisy, of_users) in [
        ("privacy parameters stated", "met", "met", "met"),
        (
            "unit of privacy is to a person",
            "not stated",
            "not stated",
            "met",
        ),
        ("Is delta at most", "not stated", "not met", "not met"),
        ("Are groups", "not met", "not met", "not met"),
        ("one budget kept", "not met", "met", "met"),
        (
            "depends on the data",
            "not applicable",
            "not applicable",
            "not applicable",
        ),
        ("floating-point", "met", "not met", "met"),
        ("nobody can predict", "met", "met", "met"),
        ("running time", "not met", "not met", "not met"),
        ("noise alone", "not met", "not met", "not met"),
        ("how useful", "met", "met", "met"),
        (
            "hyperparameters were chosen",
            "not stated",
            "not stated",
            "not stated",
        ),
        (
            "need to be collected",
            "not stated",
            "not stated",
            "not stated",
        ),
    ] {
        let found = [&pate, &noisy, &users].map(|page| status(page, words));
        assert_eq!(found, [of_pate, of_noisy, of_users], "{words}");
    }
    assert_eq!(
        status(&page(&made::sanitised()), "depends on the data"),
        "met"
    );
    let shares =
        "\"&gt;50K\" is recognised least often (40.00 %) and \"&lt;=50K\" most often (96.67 %)";
    assert!(pate.contains(shares), "{pate}");
    for words in ["for ten 9.999", "1.3222 by rdp", "\\`id\\|&lt;b&gt;\\`"] {
        assert!(users.contains(words), "no {words} in\n{users}");
    }
}

#[test]
fn nothing_is_guaranteed_without_privacy() {
    for run in [made::fixed_noise(), made::baseline()] {
        let page = page(&run);
        let second = page.split("\n\n").nth(1).unwrap();
        assert!(second.starts_with("**NOT PRIVATE.**"), "{second}");
        for words in [
            "privacy parameters",
            "Is delta at most",
            "data sets count as neighbours",
            "mechanism that touches",
            "contribution of each unit",
            "training itself private",
            "nobody can predict",
            "floating-point",
            "one budget",
        ] {
            assert_eq!(status(&page, words), "not met", "{words}");
        }
        assert!(
            !page.contains("satisfies") && !page.contains("differential privacy for data sets")
        );
    }
}

#[test]
fn delta_is_compared_with_the_number_of_units() {
    let mut run = made::dp_sgd();
    for (size, expected) in [
        (Some(317), "not met"),
        (Some(316), "met"),
        (None, "not stated"),
    ] {
        run.circumstances.declared_size = size;
        assert_eq!(
            status(&page(&run), "Is delta at most"),
            expected,
            "{size:?}"
        );
    }
    (run.result["privacy"]["delta"], run.privacy["delta"]) = (json!(2e-5), json!(2e-5));
    for size in [None, Some(10)] {
        run.circumstances.declared_size = size;
        assert_eq!(status(&page(&run), "Is delta at most"), "not met");
    }
}

#[test]
fn neighbours_of_one_size_do_not_hide_the_size() {
    let mut run = made::dp_sgd();
    assert_eq!(status(&page(&run), "among the records at all"), "met");
    for relation in ["replace-one", "replace-special"] {
        run.result["privacy"]["neighboring"] = json!(relation);
        run.privacy["neighboring_relation"] = json!(relation);
        assert_eq!(status(&page(&run), "among the records at all"), "not met");
    }
}

#[test]
fn a_selection_that_was_paid_for_is_met() {
    let mut run = made::dp_sgd();
    let event = json!({"kind": "repeat_and_select", "event": run.privacy["events"], "mean": 8.0, "shape": "inf"});
    let event: Result<privet_accountant::DpEvent, _> = serde_json::from_value(event);
    let event = event.unwrap_or_else(|error| panic!("{error}"));
    run.privacy["events"] = json!({"kind": "composed", "events": [event]});
    assert_eq!(status(&page(&run), "hyperparameters were chosen"), "met");
}

#[test]
fn votes_from_elsewhere_are_somebodys_word() {
    let mut run = made::pate();
    assert_eq!(status(&page(&run), "contribution of each unit"), "met");
    run.config = run
        .config
        .replace("count = 250", "count = 250\nchanged_votes = 1");
    run.privacy["assumptions"] = json!(["it is the word of whoever counted"]);
    assert_eq!(
        status(&page(&run), "contribution of each unit"),
        "not stated"
    );
    assert!(page(&run).contains("came from elsewhere: it is the word of whoever counted."));
}

#[test]
fn what_the_owner_says_is_marked_as_such() {
    let silent = page(&made::dp_sgd());
    let told = nist_checklist(&made::dp_sgd().facts(), &made::talkative());
    assert!(!told.contains("**Not stated.**"), "{told}");
    let count = |page: &str, words: &str| page.matches(words).count();
    assert_eq!(
        count(&silent, "**Not stated.** Set `[export.owner] "),
        count(&told, "By the owner's word")
    );
    assert!(count(&silent, "\n### ") >= 25);
    // The table at the top counts what is below it.
    let row = silent
        .lines()
        .find(|line| line.starts_with("| not stated |"))
        .unwrap();
    assert_eq!(
        row.matches(',').count() + 1,
        count(&silent, "**Not stated.**")
    );
}
