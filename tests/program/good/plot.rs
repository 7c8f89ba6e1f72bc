//! `--plot`: a picture that any viewer can open.

use super::account::TRAINING;
use crate::folder::Folder;

/// Checks that a document is well-formed: every tag is closed in order, and text is escaped.
#[track_caller]
fn well_formed(svg: &str) {
    let mut open = Vec::new();
    let mut rest = svg;
    while let Some((text, tail)) = rest.split_once('<') {
        assert!(!text.contains('>'), "{text}");
        let (tag, tail) = tail.split_once('>').unwrap();
        assert!(!tag.contains('<'), "{tag}");
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name.trim()));
        } else if !tag.ends_with('/') {
            open.push(tag.split_whitespace().next().unwrap());
        }
        rest = tail;
    }
    assert!(open.is_empty(), "{open:?}");
    assert!(
        !svg.contains("NaN") && !svg.contains("inf "),
        "not a number in the picture"
    );
}

#[test]
fn noisy_sgd_has_two_panels() {
    let folder = Folder::empty();
    let words = [
        &["account", "dp-sgd"],
        &TRAINING[..],
        &["--delta=1e-5", "--plot=cost.svg"],
    ];
    folder.privet(&words.concat()).well();
    let svg = folder.text("cost.svg");
    well_formed(&svg);
    assert!(svg.starts_with("<svg "));
    for words in [
        "epsilon at delta 1e-5",
        "steps",
        "false-positive rate",
        "false-negative rate",
        "guarantee",
        "by RDP",
    ] {
        assert!(svg.contains(&format!(">{words}</text>")), "{words}");
    }
}

#[test]
fn delta_has_a_logarithmic_axis() {
    let folder = Folder::empty();
    let event =
        r#"{"kind":"self_composed","count":90,"event":{"kind":"gaussian","noise_multiplier":20}}"#;
    folder.write("events.json", event);
    folder
        .privet(&["account", "events.json", "--epsilon=2", "--plot=cost.svg"])
        .well();
    let svg = folder.text("cost.svg");
    well_formed(&svg);
    assert!(svg.contains(">1e-10</text>"));
}

#[test]
fn one_event_has_its_trade_off_curve() {
    let folder = Folder::empty();
    let name = "a & b <c>.json";
    folder.write(name, r#"{"kind":"gaussian","noise_multiplier":2}"#);
    folder
        .privet(&["account", name, "--delta=1e-5", "--plot=cost.SVG"])
        .well();
    let svg = folder.text("cost.SVG");
    well_formed(&svg);
    assert!(!svg.contains(">steps</text>") && svg.contains(">false-positive rate</text>"));
}

#[test]
fn extreme_costs_are_drawn_too() {
    let folder = Folder::empty();
    for noise in ["0", "1e-150", "1e-3", "1e150"] {
        for steps in ["1", "18446744073709551615"] {
            let words = [
                "account",
                "dp-sgd",
                "--sampling-probability=0.5",
                "--delta=1e-9",
            ];
            let more = [
                "--noise-multiplier",
                noise,
                "--steps",
                steps,
                "--plot=cost.svg",
            ];
            folder.privet(&[&words[..], &more].concat()).well();
            well_formed(&folder.text("cost.svg"));
        }
    }
}
