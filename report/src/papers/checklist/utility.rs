//! Section 3, further: how good the result is, and for whom.

use super::item::{Item, Status};
use crate::numbers::percent;
use crate::papers::card::{accuracy_interval, extremes};
use crate::papers::{Facts, Owner};

/// The questions.
pub(super) fn items(facts: &Facts, owner: &Owner) -> Vec<Item> {
    vec![
        utility(facts),
        repetitions(facts),
        systemic_bias(facts, owner),
        human_bias(facts),
        statistical_bias(facts),
    ]
}

fn utility(facts: &Facts) -> Item {
    const QUESTION: &str = "Is it measured how useful the result is?";
    const SECTION: &str = "Utility and Accuracy (section 3)";
    const SOURCE: &str = "`result.json`: `utility`; `evaluation.json`";
    let utility = &facts.result.utility;
    let Some(accuracy) = utility.test_accuracy else {
        return Item::new(
            QUESTION,
            SECTION,
            Status::NotStated,
            "The run makes labels alone: what a model learns from them is not measured.",
            SOURCE,
        );
    };
    let majority = utility
        .majority_accuracy
        .map(|share| format!("; always the most frequent class: {}", percent(share)));
    let baseline = utility
        .baseline_accuracy
        .filter(|_| facts.is_public_benchmark());
    let baseline = baseline.map(|share| format!("; without privacy: {}", percent(share)));
    Item::new(
        QUESTION,
        SECTION,
        Status::Met,
        &format!(
            "Accuracy {} on {} public test examples (95 % interval {}){}{}.",
            percent(accuracy),
            utility.test_size,
            accuracy_interval(facts).unwrap_or_default(),
            majority.unwrap_or_default(),
            baseline.unwrap_or_default()
        ),
        SOURCE,
    )
}

fn repetitions(facts: &Facts) -> Item {
    const QUESTION: &str = "Is it measured how much the noise alone moves the result?";
    const SECTION: &str = "Utility and Accuracy (section 3)";
    match facts.is_private() {
        true => Item::new(
            QUESTION,
            SECTION,
            Status::NotMet,
            "It is one run. Each repetition on the same records would spend its epsilon again.",
            "`result.json`",
        ),
        false => Item::new(
            QUESTION,
            SECTION,
            Status::NotApplicable,
            "There is no noise to rely on.",
            "`privacy.json`",
        ),
    }
}

fn systemic_bias(facts: &Facts, owner: &Owner) -> Item {
    let measured = facts.confusion().and_then(extremes).map(|[least, most]| {
        format!(
            "Of the classes, \"{}\" is recognised least often ({}) and \"{}\" most often ({}), on public test data. ",
            least.0,
            percent(least.1),
            most.0,
            percent(most.1)
        )
    });
    Item::owners(
        "Is it stated how groups of people fare, the small ones above all?",
        "Systemic bias under Bias (section 3)",
        ("bias", owner.bias.as_ref()),
        &format!(
            "{}{}The program knows classes, not groups of people.",
            measured.unwrap_or_default(),
            match facts.is_private() {
                true => "Noise costs small groups more than large ones. ",
                false => "",
            }
        ),
    )
}

fn human_bias(facts: &Facts) -> Item {
    let (status, answer) = match facts.is_sanitized() {
        true => (
            Status::NotMet,
            "The published bound on epsilon for these very votes is rounded up after the noise, and cut where it would \
             be below zero or above the guarantee's range: so that it stays an upper bound, not to look plausible.",
        ),
        false => (
            Status::NotApplicable,
            "No statistic of the records is changed after the noise to look plausible.",
        ),
    };
    Item::new(
        "Is the result left as the noise made it, even where people find it implausible?",
        "Human bias under Bias (section 3)",
        status,
        answer,
        "the program's behaviour, the same for every run",
    )
}

fn statistical_bias(facts: &Facts) -> Item {
    const QUESTION: &str = "Is the statistical bias of the mechanism quantified?";
    const SECTION: &str = "Statistical bias under Bias (section 3)";
    let answer = match facts.method() {
        "pate" => {
            "Noise can turn the winner of a vote, most easily where the voters are divided; by how much is not measured."
        }
        "dp-sgd" => {
            "Clipping shortens long gradients, so that the mean of what remains is not that of the gradients; by how much is not measured."
        }
        _ => {
            return Item::new(
                QUESTION,
                SECTION,
                Status::NotApplicable,
                "No mechanism was applied.",
                "`privacy.json`",
            );
        }
    };
    Item::new(
        QUESTION,
        SECTION,
        Status::NotMet,
        answer,
        "`privacy.json`: `mechanism`",
    )
}
