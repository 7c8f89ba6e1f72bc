//! What several papers say in the same words.

use privet_accountant::NeighboringRelation;

use super::escape::{inline, paragraphs};
use super::{Facts, Owner};
use crate::numbers::epsilon;

/// The version that writes the papers.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Why nothing is guaranteed; none of a private run.
pub(super) fn not_private(facts: &Facts) -> Option<&'static str> {
    match (facts.is_private(), facts.result.privacy.is_some()) {
        (true, _) => None,
        (false, true) => Some(
            "The noise of this run can be predicted, as it came from a fixed seed, for debugging. Whoever \
             knows the seed can take it away. Nothing is guaranteed; do not publish these files.",
        ),
        (false, false) => Some(
            "This model was trained without any privacy mechanism, to compare with. It may reveal records \
             that it was trained on. Do not publish it unless the records are public.",
        ),
    }
}

/// The warning at the top of a page, with an empty line behind it; empty for a private run.
pub(super) fn banner(facts: &Facts) -> String {
    not_private(facts).map_or_else(String::new, |why| format!("**NOT PRIVATE.** {why}\n\n"))
}

/// What the model is called.
pub(super) fn model_name(facts: &Facts, owner: &Owner) -> String {
    let made = || format!("{}-{}", facts.dataset(), facts.method());
    owner.model_name.clone().unwrap_or_else(made)
}

/// The method as people write it.
pub(super) fn method(facts: &Facts) -> &str {
    match facts.method() {
        "pate" if facts.setting("aggregator", "mechanism") == Some("private-knn") => {
            "private kNN (noisy votes of the nearest private records)"
        }
        "pate" => "PATE (private aggregation of teacher ensembles)",
        "dp-sgd" => "noisy SGD (stochastic gradient descent on clipped gradients with noise)",
        "baseline" => "training without privacy",
        other => other,
    }
}

/// What was made of what and how, in a sentence of plain text.
pub(super) fn summary(facts: &Facts) -> String {
    let what = match makes_model(facts) {
        true => "A classifier",
        false => "Labels of public examples",
    };
    let promise = guarantee(facts).map(|guarantee| format!(", with {guarantee}"));
    format!(
        "{what} for the data set {}, made by {}{}.",
        facts.dataset(),
        method(facts),
        promise.unwrap_or_default()
    )
}

/// Whether there is a model, and not labels alone.
pub(super) fn makes_model(facts: &Facts) -> bool {
    facts.circumstances().model.is_some() || facts.result.utility.test_accuracy.is_some()
}

/// The guarantee in a phrase, as plain text; none without one.
pub(super) fn guarantee(facts: &Facts) -> Option<String> {
    let stated = facts.guarantee()?;
    Some(format!(
        "({}, {:e})-differential privacy for data sets that differ in {}",
        epsilon(stated.epsilon),
        stated.delta,
        neighbours(facts)
    ))
}

/// In what neighbouring data sets differ, as plain text.
pub(super) fn neighbours(facts: &Facts) -> String {
    let unit = &facts.privacy.unit;
    match facts.privacy.neighboring_relation {
        Some(NeighboringRelation::AddOrRemoveOne) => format!("one {unit} more or less"),
        Some(NeighboringRelation::ReplaceOne) => format!("one {unit} exchanged for another"),
        Some(NeighboringRelation::ReplaceSpecial) => format!("one {unit} blanked out"),
        None => "nothing (no relation is stated)".into(),
    }
}

/// The accountant, with its conversion, as plain text.
pub(super) fn accountant(facts: &Facts) -> String {
    let Some(stated) = facts.guarantee() else {
        return "none".into();
    };
    let conversion = stated.conversion.as_ref();
    let conversion = conversion.map(|name| format!(" (conversion {name})"));
    format!("{}{}", stated.accountant, conversion.unwrap_or_default())
}

/// The same events by every accountant that supports them, as plain text; empty where there is one.
pub(super) fn by_accountant(facts: &Facts) -> String {
    let all = facts.privacy.by_accountant.iter().map(|found| {
        let conversion = found.conversion.as_ref().map(|name| format!(" ({name})"));
        let value = found.epsilon.map_or_else(|| "none".into(), epsilon);
        format!(
            "{value} by {}{}",
            found.accountant,
            conversion.unwrap_or_default()
        )
    });
    all.collect::<Vec<String>>().join(", ")
}

/// What the owner says, as paragraphs of Markdown, or which key would say it.
pub(super) fn said(text: Option<&String>, key: &str) -> String {
    match text {
        Some(text) => paragraphs(text),
        None => missing(key),
    }
}

/// The same on one line.
pub(super) fn said_in_line(text: Option<&String>, key: &str) -> String {
    text.map_or_else(|| missing(key), |text| inline(text))
}

/// The words that the Hub knows for a field that nobody filled.
pub(super) fn missing(key: &str) -> String {
    format!("[More Information Needed] (`[export.owner] {key}`)")
}

/// Sentences as a list, with a final newline.
pub(super) fn list(sentences: &[String]) -> String {
    sentences
        .iter()
        .map(|sentence| format!("- {}\n", inline(sentence)))
        .collect()
}
