//! Sections 2.2, 2.3 and 2.5: epsilon and delta.

use super::item::{Item, Status};
use crate::numbers::epsilon;
use crate::papers::{Facts, Owner, words};

/// The questions.
pub(super) fn items(facts: &Facts, owner: &Owner) -> Vec<Item> {
    vec![
        Item::of_guarantee(facts, || parameters(facts)),
        Item::of_guarantee(facts, || original_parameters(facts)),
        small_enough(facts, owner),
        Item::of_guarantee(facts, || delta(facts)),
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
