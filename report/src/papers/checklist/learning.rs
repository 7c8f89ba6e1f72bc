//! Section 3, further: what is learned, and from whom.

use super::item::{Item, Status};
use crate::papers::{Facts, Owner};

/// The questions.
pub(super) fn items(facts: &Facts, owner: &Owner) -> Vec<Item> {
    vec![
        outputs(),
        Item::of_guarantee(facts, || training(facts)),
        hyperparameters(facts, owner),
        subjects(owner),
    ]
}

fn outputs() -> Item {
    Item::new(
        "Is the list of possible answers fixed without a look at the records (their presence alone would tell)?",
        "Histograms under Analytics Queries (section 3)",
        Status::Met,
        "The classes are a public constant, which the config or the data set's description names; a class that no \
         private record has stays in the list.",
        "the model file's metadata: `classes`",
    )
}

fn training(facts: &Facts) -> Item {
    let answer = match facts.method() {
        "pate" => {
            "What looks at the records casts votes and never leaves the run; what leaves it are labels with noise on \
             the votes, and a model that learned from these alone."
        }
        _ if facts.is_student_of_noisy_sgd() => {
            "Noise is part of every step that looks at records; the noisy model after each of them counts as published, \
             and the model that is published learned from the last one and from public records alone."
        }
        _ => {
            "Noise is part of every step that looks at records; the model after each of them counts as published."
        }
    };
    Item::new(
        "Is the training itself private, rather than trusted not to remember records?",
        "Machine Learning (section 3)",
        Status::Met,
        answer,
        "`privacy.json`: `mechanism`, `assumptions`",
    )
}

fn hyperparameters(facts: &Facts, owner: &Owner) -> Item {
    const QUESTION: &str = "Is it stated how hyperparameters were chosen, and who paid if private records were looked at?";
    const SECTION: &str =
        "Tuning hyperparameters under Mechanism Implementation Challenges (section 4)";
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
        "Unstructured Data (section 3)",
        ("data_subjects", owner.data_subjects.as_ref()),
        "",
    )
}
