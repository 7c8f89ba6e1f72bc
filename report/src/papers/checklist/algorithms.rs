//! Section 3: mechanisms, utility and bias.

use super::item::{Item, Status};
use crate::numbers::percent;
use crate::papers::card::{accuracy_interval, extremes};
use crate::papers::{Facts, Owner, words};

/// The questions, in the publication's order.
pub(super) fn items(facts: &Facts, owner: &Owner) -> Vec<Item> {
    vec![
        Item::of_guarantee(facts, || mechanisms(facts)),
        Item::of_guarantee(facts, || sensitivity(facts)),
        review(owner),
        utility(facts),
        repetitions(facts),
        systemic_bias(facts, owner),
        statistical_bias(facts),
        Item::of_guarantee(facts, || training(facts)),
        hyperparameters(facts, owner),
        subjects(owner),
    ]
}

fn mechanisms(facts: &Facts) -> Item {
    Item::new(
        "Is every mechanism that touches the records stated, with its noise?",
        "Basic Mechanisms and Common Elements (3.1, draft)",
        Status::Met,
        &format!("{}.", facts.privacy.mechanism.join("; ")),
        "`privacy.json`: `mechanism`, `events`",
    )
}

fn sensitivity(facts: &Facts) -> Item {
    let bound = match facts.method() {
        "pate" => {
            "A teacher votes once on each question, and a changed unit changes no more ballots than the events state \
             (`changed_votes`), since shards are disjoint."
        }
        _ => {
            "The gradient of each unit is shortened before it is summed, and the sum is divided by a public constant, \
             never by the size of a batch. A gradient that is no number counts as zero."
        }
    };
    Item::new(
        "Is the contribution of each unit bounded, and the noise scaled to the bound?",
        "Bounding contributions under The Unit of Privacy (section 2.4); sensitivity under Basic Mechanisms (3.1, draft)",
        Status::Met,
        bound,
        "`privacy.json`: `mechanism`, `events`, `assumptions`",
    )
}

fn review(owner: &Owner) -> Item {
    Item::owners(
        "Is it stated who examined the implementation, beside those who made it?",
        "Differentially Private Algorithms (3, draft); Mechanism Implementation Challenges (4.3, draft)",
        ("review", owner.review.as_ref()),
        &format!(
            "The mechanisms are those of privet {}, an implementation of its own with tests of its own. The program \
             does not know who else examined it.",
            words::VERSION
        ),
    )
}

fn utility(facts: &Facts) -> Item {
    const QUESTION: &str = "Is it measured how useful the result is?";
    const SECTION: &str = "Utility and Accuracy (3.2, draft)";
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
    const SECTION: &str = "Utility and Accuracy (3.2, draft)";
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
        "Systemic Bias (3.3.1, draft)",
        ("bias", owner.bias.as_ref()),
        &format!(
            "{}Noise costs small groups more than large ones; the program knows classes, not groups of people.",
            measured.unwrap_or_default()
        ),
    )
}

fn statistical_bias(facts: &Facts) -> Item {
    const QUESTION: &str = "Is the statistical bias of the mechanism quantified?";
    const SECTION: &str = "Statistical Bias (3.3.3, draft)";
    let answer = match facts.method() {
        "pate" => {
            "Noise can turn the winner of a vote, most easily where the teachers are divided; by how much is not measured."
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

fn training(facts: &Facts) -> Item {
    let answer = match facts.method() {
        "pate" => {
            "Teachers are trained without privacy and never leave the run; what leaves it are noisy labels, and a \
             model that learned from these alone."
        }
        _ => {
            "Noise is part of every step that looks at records; the model after each of them counts as published."
        }
    };
    Item::new(
        "Is the training itself private, rather than trusted not to remember records?",
        "Machine Learning (3.5, draft)",
        Status::Met,
        answer,
        "`privacy.json`: `mechanism`, `assumptions`",
    )
}

fn hyperparameters(facts: &Facts, owner: &Owner) -> Item {
    const QUESTION: &str = "Is it stated how hyperparameters were chosen, and who paid if private records were looked at?";
    const SECTION: &str =
        "Every analysis of the records counts: The Privacy Parameter epsilon (section 2.2)";
    match facts.is_private() && facts.pays_for_selection() {
        true => Item::new(
            QUESTION,
            SECTION,
            Status::Met,
            "This model is the best of a random number of trials by a noisy score on private records; that choice is \
             part of epsilon. Choices before it are not.",
            "`privacy.json`: `events`",
        ),
        false => Item::owners(
            QUESTION,
            SECTION,
            ("hyperparameters", owner.hyperparameters.as_ref()),
            "The run charges nothing for the choice of its settings: it takes them for public constants. Settings that \
             were chosen by results on the private records, or after a look at them, cost more than is stated here.",
        ),
    }
}

fn subjects(owner: &Owner) -> Item {
    Item::owners(
        "Is it stated whose data a record is (pictures and texts may show several people)?",
        "Unstructured Data (3.7, draft)",
        ("data_subjects", owner.data_subjects.as_ref()),
        "",
    )
}
