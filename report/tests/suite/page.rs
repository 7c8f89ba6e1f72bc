//! The page, its table, and what stays inside.

use privet_accountant::DpEvent;
use privet_report::page::{Report, inside};
use privet_report::terminal::{Letters, compare, json};
use privet_report::{csv, numbers};

use crate::made::{Folder, Made, noisy_sgd};

fn html(made: &[Made]) -> String {
    Report::of(&Folder::new().runs(made)).html().unwrap()
}

#[track_caller]
fn has(page: &str, words: &[&str]) {
    for word in words {
        assert!(page.contains(word), "no `{word}` in the page");
    }
}

#[test]
fn a_page_shows_each_epsilon_and_that_of_all() {
    let (a, b) = (noisy_sgd(2.0, 300), noisy_sgd(1.5, 200));
    let runs = Folder::new().runs(&[a.clone(), b.clone()]);
    let report = Report::of(&runs);
    let page = report.html().unwrap();
    let shown = |value: f64| format!(">{}<", numbers::epsilon(value));
    let whole = report.together()[0].whole.epsilon;
    has(&page, &[&shown(a.cost()), &shown(b.cost()), &shown(whole)]);
    has(
        &page,
        &[
            "2 runs on clinic",
            "events of all composed (pld) at the delta that all have",
            "choosing a run by them costs nothing more",
            "Choosing by raw scores on private data is not supported",
            "<h3>Epsilon over steps</h3>",
            "<h3>What an attacker can do</h3>",
            "<h3>Accuracy and privacy on clinic</h3>",
            "Right answers lie on the diagonal: 87.50 %",
            "<strong>Warning:</strong> delta is &#60;large&#62;.",
            "<li>noise: Gaussian</li>",
            "<li>it is so</li>",
            "<p>Of <strong>this</strong> &amp; that.</p>",
        ],
    );
    assert!(
        !page.contains("http://")
            || page.matches("http://").count() == page.matches("http://www.w3.org").count()
    );
    assert!(!page.contains("https://") && !page.contains("NOT PRIVATE"));
}

#[test]
fn a_single_run_says_what_an_attacker_can_do() {
    let one = noisy_sgd(2.0, 300);
    let page = html(std::slice::from_ref(&one));
    has(
        &page,
        &[
            "run-0: noisy SGD on clinic",
            "accepts one false alarm in 100",
            "87.50 %",
        ],
    );
    // No private score is chosen by where there is one run.
    assert!(!page.contains("Choosing by raw scores"));
}

#[test]
fn names_cannot_become_elements() {
    let named = Made {
        dataset: "<script>alert(1)</script>",
        ..noisy_sgd(2.0, 300)
    };
    let page = html(&[named.clone(), named]);
    assert!(!page.contains("<script>alert"));
}

#[test]
fn what_is_not_private_is_loud_and_on_no_curve() {
    let fixed = Made {
        private: false,
        ..noisy_sgd(2.0, 300)
    };
    let runs = Folder::new().runs(&[fixed.clone(), noisy_sgd(1.5, 200)]);
    let report = Report::of(&runs);
    let page = report.html().unwrap();
    has(
        &page,
        &[
            "<strong>NOT PRIVATE:</strong> run-0",
            "1 run on the same people is NOT PRIVATE",
        ],
    );
    let epsilon = numbers::epsilon(fixed.cost());
    assert!(
        !page.contains(&format!(">{epsilon}<")),
        "an epsilon of predictable noise"
    );
    for figure in report.figures() {
        assert!(
            !format!("{:?}", figure.body).contains(&format!("epsilon {epsilon}")),
            "{}",
            figure.name
        );
    }
    let text = compare(&runs, report.together(), Letters::Ascii);
    assert!(text.contains("NOT PRIVATE: 1 more on clinic") && !text.contains(&epsilon));
    let table = String::from_utf8(csv::csv(&runs.runs).unwrap()).unwrap();
    assert!(
        table.contains("run-0,dp-sgd,clinic,1,false,,,,,,0.875"),
        "{table}"
    );
    assert!(json(&runs, report.together())["runs"][0]["privacy"].is_null());
    let alone = html(&[fixed]);
    has(&alone, &["no epsilon bounds what this page tells"]);
}

