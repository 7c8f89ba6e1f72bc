//! What several papers say in the same words.

use privet_accountant::NeighboringRelation;
use privet_accountant::meaning::group::epsilon_delta;

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
        "pate" if facts.setting("aggregator", "mechanism") == Some("nearest-questions") => {
            "nearest questions (noisy votes of private records on the public examples nearest to them)"
        }
        "pate" => "PATE (private aggregation of teacher ensembles)",
        "dp-sgd" if facts.is_student_of_noisy_sgd() => {
            "noisy SGD (stochastic gradient descent on clipped gradients with noise), whose model a student learned from"
        }
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
    facts.model().is_some() || facts.result.utility.test_accuracy.is_some()
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

/// What follows for several units together, as plain text; empty without a guarantee.
pub(super) fn groups(facts: &Facts) -> String {
    let stated = facts.guarantee();
    stated.map_or_else(String::new, |stated| {
        of_groups(stated.epsilon, stated.delta, &facts.privacy.unit)
    })
}

/// What follows of a guarantee for two and for ten units together, as plain text.
#[must_use]
pub fn of_groups(stated: f64, delta: f64, unit: &str) -> String {
    let told =
        [("two", 2), ("ten", 10)].map(|(word, size)| match epsilon_delta(stated, delta, size) {
            (value, delta) if value.is_finite() && delta < 1.0 => format!(
                "for {word} {unit}s epsilon is {} and delta {}",
                epsilon(value),
                at_most(delta)
            ),
            _ => format!("for {word} {unit}s no guarantee follows (delta would reach 1)"),
        });
    format!(
        "Group privacy: {}; for k {unit}s epsilon grows k times, and delta (e^(k epsilon) - 1) / (e^epsilon - 1) times",
        told.join("; ")
    )
}

/// A positive number with two digits, rounded up.
fn at_most(value: f64) -> String {
    let shown = format!("{value:.1e}");
    match shown.parse::<f64>() {
        Ok(rounded) if rounded >= value => shown,
        _ => {
            let half_a_digit = 0.05 * 10f64.powi(value.log10().floor() as i32);
            format!("{:.1e}", value + half_a_digit)
        }
    }
}

/// Where the private number of units is declared, as a phrase; none where it is not.
pub(super) fn declared_size(facts: &Facts) -> Option<String> {
    let size = facts.origin().declared_size?;
    Some(format!(
        "{size} private {}s as declared",
        facts.privacy.unit
    ))
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
