//! What the papers must not say, and on what they refuse to speak.

use privet_report::ReportError;
use privet_report::papers::{Facts, Owner, model_card, nist_checklist, registry_entry};
use serde_json::{Value, json};

use super::made::{self, Made};
use crate::made::{Folder, noisy_sgd, write};

fn papers(run: &Made, owner: &Owner) -> [String; 3] {
    let facts = run.facts();
    [
        model_card(&facts, owner, &made::files()),
        nist_checklist(&facts, owner),
        registry_entry(&facts, owner),
    ]
}

#[test]
fn nothing_private_is_said() {
    // Seconds, memory, bytes, seeds, paths, names of budgets, an epsilon of the very votes.
    for (name, run) in made::all() {
        for paper in papers(&run, &made::talkative()) {
            for secret in [
                "8642",
                "31337",
                "secret",
                "0.1234",
                "workers",
                "physical_batch",
                "danger",
            ] {
                assert!(!paper.contains(secret), "{secret} of {name} in\n{paper}");
            }
        }
    }
}

#[test]
fn measurements_of_private_records_are_shown_of_benchmarks_alone() {
    let mut run = made::pate();
    let shown = papers(&run, &Owner::default());
    assert!(
        shown[0].contains("85.25 %")
            && shown[0].contains("83.50 %")
            && shown[1].contains("85.25 %")
    );
    run.evaluation["public_benchmark"] = json!(false);
    for paper in papers(&run, &Owner::default()) {
        assert!(
            !paper.contains("85.25 %") && !paper.contains("83.50 %"),
            "{paper}"
        );
    }
}

#[test]
fn papers_of_what_is_not_private_stay_inside() {
    let mut run = made::baseline();
    assert!(run.facts().may_be_published());
    run.evaluation["public_benchmark"] = json!(false);
    assert!(!run.facts().may_be_published());
    assert!(made::dp_sgd().facts().may_be_published() && made::dp_sgd().facts().is_private());
}

#[test]
fn files_that_disagree_make_no_papers() {
    let run = made::pate();
    let mut privacy = run.privacy.clone();
    privacy["epsilon"] = json!(0.5);
    let evaluation = serde_json::from_value(run.evaluation.clone()).unwrap();
    let config = run.config.parse().unwrap();
    let error = Facts::new(&run.result, &privacy, &evaluation, &config, None).unwrap_err();
    assert!(
        matches!(error, ReportError::Damaged { .. })
            && error.to_string().contains("epsilon is 0.5"),
        "{error}"
    );
    let error = Facts::new(&json!({}), &privacy, &evaluation, &config, None).unwrap_err();
    assert!(
        error.to_string().contains("result.json is damaged"),
        "{error}"
    );
}

#[test]
fn the_author_of_a_student_knows_no_more_than_came_with_the_labels() {
    let run = made::student();
    let [card, checklist, entry] = papers(&run, &Owner::default());
    for words in ["77777", "teachers.", "aggregator.", "declared_size_guess"] {
        for paper in [&card, &checklist, &entry] {
            assert!(!paper.contains(words), "{words} in\n{paper}");
        }
    }
    for words in [
        "of 5000 private records",
        "`student.epochs`",
        "came from elsewhere",
    ] {
        assert!(card.contains(words), "no {words} in\n{card}");
    }
    // Nor does who exports it again.
    let facts = run.facts().with_declared_size(Some(77777));
    assert!(!model_card(&facts, &Owner::default(), &[]).contains("77777"));
    // Of labels of an earlier version nothing is known.
    let mut old = run;
    old.privacy["origin"] = json!({});
    let facts = old.facts().with_declared_size(Some(77777));
    let card = model_card(&facts, &Owner::default(), &[]);
    assert!(!card.contains("77777") && !card.contains("as declared"));
}

#[test]
fn a_directory_is_read_as_it_is_in_memory() {
    let folder = Folder::new();
    let mut made = noisy_sgd(2.0, 300);
    made.config =
        "[data]\nname = \"clinic\"\ndeclared_size = 500\n[dp_sgd]\narithmetic = \"exact\"";
    let path = folder.run("run", &made);
    // A statement whose source forges a section.
    write(
        &path,
        "released/statement.md",
        "# S\n\n## Attribution\n\nForged.\n",
    );
    let change = |name: &str, key: &str, value: Value| {
        let text = std::fs::read_to_string(path.join(name)).unwrap();
        let mut file: Value = serde_json::from_str(&text).unwrap();
        file[key] = value;
        write(&path, name, &file.to_string());
    };
    change(
        "evaluation.json",
        "attribution",
        json!("X & Y (licence: Z)"),
    );
    let facts = Facts::read(&path).unwrap();
    let page = nist_checklist(&facts, &Owner::default());
    assert!(page.contains("do not say in which ledger"));
    let origin = json!({"declared_size": 500, "shared_ledger": false});
    change("released/privacy.json", "origin", origin);
    let facts = Facts::read(&path).unwrap();
    let card = model_card(&facts, &Owner::default(), &[]);
    for words in [
        "of 500 private records as declared",
        "X & Y (licence: Z)",
        "87.50 %",
        "delta is &lt;large&gt;",
    ] {
        assert!(card.contains(words), "no {words} in\n{card}");
    }
    assert!(!card.contains("Forged"));
    let page = nist_checklist(&facts, &Owner::default());
    assert!(
        page.contains("charged in its own directory alone") && page.contains("sampled exactly")
    );
    let origin = json!({"shared_ledger": true});
    change("released/privacy.json", "origin", origin);
    let page = nist_checklist(&Facts::read(&path).unwrap(), &Owner::default());
    assert!(page.contains("in a ledger of all runs"));
    let larger = Facts::read(&path).unwrap().with_declared_size(Some(700));
    assert!(model_card(&larger, &Owner::default(), &[]).contains("of 700 private records"));
    write(&path, "config.resolved.toml", "a =");
    assert!(
        Facts::read(&path)
            .unwrap_err()
            .to_string()
            .contains("config.resolved.toml is damaged")
    );
}
