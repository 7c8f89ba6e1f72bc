//! `privet account pate`: what is public without being asked, and what is private.

use std::path::Path;

use privet_mechanisms::{
    ChangedVotes, ConfidentScales, DpEvent, InteractiveGnMax, InteractiveParameters, LnMax,
    MultiLabel, MultiLabelParameters, NearestQuestions, NearestQuestionsParameters, NoisyMax,
    PrivateKnn, PrivateKnnParameters, VoteNoise, VoteQueries, VoteSign,
};
use serde_json::{Value, json};

use crate::folder::Folder;
use crate::formats::npy;

const CONFIDENT: [&str; 8] = [
    "--mechanism",
    "confident-gnmax",
    "--threshold",
    "200",
    "--sigma-threshold",
    "150",
    "--sigma",
    "40",
];

/// A folder with the votes of 250 teachers on 4 queries: three clear ones and a tie.
fn with_votes() -> Folder {
    let folder = Folder::empty();
    folder.write(
        "votes.npy",
        npy(
            "|u1",
            &[4, 3],
            &[250, 0, 0, 0, 245, 5, 10, 0, 240, 125, 125, 0],
        ),
    );
    folder
}

/// The object that `privet account pate` prints, and what it says on standard error.
#[track_caller]
fn accounted(folder: &Folder, words: &[&str]) -> (Value, String) {
    let start = ["account", "pate", "votes.npy", "--delta", "1e-5", "--json"];
    let said = folder.privet(&[&start, words].concat()).well();
    (serde_json::from_str(&said.out).unwrap(), said.err)
}

#[test]
fn private_values_are_null_until_they_are_asked_for() {
    let folder = with_votes();
    let (public, said) = accounted(&folder, &CONFIDENT);
    assert_eq!(said, "");
    for (key, value) in [
        ("delta", json!(1e-5)),
        ("conversion", json!("improved")),
        ("expected_answered", Value::Null),
        ("neighboring", json!("add-or-remove-one")),
        ("queries", json!(4)),
        ("reasons", public["reasons"].clone()),
    ] {
        assert_eq!(public[key], value, "{key}");
    }
    assert_eq!(public["epsilon"]["data_dependent"], Value::Null);
    assert_eq!(public["epsilon"]["sanitized"], Value::Null);
    let reason = public["reasons"]["epsilon.data_dependent"]
        .as_str()
        .unwrap();
    assert!(reason.contains("--private-diagnostics"), "{reason}");
    assert!(public["reasons"]["expected_answered"].is_string());
    assert!(public["reasons"]["epsilon.sanitized"].is_string());

    // The same whatever the votes are.
    let other = Folder::empty();
    other.write(
        "votes.npy",
        npy(
            "|u1",
            &[4, 3],
            &[99, 99, 52, 83, 83, 84, 250, 0, 0, 0, 0, 250],
        ),
    );
    assert_eq!(accounted(&other, &CONFIDENT).0, public);

    let words = [&CONFIDENT[..], &["--private-diagnostics"]].concat();
    let (private, said) = accounted(&folder, &words);
    assert!(said.contains("do not publish"), "{said}");
    let [independent, dependent] =
        ["data_independent", "data_dependent"].map(|key| private["epsilon"][key].as_f64().unwrap());
    assert!(dependent < independent, "{private}");
    assert_eq!(
        private["epsilon"]["data_independent"],
        public["epsilon"]["data_independent"]
    );
    let answered = private["expected_answered"].as_f64().unwrap();
    // The largest counts are 50, 45, 40 above and 75 below the threshold: sums of four tails.
    assert!((answered - 2.16).abs() < 0.01, "{answered}");
}

#[test]
fn a_sanitized_epsilon_has_noise_and_a_failure_probability() {
    let folder = with_votes();
    let gnmax = ["--mechanism", "gnmax", "--sigma", "40"];
    let sanitize = [
        "--sanitize-order=14",
        "--sanitize-beta=0.02",
        "--sanitize-noise=6",
    ];
    let words = [&gnmax[..], &sanitize].concat();
    let (found, said) = accounted(&folder, &words);
    assert!(said.contains("publish the first"), "{said}");
    assert_eq!(found["sanitize"]["order"], 14.0);
    assert_eq!(found["sanitize"]["failure_probability"], 1e-3);
    assert_eq!(found["epsilon"]["data_dependent"], Value::Null);
    let sanitized = found["epsilon"]["sanitized"].as_f64().unwrap();
    assert!(sanitized > 0.0);
    assert_ne!(
        accounted(&folder, &words).0,
        found,
        "the noise is not fresh"
    );
    let table = folder.privet(
        &[
            &["account", "pate", "votes.npy", "--delta=1e-5"],
            &words[..],
        ]
        .concat(),
    );
    let table = table.well().out;
    assert!(table.contains("too low with probability 0.001"), "{table}");
    // Laplace noise has no smooth sensitivity.
    let laplace = [&["--mechanism", "lnmax", "--scale", "40"], &sanitize[..]].concat();
    let (found, _) = accounted(&folder, &laplace);
    assert_eq!(found["epsilon"]["sanitized"], Value::Null);
    let reason = found["reasons"]["epsilon.sanitized"].as_str().unwrap();
    assert!(reason.contains("Gaussian"), "{reason}");
}

