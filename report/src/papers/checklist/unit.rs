//! Section 2.4: whom the guarantee is for.

use privet_accountant::NeighboringRelation;

use super::item::{Item, Status};
use crate::papers::{Facts, Owner, words};

/// The questions.
pub(super) fn items(facts: &Facts, owner: &Owner) -> Vec<Item> {
    vec![
        Item::of_guarantee(facts, || neighbours(facts)),
        Item::of_guarantee(facts, || number(facts)),
        unit(facts, owner),
        Item::of_guarantee(facts, || person(facts, owner)),
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
        Some(NeighboringRelation::AddOrRemoveOne) if facts.refuses_more_units() => (
            Status::NotMet,
            format!(
                "Neighbours differ in the presence of one {unit}, but a run on more {unit}s than were declared is \
                 refused, and that it was refused is not hidden: the guarantee assumes that there are no more."
            ),
        ),
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
                     names there is two {unit}s.{}{}",
                    words.unwrap_or_default(),
                    owners_word(owner)
                ),
                "`privacy.json`: `unit`, `mechanism`",
            )
        }),
    }
}

/// What the owner says of records and people, behind a blank; empty of nothing.
fn owners_word(owner: &Owner) -> String {
    let said = owner.records_per_person.as_ref();
    said.map_or_else(String::new, |said| {
        format!(" By the owner's word, which was not checked: {said}")
    })
}

fn person(facts: &Facts, owner: &Owner) -> Item {
    const OWNER: &str = "`[export.owner]` of the config";
    let unit = facts.privacy.unit.as_str();
    let (status, answer, source) = match (unit, owner.one_record_per_person) {
        ("record", Some(true)) => (
            Status::Stated,
            "By the owner's word, which was not checked, no person has more than one record.".into(),
            OWNER,
        ),
        ("record", _) => (
            Status::NotMet,
            "The unit is one record, and nobody says that each person has one at most ([export.owner] \
             one_record_per_person = true): whoever has several is protected less."
                .into(),
            "`privacy.json`: `unit`",
        ),
        _ if owner.records_per_person.is_some() => (
            Status::Stated,
            owners_word(owner).trim_start().into(),
            OWNER,
        ),
        _ => (
            Status::NotStated,
            format!(
                "Whether a person can be several {unit}s only the owner knows: set [export.owner] records_per_person."
            ),
            "nobody",
        ),
    };
    Item::new(
        "Is the unit of privacy at least a person?",
        "The Unit of Privacy (section 2.4)",
        status,
        &answer,
        source,
    )
}

fn groups(facts: &Facts) -> Item {
    let unit = &facts.privacy.unit;
    Item::new(
        "Are groups (families, people with several units) protected as one unit is?",
        "The Unit of Privacy (section 2.4)",
        Status::NotMet,
        &format!("The guarantee is for one {unit}. {}.", words::groups(facts)),
        "`privacy.json`: `epsilon`, `delta`, `unit`",
    )
}
