//! Section 2.4: whom the guarantee is for.

use privet_accountant::NeighboringRelation;

use super::item::{Item, Status};
use crate::numbers::epsilon;
use crate::papers::{Facts, Owner, words};

/// The questions.
pub(super) fn items(facts: &Facts, owner: &Owner) -> Vec<Item> {
    vec![
        Item::of_guarantee(facts, || neighbours(facts)),
        Item::of_guarantee(facts, || number(facts)),
        unit(facts, owner),
        Item::of_guarantee(facts, || groups(facts)),
    ]
}

fn neighbours(facts: &Facts) -> Item {
    let relation = facts
        .guarantee()
        .map_or("", |stated| stated.neighboring.as_str());
    Item::new(
        "Is it stated which data sets count as neighbours?",
        "The Math of Differential Privacy (section 2.1.1); The Unit of Privacy (section 2.4)",
        Status::Met,
        &format!(
            "Those that differ in {} ({relation}).",
            words::neighbours(facts)
        ),
        "`privacy.json`: `neighboring_relation`, `unit`",
    )
}

fn number(facts: &Facts) -> Item {
    let unit = &facts.privacy.unit;
    let (status, answer) = match facts.privacy.neighboring_relation {
        Some(NeighboringRelation::AddOrRemoveOne) => (
            Status::Met,
            format!(
                "Neighbours differ in the presence of one {unit}, so that the number of {unit}s is protected too."
            ),
        ),
        _ => (
            Status::NotMet,
            format!(
                "Neighbours have the same number of {unit}s: what somebody contributes is hidden, that they do is not."
            ),
        ),
    };
    Item::new(
        "Is it hidden that somebody is among the records at all (unbounded rather than bounded)?",
        "The Unit of Privacy (section 2.4)",
        status,
        &answer,
        "`privacy.json`: `neighboring_relation`",
    )
}

fn unit(facts: &Facts, owner: &Owner) -> Item {
    const QUESTION: &str =
        "Is it stated what the unit of privacy is to a person, who may contribute several times?";
    const SECTION: &str = "The Unit of Privacy (section 2.4)";
    match facts.privacy.unit.as_str() {
        "record" => Item::owners(
            QUESTION,
            SECTION,
            ("records_per_person", owner.records_per_person.as_ref()),
            "The unit is one record. Protecting records protects people only as far as each has one: whoever has \
             several may be recognised by what they have in common.",
        ),
        unit => Item::of_guarantee(facts, || {
            let words = facts
                .unit_in_words()
                .map(|words| format!(" In the run's words: {words}."));
            Item::new(
                QUESTION,
                SECTION,
                Status::Met,
                &format!(
                    "The unit is one {unit}, with all records that have the same value in one column. Whoever has two \
                     names there is two {unit}s.{}",
                    words.unwrap_or_default()
                ),
                "`privacy.json`: `unit`, `mechanism`",
            )
        }),
    }
}

fn groups(facts: &Facts) -> Item {
    let unit = &facts.privacy.unit;
    let value = facts
        .guarantee()
        .map_or(f64::INFINITY, |stated| stated.epsilon);
    Item::new(
        "Are groups (families, people with several units) protected as one unit is?",
        "The Unit of Privacy (section 2.4)",
        Status::NotMet,
        &format!(
            "The guarantee is for one {unit}. For two of them together epsilon is {}, for ten {}, and delta grows by \
             more than that.",
            epsilon(2.0 * value),
            epsilon(10.0 * value)
        ),
        "`privacy.json`: `epsilon`, `unit`",
    )
}
