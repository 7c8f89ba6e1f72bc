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
        ("at least a person", "not met", "not met", "not stated"),
        ("well-tested libraries", "not met", "not met", "not met"),
        ("every question known", "met", "met", "met"),
        ("contribution of each unit", "met", "met", "met"),
        ("Is delta at most", "not stated", "not met", "not met"),
        ("Are groups", "not met", "not met", "not met"),
        ("one budget kept", "not met", "met", "met"),
        (
            "depends on the data",
            "not met",
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
    // The accuracy of a baseline is neither protected nor paid for.
    let mut bound = made::sanitised();
    assert_eq!(status(&page(&bound), "depends on the data"), "not met");
    bound.evaluation["public_benchmark"] = json!(false);
    assert_eq!(status(&page(&bound), "depends on the data"), "met");
    let shares =
        "\"&gt;50K\" is recognised least often (40.00 %) and \"&lt;=50K\" most often (96.67 %)";
    assert!(pate.contains(shares), "{pate}");
    for words in [
        "for two users epsilon is 2 and delta 3.8e-5",
        "for ten users epsilon is 9.9996 and delta 1.3e-1",
        "1.3222 by rdp",
        "\\`id\\|&lt;b&gt;\\`",
    ] {
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
            "at least a person",
        ] {
            assert_eq!(status(&page, words), "not met", "{words}");
        }
        assert!(
            !page.contains("satisfies") && !page.contains("differential privacy for data sets")
        );
        for words in [
            "need not be",
            "bounds what the release tells",
            "deletes the key",
            "the guarantee.",
            "ChaCha20",
        ] {
            assert!(!page.contains(words), "{words} in\n{page}");
        }
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
        run.privacy["origin"]["declared_size"] = json!(size);
        assert_eq!(
            status(&page(&run), "Is delta at most"),
            expected,
            "{size:?}"
        );
    }
    (run.result["privacy"]["delta"], run.privacy["delta"]) = (json!(2e-5), json!(2e-5));
    for (size, expected) in [
        (None, "not stated"),
        (Some(10), "met"),
        (Some(224), "not met"),
    ] {
        run.privacy["origin"]["declared_size"] = json!(size);
        assert_eq!(status(&page(&run), "Is delta at most"), expected);
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
    let page = page(&made::selection());
    assert_eq!(status(&page, "hyperparameters were chosen"), "met");
    // It publishes a count, and what it asks is not all known before.
    assert_eq!(status(&page, "depends on the data"), "met");
    assert!(page.contains("predicts rightly, with noise"));
    assert_eq!(status(&page, "every question known"), "not met");
}

#[test]
fn later_rounds_of_questions_are_not_known_before() {
    let mut run = made::pate();
    for (rounds, expected) in [
        (json!(1), "met"),
        (json!(2), "not met"),
        (json!(null), "not stated"),
    ] {
        run.privacy["origin"]["question_rounds"] = rounds;
        assert_eq!(status(&page(&run), "every question known"), expected);
    }
}

#[test]
fn a_bound_of_the_votes_is_rounded() {
    for (words, without, with) in [
        ("floating-point", "met", "not met"),
        ("left as the noise made it", "not applicable", "not met"),
    ] {
        assert_eq!(status(&page(&made::pate()), words), without);
        assert_eq!(status(&page(&made::sanitised()), words), with);
    }
    // It was computed and paid for, even where it is not shown.
    let mut run = made::pate();
    let bound = json!({"kind": "smooth_sensitivity_release", "smoothness": 0.025, "noise_multiplier": 5.0, "shift": 3.0});
    run.privacy["events"] = json!({"kind": "composed", "events": [run.privacy["events"], bound]});
    assert_eq!(status(&page(&run), "floating-point"), "not met");
}

#[test]
fn one_record_for_each_person_is_the_owners_word() {
    let owner = |text: &str| toml::from_str::<Owner>(text).unwrap();
    let words = "at least a person";
    for (text, of_records, of_users) in [
        ("", "not met", "not stated"),
        ("records_per_person = \"Up to forty.\"", "not met", "stated"),
        ("one_record_per_person = false", "not met", "not stated"),
        ("one_record_per_person = true", "stated", "not stated"),
    ] {
        let page = |run: Made| nist_checklist(&run.facts(), &owner(text));
        assert_eq!(status(&page(made::dp_sgd()), words), of_records, "{text}");
        assert_eq!(status(&page(made::users()), words), of_users, "{text}");
    }
    let told = nist_checklist(
        &made::users().facts(),
        &owner("records_per_person = \"Up to forty.\""),
    );
    assert!(told.contains("Up to forty."));
}

#[test]
fn a_refusal_of_too_many_units_is_not_hidden() {
    let mut run = made::dp_sgd();
    run.privacy["events"] = json!({"kind": "self_composed", "count": 4, "event": {
        "kind": "truncated_subsampled_gaussian", "dataset_size": 1000, "sampling_probability": 0.01,
        "truncated_batch_size": 20, "noise_multiplier": 2.0}});
    assert_eq!(status(&page(&run), "among the records at all"), "not met");
}

#[test]
fn files_that_stay_inside_are_said_to() {
    let page = page(&made::pate());
    for name in ["config.resolved.toml", "result.json", "evaluation.json"] {
        let inside = format!("`{name}` (in the run directory, not released)");
        assert_eq!(
            page.matches(&format!("`{name}`")).count(),
            page.matches(&inside).count()
        );
        assert!(page.contains(&inside), "{name}");
    }
}

#[test]
fn votes_from_elsewhere_are_somebodys_word() {
    let mut run = made::pate();
    assert_eq!(status(&page(&run), "contribution of each unit"), "met");
    run.privacy["origin"]["votes_from_elsewhere"] = json!(true);
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
        count(&told, "**Stated.** By the owner's word") - 1
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
