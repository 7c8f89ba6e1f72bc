//! `statement.md`: the guarantee in words that a data-protection officer can read.

use privet_accountant::{Guarantee, NeighboringRelation};
use privet_training::data::DatasetInfo;

use super::privacy_report::PrivacyReport;
use crate::display::epsilon;

/// The page.
pub(super) fn text(report: &PrivacyReport, info: &DatasetInfo) -> String {
    let mut page = format!("# Privacy statement: model for {}\n\n", info.name);
    match (&report.guarantee, report.private) {
        (Some(guarantee), true) => page.push_str(&private(report, guarantee)),
        (Some(_), false) => page.push_str(
            "**NOT PRIVATE.** The noise of this run came from a fixed seed, for debugging. Anyone who \
             knows the seed can remove it. Nothing is guaranteed; do not publish these files.\n",
        ),
        (None, _) => page.push_str(
            "**NOT PRIVATE.** This model was trained without any privacy mechanism, to compare with. \
             It may reveal records that it was trained on. Do not publish it.\n",
        ),
    }
    page.push_str("\n## What was taken as public\n\n");
    page.push_str(&format!(
        "- Source: {}\n- Declared public by: {}\n",
        report.public_data.source, report.public_data.declared_by
    ));
    if info.public_benchmark {
        page.push_str(
            "- The whole data set is a public benchmark; measurements of it may be shown without \
             privacy.\n",
        );
    }
    if !info.attribution.is_empty() {
        page.push_str(&format!(
            "\n## Attribution\n\n{} (licence: {})\n",
            info.attribution, info.license
        ));
    }
    page
}

fn private(report: &PrivacyReport, guarantee: &Guarantee) -> String {
    let neighbours = match guarantee.neighboring_relation {
        NeighboringRelation::AddOrRemoveOne => "one record more or less",
        NeighboringRelation::ReplaceOne => "one record exchanged for another",
        NeighboringRelation::ReplaceSpecial => "one record blanked out",
    };
    let epsilon_text = epsilon(guarantee.epsilon);
    let delta = guarantee.delta;
    let factor = guarantee.epsilon.exp();
    let released = match report.method {
        "pate" => "the labels of public examples in `labels.csv`, and the model learned from them",
        _ => "the model, and its state after every step of training",
    };
    let mut page = format!(
        "What is published from the private records ({released}) satisfies \
         **({epsilon_text}, {delta:e})-differential privacy**, with respect to data sets that differ \
         in {neighbours}.\n\n\
         In words: whatever an attacker knows already, and whatever they do with the published files, \
         the probability of any conclusion about a person changes by a factor of at most \
         {factor:.2} by that person's record being in the data, except with a probability of \
         {delta:e}. This holds for each single record (the unit of protection is the {}); a person \
         with k records is protected k times less.\n\n\
         ## How it was computed\n\n\
         - Accountant: {}{}. The value is an upper bound, rounded up, and does not depend on the \
         data.\n- Noise: {}.\n\n## What it rests on\n\n",
        report.unit,
        guarantee.accountant,
        guarantee
            .conversion
            .map(|name| format!(" (conversion {name})"))
            .unwrap_or_default(),
        report.noise,
    );
    for assumption in &report.assumptions {
        page.push_str(&format!("- {assumption}\n"));
    }
    page.push_str(
        "\nThe files under `private/` of the run, and its times and memory, are not covered and must \
         not be published.\n",
    );
    page
}