#[test]
fn the_data_independent_cost_is_that_of_the_events() {
    let folder = with_votes();
    for words in [
        &CONFIDENT[..],
        &["--mechanism", "gnmax", "--sigma", "40"],
        &["--mechanism", "lnmax", "--scale", "20"],
    ] {
        let (found, _) = accounted(&folder, words);
        folder.write("events.json", found["events"].to_string());
        let said = folder.privet(&["account", "events.json", "--delta", "1e-5", "--json"]);
        let events: Value = serde_json::from_str(&said.well().out).unwrap();
        assert_eq!(
            events["epsilon"]["rdp"],
            found["epsilon"]["data_independent"]
        );
    }
}

/// Whatever the votes, and without any: the events are those of the library's plans.
#[test]
fn mechanisms_without_votes_cost_what_their_plans_say() {
    let of = |event: DpEvent| serde_json::to_value(event).unwrap();
    let asked = VoteQueries {
        classes: 2,
        queries: 600,
        changed_votes: ChangedVotes::ONE,
    };
    let interactive = InteractiveGnMax::new(
        InteractiveParameters {
            scales: ConfidentScales {
                threshold: 0.0,
                threshold_scale: 150.0,
                vote_scale: 40.0,
            },
            teachers: 1,
            confidence: 0.5,
            max_answers: 200,
        },
        asked,
    );
    let knn = PrivateKnn::new(PrivateKnnParameters {
        classes: 2,
        queries: 600,
        neighbours: 1,
        sampling_probability: 0.05,
        vote_scale: 28.0,
        check: None,
        max_answers: 600,
    });
    let nearest = NearestQuestions::new(NearestQuestionsParameters {
        classes: 2,
        queries: 600,
        ballots: 3,
        vote_scale: 28.0,
    });
    let by_label = |sign| {
        MultiLabel::new(MultiLabelParameters {
            labels: 2,
            teachers: 1,
            queries: 600,
            changed_votes: ChangedVotes::ONE,
            norm: 1.5,
            sign,
            threshold: 0.0,
            scale: 30.0,
        })
    };
    let discrete = LnMax::with_noise(VoteNoise::DiscreteLaplace, 40.0, asked);
    for (words, event) in [
        (
            "interactive-gnmax --sigma 40 --sigma-threshold 150 --max-answers 200",
            interactive.unwrap().event(),
        ),
        (
            "private-knn --sampling-probability 0.05 --sigma 28",
            knn.unwrap().event(),
        ),
        (
            "nearest-questions --questions-per-record 3 --sigma 28",
            nearest.unwrap().event(),
        ),
        (
            "multi-label --clipping-norm 1.5 --sigma 30",
            by_label(VoteSign::NonNegative).unwrap().event(),
        ),
        (
            "multi-label --clipping-norm 1.5 --sigma 30 --vote-sign any",
            by_label(VoteSign::Any).unwrap().event(),
        ),
        (
            "lnmax --scale 40 --noise discrete-laplace",
            discrete.unwrap().event(),
        ),
    ] {
        let start = "account pate --queries 600 --delta 1e-5 --json --mechanism";
        let words: Vec<&str> = start.split(' ').chain(words.split(' ')).collect();
        let said = Folder::empty().privet(&words).well();
        let found: Value = serde_json::from_str(&said.out).unwrap();
        assert_eq!(found["events"], of(event));
        assert!(found["guarantee"]["epsilon"].as_f64().unwrap() > 0.0);
        assert_eq!(
            found["reasons"]["epsilon.data_dependent"],
            "no votes were given"
        );
    }
}

#[test]
fn caps_and_changed_votes_enter_the_cost() {
    let folder = with_votes();
    let epsilon = |words: &[&str]| {
        let (found, _) = accounted(&folder, &[&CONFIDENT, words].concat());
        found["epsilon"]["data_independent"].as_f64().unwrap()
    };
    let all = epsilon(&[]);
    assert!(epsilon(&["--max-answers", "2"]) < all);
    assert!(epsilon(&["--queries", "2"]) < all);
    assert!(epsilon(&["--conversion", "classic"]) > all);
    let two = epsilon(&["--changed-votes", "2"]);
    assert!(two > all);
    assert_eq!(epsilon(&["--neighboring", "replace-one"]), two);
    assert_eq!(
        epsilon(&["--neighboring", "replace-one", "--changed-votes", "1"]),
        all
    );
}

#[test]
fn the_table_says_which_number_is_the_guarantee() {
    let folder = with_votes();
    let start = [
        "account",
        "pate",
        "votes.npy",
        "--delta",
        "1e-5",
        "--plot",
        "cost.svg",
    ];
    let said = folder.privet(&[&start[..], &CONFIDENT].concat()).well();
    for words in [
        "the guarantee for any votes",
        "none: private",
        "sigma threshold 150",
    ] {
        assert!(said.out.contains(words), "{}", said.out);
    }
    assert!(folder.text("cost.svg").contains(">queries</text>"));
}

#[test]
fn the_published_votes_cost_what_was_published() {
    let published = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/data/pate-votes/mnist_250_teachers.npy");
    if !published.exists() {
        eprintln!(
            "skipped: the published votes are not at {}",
            published.display()
        );
        return;
    }
    let folder = Folder::empty();
    folder.write("votes.npy", std::fs::read(published).unwrap());
    let words = [
        "--queries",
        "640",
        "--conversion",
        "classic",
        "--private-diagnostics",
    ];
    let (found, _) = accounted(&folder, &[&CONFIDENT[..], &words].concat());
    // Table 2 of Papernot et al. 2018 has three digits, from a list of orders.
    let epsilon = found["epsilon"]["data_dependent"].as_f64().unwrap();
    assert!((1.998..=1.9995).contains(&epsilon), "{epsilon}");
    let answered = found["expected_answered"].as_f64().unwrap();
    assert!((answered - 282.72).abs() < 0.005, "{answered}");
}
