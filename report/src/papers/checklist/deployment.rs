//! Section 4: who is trusted, what the implementation leaks, and how the records are kept.

use super::item::{Item, Status};
use crate::papers::{Facts, Owner};

/// The questions, in the publication's order.
pub(super) fn items(facts: &Facts, owner: &Owner) -> Vec<Item> {
    vec![
        query_model(facts),
        threat_model(facts, owner),
        Item::of_guarantee(facts, || randomness(facts)),
        Item::of_guarantee(facts, || arithmetic(facts)),
        timing(facts),
        backend(),
        security(facts, owner),
        access(owner),
        collection(facts, owner),
    ]
}

fn query_model(facts: &Facts) -> Item {
    let cost = match facts.is_private() {
        true => " Questions to the model cost nothing more, however many.",
        false => "",
    };
    let (status, known) = match (facts.method(), facts.origin().question_rounds) {
        _ if facts.pays_for_selection() => (
            Status::NotMet,
            "which settings are tried, and how often, is drawn by chance, and one of them is chosen by a noisy score on \
             the records; the guarantee pays for that",
        ),
        ("pate", Some(2..)) => (
            Status::NotMet,
            "questions are asked in rounds, and the later ones are chosen from released labels and public data alone; \
             their number is fixed by the config",
        ),
        ("pate", None) if facts.is_private() => (
            Status::NotStated,
            "the files do not say whether all questions were chosen before the first answer",
        ),
        _ => (
            Status::Met,
            "all that is computed from the records is fixed by the config",
        ),
    };
    Item::new(
        "Is the query model stated, and is every question known before the records are looked at?",
        "Query Models (section 4)",
        status,
        &format!(
            "Data release: {known}. It is published once. Nobody outside asks the records anything interactively.{cost}"
        ),
        "`privacy.json`: `origin`, `events`; `config.resolved.toml`",
    )
}

fn threat_model(facts: &Facts, owner: &Owner) -> Item {
    let receivers = match facts.is_private() {
        true => "must be trusted; whoever receives the released files need not be.",
        false => {
            "must be trusted. NOT PRIVATE: whoever receives the files of this run would have to be trusted too."
        }
    };
    Item::owners(
        "Is it stated who must be trusted, and why that trust is deserved?",
        "Trust Models (section 4)",
        ("trust", owner.trust.as_ref()),
        &format!(
            "The run is made for the central model: whoever holds the records and runs the program sees all of them and \
             {receivers}"
        ),
    )
}

fn randomness(facts: &Facts) -> Item {
    let noise = facts.guarantee().map_or("", |stated| stated.noise.as_str());
    Item::new(
        "Does the noise come from a generator that nobody can predict?",
        "Mechanism Implementation Challenges (section 4)",
        Status::Met,
        &format!(
            "Noise and samples are drawn from ChaCha20 under a key of the operating system ({noise}), which is not \
             published. The guarantee is against adversaries who cannot break ChaCha20."
        ),
        "`privacy.json`: `noise`, `assumptions`",
    )
}

fn arithmetic(facts: &Facts) -> Item {
    const QUESTION: &str = "Are attacks on floating-point arithmetic ruled out?";
    const SECTION: &str =
        "Floating-point arithmetic under Mechanism Implementation Challenges (section 4)";
    match facts.is_exact() {
        true => Item::new(
            QUESTION,
            SECTION,
            Status::Met,
            "Noise is sampled exactly and added without rounding; what is summed are whole numbers or is compared \
             without rounding.",
            "`privacy.json`: `assumptions`; `config.resolved.toml`: `dp_sgd.arithmetic`",
        ),
        false if facts.is_sanitized() => Item::new(
            QUESTION,
            SECTION,
            Status::NotMet,
            "Votes are whole numbers, and noise is sampled exactly; but the published bound on epsilon for these very \
             votes is computed in floating point, value and sensitivity, before its noise: that rounding is outside the \
             guarantee. Without [privacy] sanitize nothing is.",
            "`privacy.json`: `sanitized`, `events`",
        ),
        false => Item::new(
            QUESTION,
            SECTION,
            Status::NotMet,
            "Sums and noise are in floating point, whose rounding is outside the guarantee (Mironov 2012; Casacuberta \
             et al. 2022). With [dp_sgd] arithmetic = \"exact\" it is inside.",
            "`privacy.json`: `assumptions`; `config.resolved.toml`: `dp_sgd.arithmetic`",
        ),
    }
}

fn timing(facts: &Facts) -> Item {
    let shown = match facts.is_public_benchmark() {
        true => " The operator's pages show them, as the data set was declared a public benchmark.",
        false => "",
    };
    let outside = match facts.is_private() {
        true => " and is outside the guarantee",
        false => "",
    };
    Item::new(
        "Is it ruled out that running time tells something about the records?",
        "Timing channels under Mechanism Implementation Challenges (section 4)",
        Status::NotMet,
        &format!(
            "Running time depends on the records{outside}. Times and memory are in no released file; whoever can watch \
             the run is not kept from measuring them.{shown}"
        ),
        "`privacy.json`: `assumptions`",
    )
}

fn backend() -> Item {
    Item::new(
        "Is it ruled out that errors and refusals tell something about the records?",
        "Backend issues under Mechanism Implementation Challenges (section 4)",
        Status::NotMet,
        "A record that cannot be read ends a run with a message for its operator; that a run ended is not hidden from \
         whoever sees that nothing was published. The receivers of the released files cannot provoke it.",
        "the program's behaviour, the same for every run",
    )
}

fn security(facts: &Facts, owner: &Owner) -> Item {
    let key = match facts.is_private() {
        true => ", and deletes the key of the noise when a run is finished",
        false => "",
    };
    Item::owners(
        "Is it stated how the records are kept safe, stored and while they are computed with?",
        "Data Security and Access Control (section 4)",
        ("security", owner.security.as_ref()),
        &format!(
            "The program keeps what must not leave under private/, which other users of the machine cannot read{key}. \
             It encrypts nothing."
        ),
    )
}

fn access(owner: &Owner) -> Item {
    Item::owners(
        "Is it stated who may read the records and the private files?",
        "Data Security and Access Control (section 4)",
        ("access_control", owner.access_control.as_ref()),
        "",
    )
}

fn collection(facts: &Facts, owner: &Owner) -> Item {
    let remark = match facts.is_private() {
        true => "Differential privacy bounds what the release tells, not what can be stolen.",
        false => "",
    };
    Item::owners(
        "Is it stated why the records need to be collected at all, and that no more are than needed?",
        "Data Collection Exposure (section 4)",
        ("data_collection", owner.data_collection.as_ref()),
        remark,
    )
}
