//! `statement.md`: the guarantee in words that a data-protection officer can read.

use privet_accountant::{Guarantee, NeighboringRelation};
use privet_report::papers::{markdown, of_groups};
use privet_report::run::is_selection;
use privet_training::data::DatasetInfo;

use super::privacy_report::PrivacyReport;
use crate::display::epsilon;

/// The page.
pub(super) fn text(report: &PrivacyReport, info: &DatasetInfo) -> String {
    let mut page = format!("# Privacy statement: {}\n\n", markdown(&info.name));
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
    // Texts that people wrote stay text, whatever they hold.
    page.push_str("\n## What was taken as public\n\n");
    page.push_str(&format!(
        "- Source: {}\n- Declared public by: {}\n",
        markdown(&report.public_data.source),
        markdown(&report.public_data.declared_by)
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
            markdown(&info.attribution),
            markdown(&info.license)
        ));
    }
    page
}

fn private(report: &PrivacyReport, guarantee: &Guarantee) -> String {
    let unit = report.unit;
    let (neighbours, change) = match guarantee.neighboring_relation {
        NeighboringRelation::AddOrRemoveOne => (
            format!("one {unit} more or less"),
            match unit {
                "record" => "somebody's record is in the data, or it is not",
                _ => "somebody is in the data with all their records, or with none",
            },
        ),
        NeighboringRelation::ReplaceOne => (
            format!("one {unit} exchanged for another"),
            match unit {
                "record" => {
                    "somebody's record has its true content, or any other (that there is a \
                             record of them at all is not hidden)"
                }
                _ => {
                    "somebody's records are their own, or anybody else's (that somebody is there is \
                      not hidden)"
                }
            },
        ),
        NeighboringRelation::ReplaceSpecial => (
            "one record blanked out".into(),
            "somebody's record is as it is, or it is blanked out",
        ),
    };
    let delta = guarantee.delta;
    let mut page = format!(
        "What is published from the private records ({}) satisfies \
         **({}, {delta:e})-differential privacy**, with respect to data sets that differ in \
         {neighbours}.\n\n\
         In words: take any conclusion that somebody may draw from the published files, whatever else \
         they know, and compare its probability in two worlds: {change}. In each world it is at most {} \
         times what it is in the other, plus {delta:e}.\n\n\
         The unit of protection is one {unit}. Whoever stands behind several {unit}s is protected less, \
         and markedly so. {}.\n\n\
         ## How it was computed\n\n\
         - Accountant: {}{}. Epsilon is an upper bound, rounded up, and does not depend on the data.\n\
         - Noise: {}.\n\n",
        published(report),
        epsilon(guarantee.epsilon),
        factor(guarantee.epsilon),
        markdown(&of_groups(guarantee.epsilon, delta, unit)),
        guarantee.accountant,
        guarantee
            .conversion
            .map(|name| format!(" (conversion {name})"))
            .unwrap_or_default(),
        report.noise,
    );
    if let Some(sanitized) = &report.sanitized {
        page.push_str(&format!(
            "Beside the labels one number is published that depends on the votes, with noise on it: no \
             conclusion from these very data is more than e^epsilon times as probable, plus {:e}, as from \
             the same data with one {unit} changed, for epsilon = **{}**; with a chance of {:e} (over the \
             noise) this number is too low. It holds in this one direction. The guarantee above does not \
             rest on it and pays for its publication.\n\n",
            sanitized.delta,
            epsilon(sanitized.epsilon),
            sanitized.failure_probability,
        ));
    }
    if !report.mechanism.is_empty() {
        page.push_str("What was done to the records:\n\n");
        for sentence in &report.mechanism {
            page.push_str(&format!("- {}\n", markdown(sentence)));
        }
        page.push('\n');
    }
    for warning in &report.warnings {
        page.push_str(&format!("**Warning:** {}.\n\n", markdown(warning)));
    }
    page.push_str("## What it rests on\n\n");
    for assumption in &report.assumptions {
        page.push_str(&format!("- {}\n", markdown(assumption)));
    }
    page.push_str(
        "\nThe files under `private/` of the run, and its times and memory, are not covered and must \
         not be published.\n",
    );
    page
}

/// All that is published of the private records.
fn published(report: &PrivacyReport) -> String {
    let mut published = match (&report.labels_sha256, report.method) {
        (Some(_), _) => vec![
            "the labels of public examples in `labels.csv`, and whatever is learned from these and \
             public data alone",
        ],
        // What trials released on their way is gone.
        _ if is_selection(&report.events) => vec!["the model"],
        // A student of the noisy model.
        (None, "dp-sgd") if report.public_pool.is_some() => vec![
            "the noisy model, and its state after every step of training, and whatever is learned from these \
             and public data alone: the model that is published",
        ],
        (None, "dp-sgd") => vec!["the model, and its state after every step of training"],
        (None, _) => vec!["the model"],
    };
    if is_selection(&report.events) {
        published.push(
            "which of the settings was chosen, and the noisy count in `selection.json` by which it won",
        );
    }
    if report.sanitized.is_some() {
        published.push("the bound on epsilon for these very votes, with noise on it");
    }
    published.join("; ")
}

/// `e^epsilon`, rounded up to three digits.
fn factor(epsilon: f64) -> String {
    let factor = epsilon.exp();
    if !factor.is_finite() {
        return "infinitely many".into();
    }
    let unit = 10f64.powi(factor.log10().floor() as i32 - 2);
    // One part in 10^12 covers the rounding of the exponential and of the quotient.
    let rounded = (factor * (1.0 + 1e-12) / unit).ceil() * unit;
    match rounded < 1e6 {
        true => {
            let decimals = (2 - rounded.log10().floor() as i32).max(0) as usize;
            format!("{rounded:.decimals$}")
        }
        false => format!("{rounded:.2e}"),
    }
}

#[cfg(test)]
mod tests {
    use super::factor;

    #[test]
    fn the_factor_is_rounded_up() {
        assert_eq!(factor(1.5), "4.49"); // 4.48169
        assert_eq!(factor(0.001), "1.01"); // 1.0010005
        assert_eq!(factor(5.0), "149"); // 148.41
        assert_eq!(factor(1e4), "infinitely many");
        for step in 1..2000 {
            let epsilon = f64::from(step) * 0.01;
            let shown: f64 = factor(epsilon).parse().unwrap();
            assert!(shown >= epsilon.exp() && shown <= 1.02 * epsilon.exp());
        }
    }
}
