//! Who is trusted, and how the mechanisms were made and composed.

use crate::numbers::percent;
use crate::papers::card::accuracy_interval;
use crate::papers::escape::{inline, paragraphs};
use crate::papers::owner::DataSource;
use crate::papers::yaml::Map;
use crate::papers::{Facts, Owner, words};

/// `deployment_model`.
pub(super) fn model(owner: &Owner) -> Map {
    let source = owner.data_source.map(|source| match source {
        DataSource::Static => "Static",
        DataSource::Dynamic => "Dynamic",
    });
    let central = "Whoever holds the records runs the program and publishes what it releases.";
    let access = "The published files are used as they are; nobody asks the records anything.";
    Map::default()
        .with("model_name", "Central")
        .with("model_name_details", central)
        .with_some("trust_assumptions", owner.trust.as_deref().map(paragraphs))
        .with("release_type", "One release")
        .with_some(
            "release_type_details",
            owner.other_releases.as_deref().map(paragraphs),
        )
        .with_some("data_source_type", source)
        .with("access_type", "Non-interactive")
        .with("access_type_details", access)
}

/// `implementation`.
pub(super) fn implementation(facts: &Facts, owner: &Owner) -> Map {
    let selection = match facts.pays_for_selection() {
        true => "The choice among trials by a noisy score on private records is part of epsilon.",
        false => "No choice of settings was charged.",
    };
    let tuning = owner.hyperparameters.as_deref().map(paragraphs);
    let tuning = format!(
        "Preprocessing uses public constants alone. {selection}\n\n{}",
        tuning.unwrap_or_default()
    );
    let ledger = match facts.origin().shared_ledger {
        Some(true) => {
            "The run was charged in a ledger of all runs on the same people before it released anything."
        }
        Some(false) | None => "It is the cost of this run alone.",
    };
    let composition = format!(
        "All mechanisms of the run together, by the accountant {}. {ledger}",
        words::accountant(facts)
    );
    let post = match (facts.method(), words::makes_model(facts)) {
        ("pate", true) => {
            "A student network learned from the released labels and public records alone."
        }
        ("pate", false) => "None: the labels are as released.",
        _ if facts.is_student_of_noisy_sgd() => {
            "The optimizer's steps, and averages of parameters where there are any, see noisy gradients alone; a student \
             network learned from what the noisy model says of public records, and from these alone."
        }
        _ => {
            "The optimizer's steps, and averages of parameters where there are any, see noisy gradients alone."
        }
    };
    Map::default()
        .with("preprocessing_and_hyperparameter_tuning", tuning.trim_end())
        .with("mechanisms", mechanisms(facts))
        .with("composition", inline(&composition))
        .with("post_processing", post)
        .with_some(
            "justification",
            owner.epsilon_rationale.as_deref().map(paragraphs),
        )
        .with_some("utility", utility(facts))
}

/// A list in Markdown.
fn mechanisms(facts: &Facts) -> String {
    let rounding = match facts.is_exact() {
        false if facts.is_sanitized() => {
            "floating point: noise is sampled exactly; the bound on epsilon for these very votes is computed in floating \
             point before its noise, whose rounding is outside the guarantee"
        }
        true => "floating point: noise is sampled exactly and added without rounding",
        false => "floating point: its rounding is outside the guarantee",
    };
    let own = format!(
        "implemented by privet {}; side channels such as run time are outside the guarantee",
        words::VERSION
    );
    let all = facts.privacy.mechanism.iter().map(String::as_str);
    let all: Vec<String> = all.chain([rounding, &own]).map(String::from).collect();
    words::list(&all)
}

fn utility(facts: &Facts) -> Option<String> {
    let utility = &facts.result.utility;
    Some(format!(
        "Accuracy {} on {} public test examples (95 % interval {}).",
        percent(utility.test_accuracy?),
        utility.test_size,
        accuracy_interval(facts)?
    ))
}