#[test]
fn a_statement_below_its_events_is_called_out() {
    let wrong = Made {
        epsilon: Some(0.01),
        ..noisy_sgd(2.0, 300)
    };
    let found = format!(
        "finds epsilon {} for the events",
        numbers::epsilon(noisy_sgd(2.0, 300).cost())
    );
    has(&html(&[wrong]), &[&found, "states 0.01", "do not rely"]);
}

#[test]
fn times_and_votes_of_confidential_records_stay_inside() {
    let confidential = Made {
        benchmark: false,
        ..noisy_sgd(2.0, 300)
    };
    let runs = Folder::new().runs(&[confidential]);
    let page = Report::of(&runs).html().unwrap();
    let table = String::from_utf8(csv::csv(&runs.runs).unwrap()).unwrap();
    for private in [
        "77.5",
        "70.2",
        "123.4 MB",
        "123400000",
        "votes ahead",
        "Time by phase",
    ] {
        assert!(!page.contains(private), "{private}");
        assert!(!table.contains(private), "{private}");
    }
    has(&page, &["in private/report.html"]);
    let page = inside(&runs.runs[0]).unwrap().unwrap();
    has(
        &page,
        &[
            "<strong>PRIVATE.</strong>",
            "77.5 s",
            "123.4 MB",
            "votes ahead",
            "Time by phase",
        ],
    );

    let runs = Folder::new().runs(&[noisy_sgd(2.0, 300)]);
    assert_eq!(inside(&runs.runs[0]).unwrap(), None);
    has(
        &Report::of(&runs).html().unwrap(),
        &["77.5 s", "123.4 MB", "votes ahead", "Time by phase"],
    );
    let table = String::from_utf8(csv::csv(&runs.runs).unwrap()).unwrap();
    assert!(table.contains("77.5,123400000"), "{table}");
}

#[test]
fn repetitions_have_error_bars() {
    let with = |accuracy: f64, seed| Made {
        accuracy,
        config: seed,
        ..noisy_sgd(2.0, 300)
    };
    let page = html(&[with(0.8, "seed = 1"), with(0.9, "seed = 2")]);
    has(&page, &["85 %", "standard deviation 7.071 %", "n = 2 runs"]);
}

#[test]
fn json_holds_runs_and_the_whole() {
    let (a, b) = (noisy_sgd(2.0, 300), noisy_sgd(1.5, 200));
    let runs = Folder::new().runs(&[a.clone(), b]);
    let report = Report::of(&runs);
    let value = json(&runs, report.together());
    assert_eq!(value["runs"][0]["privacy"]["epsilon"], a.cost());
    assert_eq!(
        value["together"][0]["epsilon"],
        report.together()[0].whole.epsilon
    );
    assert_eq!(
        value["together"][0]["runs"],
        serde_json::json!(["run-0", "run-1"])
    );
}

#[test]
fn a_plain_baseline_is_an_anchor() {
    let baseline = Made {
        method: "baseline",
        event: DpEvent::non_private(),
        private: false,
        accuracy: 0.95,
        ..noisy_sgd(2.0, 300)
    };
    let page = html(&[noisy_sgd(2.0, 300), baseline]);
    has(&page, &["no privacy: 95 % at epsilon"]);
}

#[test]
fn every_figure_has_a_name_of_its_own() {
    let folder = Folder::new();
    let paths = ["a.b", "a-b"].map(|name| folder.run(name, &noisy_sgd(2.0, 300)));
    let runs = privet_report::Runs::read(&paths);
    let report = Report::of(&runs);
    let names: Vec<&str> = report
        .figures()
        .map(|figure| figure.name.as_str())
        .collect();
    let different: std::collections::BTreeSet<&str> = names.iter().copied().collect();
    assert_eq!(names.len(), different.len(), "{names:?}");
    assert!(names.contains(&"confusion-a-b") && names.contains(&"confusion-a-b-2"));
}
