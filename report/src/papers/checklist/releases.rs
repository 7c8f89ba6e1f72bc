//! Sections 2.2 and 2.6: what else is published of the same records.

use super::item::{Item, Status};
use crate::numbers::epsilon;
use crate::papers::{Facts, Owner};

/// The questions.
pub(super) fn items(facts: &Facts, owner: &Owner) -> Vec<Item> {
    vec![
        Item::of_guarantee(facts, || data_dependent(facts)),
        ledger(facts),
        others(facts, owner),
        public(facts),
    ]
}

fn data_dependent(facts: &Facts) -> Item {
    const QUESTION: &str = "If a number that depends on the data is published beside the result, is it protected and paid for?";
    const SECTION: &str = "Mixing Differential Privacy With Other Data Releases (section 2.6)";
    const SOURCE: &str = "`privacy.json`: `sanitized`, `events`; `result.json`: `utility`";
    let sanitized = facts
        .guarantee()
        .and_then(|stated| stated.sanitized.as_ref());
    let mut told: Vec<String> = Vec::new();
    if let Some(sanitized) = sanitized {
        told.push(format!(
            "An epsilon for these very votes is published with noise on it: {} at delta {:e}, in one direction, too \
             low with probability {:e} over its noise. The guarantee pays for it and does not rest on it.",
            epsilon(sanitized.epsilon),
            sanitized.delta,
            sanitized.failure_probability
        ));
    }
    if facts.pays_for_selection() {
        told.push(
            "The setting that was chosen and the number of private records that its model predicts rightly, with noise \
             on it, are published in selection.json; the guarantee pays for both."
                .into(),
        );
    }
    let unprotected = facts.unprotected();
    let status = match (unprotected.is_empty(), told.is_empty()) {
        (false, _) => {
            told.push(format!(
                "Without noise and without a charge are shown, as the data set was declared a public benchmark: {}. Of \
                 records that are not public this would break the guarantee.",
                unprotected.join("; ")
            ));
            Status::NotMet
        }
        (true, false) => Status::Met,
        (true, true) => {
            told.push("None is published: epsilon depends on public constants alone.".into());
            Status::NotApplicable
        }
    };
    Item::new(QUESTION, SECTION, status, &told.join(" "), SOURCE)
}

fn ledger(facts: &Facts) -> Item {
    const QUESTION: &str = "Is one budget kept for all that is computed from the same records?";
    const SECTION: &str =
        "The Privacy Parameter epsilon (section 2.2); Properties of Differential Privacy (2.1.2)";
    const SOURCE: &str = "`privacy.json`: `origin`";
    match (facts.origin().shared_ledger, facts.is_private()) {
        (_, false) => Item::new(
            QUESTION,
            SECTION,
            Status::NotMet,
            "What this run tells is bounded by nothing, so no budget can count it.",
            "`privacy.json`: `private`",
        ),
        (Some(true), true) => Item::new(
            QUESTION,
            SECTION,
            Status::Met,
            "The run was charged, before it released anything, in a ledger of all runs on the same people, which \
             refuses what exceeds their budget. Releases that are not in that ledger are not counted.",
            SOURCE,
        ),
        (Some(false), true) => Item::new(
            QUESTION,
            SECTION,
            Status::NotMet,
            "The run was charged in its own directory alone: epsilon is the cost of this run, and every other release \
             from the same records adds to it.",
            SOURCE,
        ),
        (None, true) => Item::new(
            QUESTION,
            SECTION,
            Status::NotStated,
            "The files do not say in which ledger the run was charged. Epsilon is the cost of this run; every other \
             release from the same records adds to it.",
            SOURCE,
        ),
    }
}

fn others(facts: &Facts, owner: &Owner) -> Item {
    let remark = match facts.is_private() {
        true => {
            "Differential privacy of this release does not protect against another one that has none."
        }
        false => "",
    };
    Item::owners(
        "Is it stated what else is published from the same records, with and without privacy?",
        "Mixing Differential Privacy With Other Data Releases (section 2.6)",
        ("other_releases", owner.other_releases.as_ref()),
        remark,
    )
}

fn public(facts: &Facts) -> Item {
    let public = &facts.privacy.public_data;
    Item::new(
        "Is it stated what is taken as public, and on whose word?",
        "Mixing Differential Privacy With Other Data Releases (section 2.6)",
        Status::Met,
        &format!(
            "Public records from {}; declared public by {}. Names of classes, preprocessing and hyperparameters are \
             public constants. Nothing of this is protected.",
            public.source, public.declared_by
        ),
        "`privacy.json`: `public_data`, `assumptions`",
    )
}
