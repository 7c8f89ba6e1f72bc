//! Model cards.

use privet_report::papers::{FileNote, Owner, model_card};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::made;
use super::yaml;

/// The front matter of a card, and what is below it.
fn parts(card: &str) -> (Value, &str) {
    let rest = card.strip_prefix("---\n").unwrap();
    let (front, body) = rest.split_once("\n---\n").unwrap();
    (yaml::parse(front), body)
}

#[test]
fn the_front_matter_is_that_of_the_hub() {
    for (name, run) in made::all() {
        let facts = run.facts();
        let card = model_card(&facts, &made::talkative(), &made::files());
        let (front, _) = parts(&card);
        assert_eq!(front["license"], "mit", "{name}");
        assert_eq!(front["library_name"], "privet");
        assert_eq!(front["pipeline_tag"], "tabular-classification");
        assert_eq!(front["datasets"], json!(["a/b"]));
        assert_eq!(front["metrics"], json!(["accuracy"]));
        let tags = front["tags"].as_array().unwrap();
        let promised = tags.contains(&json!("differential-privacy"));
        assert_eq!(
            (promised, tags.contains(&json!("not-private"))),
            (facts.is_private(), !facts.is_private())
        );
        let model = &front["model-index"][0];
        assert_eq!(model["name"], "M");
        let result = &model["results"][0];
        assert_eq!(result["task"]["type"], front["pipeline_tag"]);
        assert_eq!(result["dataset"]["name"], run.result["dataset"]);
        assert!(result["dataset"]["type"].is_string());
        assert_eq!(result["metrics"][0]["type"], "accuracy");
        assert_eq!(result["metrics"][0]["value"], 0.825);
        match facts.is_private() {
            true => assert_eq!(front["differential_privacy"]["epsilon"], json!(1)),
            false => assert_eq!(front["differential_privacy"], Value::Null),
        }
    }
}

#[test]
fn a_silent_owner_is_given_no_words() {
    let card = model_card(&made::dp_sgd().facts(), &Owner::default(), &[]);
    let (front, body) = parts(&card);
    assert_eq!(
        (&front["license"], &front["datasets"]),
        (&Value::Null, &Value::Null)
    );
    for key in [
        "organisation",
        "license",
        "intended_use",
        "out_of_scope_use",
        "limitations",
        "bias",
        "data_subjects",
        "data_collection",
        "hyperparameters",
        "citation",
        "authors",
        "contact",
        "url",
        "deployment",
    ] {
        assert!(
            body.contains(&format!(
                "[More Information Needed] (`[export.owner] {key}`)"
            )),
            "{key}"
        );
    }
    assert!(
        !model_card(&made::dp_sgd().facts(), &made::talkative(), &[])
            .contains("More Information Needed")
    );
}

#[test]
fn a_card_has_the_sections_of_the_template_and_its_numbers() {
    let card = model_card(&made::pate().facts(), &made::talkative(), &made::files());
    let mut last = 0;
    for section in [
        "# Model Card for M",
        "## Model Details",
        "## Uses",
        "## Bias, Risks, and Limitations",
        "## How to Get Started with the Model",
        "## Training Details",
        "## Evaluation",
        "## Privacy Guarantee",
        "## Technical Specifications",
        "## Citation",
        "## Attribution",
        "## Model Card Contact",
    ] {
        let at = card
            .find(&format!("\n{section}\n"))
            .unwrap_or_else(|| panic!("no {section}"));
        assert!(at > last, "{section}");
        last = at;
    }
    for words in [
        "| this model | 82.50 % | 78.47 % to 85.91 % |",
        "| without privacy, on the same data (a public benchmark) | 85.25 % |",
        "| &lt;=50K | 300 | 96.67 % |",
        "| &gt;50K | 60 | 40 |",
        "83.50 % of them equal the public truth",
        "with (1, 1e-5)-differential privacy for data sets that differ in one record more or less.",
        "**(1, 1e-5)-differential privacy**",
        "nn.Linear(3, 4),\n    nn.Tanh(),\n    nn.Linear(4, 2),",
        "26 parameters",
        "A. & B. (licence: CC BY 4.0)",
        "privet predict model.safetensors INPUT",
        "onnxruntime.InferenceSession(\"model.onnx\")",
        "arXiv:1802.08908",
    ] {
        assert!(card.contains(words), "no {words} in\n{card}");
    }
}

#[test]
fn what_is_not_private_says_so_first() {
    for run in [made::fixed_noise(), made::baseline()] {
        let card = model_card(&run.facts(), &Owner::default(), &made::files());
        assert!(card.starts_with("---\n# NOT PRIVATE\n"));
        let (_, body) = parts(&card);
        let opening = body
            .split("\n\n")
            .filter(|part| !part.trim().is_empty())
            .nth(1)
            .unwrap();
        assert!(opening.starts_with("**NOT PRIVATE.**"), "{opening}");
        assert!(!body.contains("satisfies"));
    }
    let card = model_card(&made::users().facts(), &Owner::default(), &made::files());
    assert!(!card.contains("NOT PRIVATE"));
}

#[test]
fn names_of_files_cannot_leave_their_place() {
    let file = FileNote {
        name: "a\"b\n```'|.safetensors".into(),
        format: "safetensors".into(),
        bytes: 1,
    };
    let card = model_card(&made::pate().facts(), &Owner::default(), &[file]);
    assert!(card.contains(r#"load_file("a\"b\n```'|.safetensors")"#));
    assert!(card.contains("````python\n"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn front_matter_gives_every_text_back(name in "(?s).{1,30}", licence in "(?s)[^a-z].{0,20}", class in "(?s).{1,10}") {
        let mut run = made::pate();
        run.result["dataset"] = json!(name);
        run.evaluation["confusion"]["classes"] = json!([class, "b"]);
        let owner = Owner { model_name: Some(name.clone()), license: Some(licence.clone()), ..Owner::default() };
        let card = model_card(&run.facts(), &owner, &made::files());
        let (front, body) = parts(&card);
        prop_assert_eq!(&front["license_name"], &json!(licence));
        let model = &front["model-index"][0];
        prop_assert_eq!(&model["name"], &json!(name));
        prop_assert_eq!(&model["results"][0]["dataset"]["name"], &json!(name));
        // No text brings a section, a row or an element of its own.
        let count = |what: &str| body.matches(what).count();
        let plain = model_card(&made::pate().facts(), &Owner { license: Some("x y".into()), ..Owner::default() }, &made::files());
        let plain = parts(&plain).1;
        prop_assert_eq!(count("\n#"), plain.matches("\n#").count());
        prop_assert_eq!(count("\n| "), plain.matches("\n| ").count());
        prop_assert_eq!(count("<"), plain.matches('<').count());
        prop_assert_eq!(body.lines().count(), plain.lines().count());
    }
}
