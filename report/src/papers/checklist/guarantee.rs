//! Section 2: privacy parameters, unit of privacy, and what else is published of the same records.

use super::item::{Item, Status};
use crate::numbers::epsilon;
use crate::papers::{Facts, Owner, words};

/// The questions, in the publication's order.
pub(super) fn items(facts: &Facts, owner: &Owner) -> Vec<Item> {
    let guaranteed = |item: fn(&Facts) -> Item| Item::of_guarantee(facts, || item(facts));
    vec![
        guaranteed(parameters),
        guaranteed(original_parameters),
        small_enough(facts, owner),
        guaranteed(delta),
        guaranteed(neighbours),
        unit(facts, owner),
        guaranteed(groups),
        guaranteed(data_dependent),
        ledger(facts),
        others(owner),
        public(facts),
    ]
}

fn parameters(facts: &Facts) -> Item {
    let guarantee = words::guarantee(facts).unwrap_or_default();
    Item::new(
        "Are the privacy parameters stated, each an upper bound?",
        "The Privacy Parameter epsilon (section 2.2); Variants of Differential Privacy (2.3, draft)",
        Status::Met,
        &format!(
            "{guarantee}: approximate differential privacy, by the accountant {}. Epsilon does not depend on \
             the data and is rounded up.",
            words::accountant(facts)
        ),
        "`privacy.json`: `epsilon`, `delta`, `accountant`, `conversion`",
    )
}

fn original_parameters(facts: &Facts) -> Item {
    Item::new(
        "Can a reader recompute epsilon at another delta, or in another variant, to compare guarantees?",
        "Comparing Differential Privacy Guarantees (section 2.5)",
        Status::Met,
        &format!(
            "The mechanisms are published with their own parameters, from which every accountant computes anew \
             (privet account). Here: epsilon = {}. Only guarantees of the same delta, unit and neighbours compare.",
            words::by_accountant(facts)
        ),
        "`privacy.json`: `events`, `by_accountant`",
    )
}

fn small_enough(facts: &Facts, owner: &Owner) -> Item {
    let remark = match facts.guarantee() {
        Some(stated) => format!(
            "Epsilon is {} at delta {:e}. The publication names no value that suffices for everything; it warns that \
             large ones may protect nobody.",
            epsilon(stated.epsilon),
            stated.delta
        ),
        None => "NOT PRIVATE: there is no epsilon.".into(),
    };
    Item::owners(
        "Is it stated why these parameters are small enough for the harm that is to be prevented?",
        "The Privacy Parameter epsilon (section 2.2)",
        ("epsilon_rationale", owner.epsilon_rationale.as_ref()),
        &remark,
    )
}

fn delta(facts: &Facts) -> Item {
    const QUESTION: &str =
        "Is delta so small that publishing some records whole would break the guarantee?";
    const SECTION: &str = "Variants of Differential Privacy (2.3, draft)";
    let delta = facts.guarantee().map_or(1.0, |stated| stated.delta);
    let unit = &facts.privacy.unit;
    match facts.circumstances().declared_size {
        None => Item::new(
            QUESTION,
            SECTION,
            Status::NotStated,
            &format!(
                "Delta is {delta:e}; it must be far below one over the number of private {unit}s, which is not \
                 declared: set [data] declared_size, a public constant."
            ),
            "`privacy.json`: `delta`",
        ),
        Some(size) => {
            let expected = delta * size as f64;
            let (status, verdict) = match expected < 1.0 {
                true => (Status::Met, "below"),
                false => (Status::NotMet, "not below"),
            };
            Item::new(
                QUESTION,
                SECTION,
                status,
                &format!(
                    "Delta is {delta:e}, {verdict} one over {size}, the declared number of private {unit}s: by delta \
                     alone {expected:.1e} of them are expected to be exposed at worst. No mechanism of this run \
                     publishes records whole; delta is where the accountant cuts the tails of its noise."
                ),
                "`privacy.json`: `delta`; `config.resolved.toml`: `data.declared_size`",
            )
        }
    }
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
            Item::new(
                QUESTION,
                SECTION,
                Status::Met,
                &format!(
                    "The unit is one {unit}, with all records that have the same value in one column. Whoever has two \
                     names there is two {unit}s. {}",
                    facts
                        .privacy
                        .mechanism
                        .iter()
                        .find(|words| words.starts_with("unit:"))
                        .map_or("", String::as_str)
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

fn data_dependent(facts: &Facts) -> Item {
    const QUESTION: &str =
        "If a number is published that depends on the data, is it protected and paid for?";
    const SECTION: &str = "Mixing Differential Privacy With Other Data Releases (2.6, draft)";
    match facts
        .guarantee()
        .and_then(|stated| stated.sanitized.as_ref())
    {
        Some(sanitized) => Item::new(
            QUESTION,
            SECTION,
            Status::Met,
            &format!(
                "An epsilon for these very votes is published with noise on it: {} at delta {:e}, in one direction, too \
                 low with probability {:e} over its noise. The guarantee pays for it and does not rest on it.",
                epsilon(sanitized.epsilon),
                sanitized.delta,
                sanitized.failure_probability
            ),
            "`privacy.json`: `sanitized`",
        ),
        None => Item::new(
            QUESTION,
            SECTION,
            Status::NotApplicable,
            "None is published: epsilon depends on public constants alone.",
            "`privacy.json`",
        ),
    }
}

fn ledger(facts: &Facts) -> Item {
    const QUESTION: &str = "Is one budget kept for all that is computed from the same records?";
    const SECTION: &str =
        "The Privacy Parameter epsilon (section 2.2); Properties of Differential Privacy (2.1.2)";
    const SOURCE: &str = "`config.resolved.toml`: `ledger`";
    match (facts.circumstances().shared_ledger, facts.is_private()) {
        (_, false) => Item::new(
            QUESTION,
            SECTION,
            Status::NotMet,
            "What this run tells is bounded by nothing, so no budget can count it.",
            "`privacy.json`: `private`",
        ),
        (true, true) => Item::new(
            QUESTION,
            SECTION,
            Status::Met,
            "The run was charged, before it released anything, in a ledger of all runs on the same people, which \
             refuses what exceeds their budget. Releases that are not in that ledger are not counted.",
            SOURCE,
        ),
        (false, true) => Item::new(
            QUESTION,
            SECTION,
            Status::NotMet,
            "The run was charged in its own directory alone: epsilon is the cost of this run, and every other release \
             from the same records adds to it.",
            SOURCE,
        ),
    }
}

fn others(owner: &Owner) -> Item {
    Item::owners(
        "Is it stated what else is published from the same records, with and without privacy?",
        "Mixing Differential Privacy With Other Data Releases (2.6, draft)",
        ("other_releases", owner.other_releases.as_ref()),
        "Differential privacy of this release does not protect against another one that has none.",
    )
}

fn public(facts: &Facts) -> Item {
    let public = &facts.privacy.public_data;
    Item::new(
        "Is it stated what is taken as public, and on whose word?",
        "Mixing Differential Privacy With Other Data Releases (2.6, draft)",
        Status::Met,
        &format!(
            "Public records from {}; declared public by {}. Names of classes, preprocessing and hyperparameters are \
             public constants. Nothing of this is protected.",
            public.source, public.declared_by
        ),
        "`privacy.json`: `public_data`, `assumptions`",
    )
}
