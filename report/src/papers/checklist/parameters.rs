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
        "The Privacy Parameter epsilon (section 2.2); Variants of Differential Privacy (section 2.3)",
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
    let delta = facts.guarantee().map_or(1.0, |stated| stated.delta);
    let (unit, size) = (&facts.privacy.unit, facts.origin().declared_size);
    let small = size.map(|size| delta * (size as f64) * (size as f64) <= 1.0);
    let status = match small {
        Some(true) => Status::Met,
        Some(false) => Status::NotMet,
        None => Status::NotStated,
    };
    let measured = match size {
        Some(size) => format!(
            "One over the number of private {unit}s, {size} as declared, is {:.1e}, one over its square {:.1e}.",
            1.0 / size as f64,
            1.0 / (size as f64 * size as f64)
        ),
        None => format!("The number of private {unit}s is not declared in the released files."),
    };
    Item::new(
        "Is delta at most one over the square of the number of units, so that nobody is given away?",
        "Variants of Differential Privacy (section 2.3)",
        status,
        &format!(
            "Delta is {delta:e}. {measured} No mechanism of this run publishes records whole: delta is where the \
             accountant cuts the tails of the noise, and epsilon can be computed at a smaller one."
        ),
        "`privacy.json`: `delta`, `origin`",
    )
}
