//! Entries for the registry of deployments.

use privet_report::papers::{Owner, REGISTRY_ENTRY, registry_entry};
use serde_json::{Value, json};

use super::rules::violations;
use super::{made, yaml};

#[test]
fn an_entry_of_a_talkative_owner_fits_the_schema() {
    for run in [
        made::pate(),
        made::dp_sgd(),
        made::users(),
        made::sanitised(),
        made::selection(),
        made::student(),
    ] {
        let text = registry_entry(&run.facts(), &made::talkative());
        let entry = yaml::parse(&text);
        assert_eq!(violations(&entry), [""; 0], "{text}");
        assert!(!text.contains("fill in"), "{text}");
        assert_eq!(entry["deployment"]["administrative"]["tier"], 3);
        assert_eq!(
            entry["deployment"]["privacy_loss"]["privacy_parameters"],
            json!({"epsilon": 1, "delta": 1e-5})
        );
    }
}

#[test]
fn what_nobody_said_is_left_for_a_person() {
    let text = registry_entry(&made::users().facts(), &Owner::default());
    let entry = yaml::parse(&text);
    // What the schema lets be empty is; the rest keeps the entry from being sent in as it is.
    assert_eq!(
        violations(&entry),
        [
            "/deployment/basic/publication_date has another type",
            "/deployment/basic/data_curators/0/data_curator_type = null",
            "publication_date is no date"
        ]
    );
    assert_eq!(entry["deployment"]["basic"]["intended_use"], "");
    assert_eq!(
        entry["deployment"]["basic"]["data_product_sector"],
        Value::Null
    );
    assert_eq!(entry["deployment"]["administrative"]["tier"], 2);
    for key in [
        "organisation",
        "organisation_kind",
        "intended_use",
        "region",
        "publication_date",
        "authors",
    ] {
        let line = text
            .lines()
            .find(|line| line.starts_with(&format!("#   {key}: ")));
        assert!(
            line.is_some_and(|line| line.ends_with("(required)")),
            "{key}"
        );
    }
    assert_eq!(text.matches("required: ").count(), 6);
    let name = entry["deployment"]["basic"]["name"].as_str().unwrap();
    assert_eq!(name, "own \\*data\\* \"x\": \\# &lt;b&gt; ----dp-sgd");
    assert_eq!(entry["url_slug"], "own-data-x-b-dp-sgd");
    assert_eq!(
        entry["deployment"]["privacy_loss"]["number_of_privacy_units"],
        26000
    );
}

#[test]
fn what_is_shown_of_a_benchmark_is_named() {
    let unprotected = |run: &made::Made| {
        let entry = yaml::parse(&registry_entry(&run.facts(), &Owner::default()));
        let text = &entry["deployment"]["dp_variant"]["unprotected_quantities"];
        text.as_str().unwrap().to_owned()
    };
    let mut run = made::pate();
    let shown = unprotected(&run);
    assert!(
        shown.contains("trained on the same records without privacy")
            && shown.contains("equal the truth"),
        "{shown}"
    );
    assert!(!shown.contains("Nothing that was computed"));
    run.evaluation["public_benchmark"] = json!(false);
    assert!(unprotected(&run).starts_with("Nothing that was computed"));
}

#[test]
fn rounding_around_a_bound_of_the_votes_is_told() {
    let mechanisms = |run: &made::Made| {
        let entry = yaml::parse(&registry_entry(&run.facts(), &Owner::default()));
        let text = &entry["deployment"]["implementation"]["mechanisms"];
        text.as_str().unwrap().to_owned()
    };
    assert!(mechanisms(&made::pate()).contains("added without rounding"));
    assert!(!mechanisms(&made::sanitised()).contains("added without rounding"));
}

#[test]
fn labels_alone_are_a_data_set() {
    let mut run = made::pate();
    run.result["utility"]["test_accuracy"] = Value::Null;
    run.evaluation["confusion"] = Value::Null;
    run.model = None;
    let entry = yaml::parse(&registry_entry(&run.facts(), &made::talkative()));
    assert_eq!(violations(&entry), [""; 0]);
    assert_eq!(entry["deployment"]["basic"]["data_product_type"], "Dataset");
}

#[test]
fn what_is_not_private_is_no_deployment() {
    for run in [made::fixed_noise(), made::baseline()] {
        let text = registry_entry(&run.facts(), &made::talkative());
        assert!(text.starts_with("# NOT PRIVATE."), "{text}");
        assert!(text.lines().all(|line| line.starts_with('#')), "{text}");
    }
}

#[test]
fn the_name_of_the_file_is_one_that_the_registry_takes() {
    let stem = REGISTRY_ENTRY.strip_suffix(".yaml").unwrap();
    assert!(
        stem.bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    );
}
