//! Section 3: the mechanisms and their sensitivity.

use super::item::{Item, Status};
use crate::papers::{Facts, Owner, words};

/// The questions.
pub(super) fn items(facts: &Facts, owner: &Owner) -> Vec<Item> {
    vec![
        Item::of_guarantee(facts, || mechanisms(facts)),
        Item::of_guarantee(facts, || sensitivity(facts)),
        review(owner),
        libraries(),
    ]
}

fn mechanisms(facts: &Facts) -> Item {
    Item::new(
        "Is every mechanism that touches the records stated, with its noise?",
        "Basic mechanisms (section 3)",
        Status::Met,
        &format!("{}.", facts.privacy.mechanism.join("; ")),
        "`privacy.json`: `mechanism`, `events`",
    )
}

fn sensitivity(facts: &Facts) -> Item {
    const BALLOTS: &str = "A changed unit changes no more ballots than the events state (changed_votes), to which the noise is scaled";
    let first = facts.privacy.assumptions.first().map_or("", String::as_str);
    let of_records = match facts.setting("aggregator", "mechanism") {
        Some("nearest-questions") => Some(
            "A record casts as many ballots as is stated, on different questions, and the noise is scaled to the root of their number",
        ),
        Some("private-knn") => Some(
            "A record that comes or goes changes one ballot of a question or exchanges one, to which the noise is scaled",
        ),
        _ => None,
    };
    let (status, answer) = match (facts.method(), of_records, facts.origin().votes_from_elsewhere) {
        ("pate", Some(bound), _) => (Status::Met, format!("{bound}: {first}.")),
        ("pate", None, Some(true)) => (Status::NotStated, format!("{BALLOTS}; the votes came from elsewhere: {first}.")),
        ("pate", None, None) => (
            Status::NotStated,
            format!("{BALLOTS}; the files do not say where the votes came from: {first}."),
        ),
        ("pate", None, Some(false)) => (Status::Met, format!("{BALLOTS}: {first}.")),
        _ => (
            Status::Met,
            "The gradient of each unit is shortened before it is summed, and the sum is divided by a public constant, \
             never by the size of a batch. A gradient that is no number counts as zero."
                .into(),
        ),
    };
    Item::new(
        "Is the contribution of each unit bounded, and the noise scaled to the bound?",
        "Bounding contributions (section 3.4.1, as others cite it); sensitivity under basic mechanisms (section 3)",
        status,
        &answer,
        "`privacy.json`: `mechanism`, `events`, `assumptions`",
    )
}

fn review(owner: &Owner) -> Item {
    Item::owners(
        "Is it stated who examined or audited the implementation, beside those who made it?",
        "Auditing and Empirical Measures of Privacy (section 2); Differentially Private Algorithms (section 3)",
        ("review", owner.review.as_ref()),
        &format!(
            "The mechanisms are those of privet {}. The program does not know who else examined it. An audit (privet \
             audit) can find errors; it proves no guarantee.",
            words::VERSION
        ),
    )
}

fn libraries() -> Item {
    Item::new(
        "Are well-tested libraries used, rather than an implementation of one's own?",
        "Differentially Private Algorithms (section 3)",
        Status::NotMet,
        &format!(
            "The publication advises to use well-tested libraries. Against that advice accountants and mechanisms are \
             privet {}'s own. For them stand tests of its own: epsilons are compared with those of another accounting \
             library, sensitivities are tried on neighbouring data sets, and noise is compared with its distribution.",
            words::VERSION
        ),
        "the program's tests, the same for every run",
    )
}
