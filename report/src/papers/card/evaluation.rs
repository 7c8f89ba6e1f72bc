//! What was measured on public test data.

use crate::interval::score_interval;
use crate::numbers::percent;
use crate::papers::Facts;
use crate::papers::escape::inline;
use crate::run::Confusion;

/// With more classes than this the table of confusions is left out; that of each class stays.
const MOST_COLUMNS: usize = 12;

/// `## Evaluation`.
pub(super) fn section(facts: &Facts) -> String {
    let utility = &facts.result.utility;
    let Some(accuracy) = utility.test_accuracy else {
        return "## Evaluation\n\nNothing was measured: there is no model.\n\n".into();
    };
    let mut text = format!(
        "## Evaluation\n\n### Testing Data, Factors & Metrics\n\n{} public test examples that no model was trained \
         on. The metric is accuracy, the share of right answers; the interval (95 %, Wilson 1927) speaks of the \
         choice of these examples, not of the noise of another run.\n\n### Results\n\n| model | accuracy | 95 % \
         interval |\n|---|---|---|\n",
        utility.test_size
    );
    let baseline = utility
        .baseline_accuracy
        .filter(|_| facts.is_public_benchmark());
    for (name, share) in [
        ("this model", Some(accuracy)),
        (
            "without privacy, on the same data (a public benchmark)",
            baseline,
        ),
        ("the most frequent class, always", utility.majority_accuracy),
    ] {
        if let Some(share) = share {
            let interval = of_share(share, utility.test_size).map(interval);
            text.push_str(&format!(
                "| {name} | {} | {} |\n",
                percent(share),
                interval.unwrap_or_default()
            ));
        }
    }
    text.push('\n');
    if let Some(confusion) = facts.confusion() {
        text.push_str(&classes(confusion));
    }
    text
}

/// The interval of this model's accuracy, as a phrase; none without a model.
pub(in crate::papers) fn accuracy_interval(facts: &Facts) -> Option<String> {
    let utility = &facts.result.utility;
    of_share(utility.test_accuracy?, utility.test_size).map(interval)
}

/// The classes that are recognised least and most often, with the shares; none without examples.
pub(in crate::papers) fn extremes(confusion: &Confusion) -> Option<[(&str, f64); 2]> {
    let shares = (0..confusion.classes().len()).filter_map(|class| {
        let (right, all) = recognised(confusion, class)?;
        let name = confusion.classes().get(class)?.as_str();
        (all > 0).then(|| (name, right as f64 / all as f64))
    });
    let mut sorted: Vec<(&str, f64)> = shares.collect();
    sorted.sort_by(|a, b| a.1.total_cmp(&b.1));
    Some([*sorted.first()?, *sorted.last()?])
}

fn of_share(share: f64, size: usize) -> Option<(f64, f64)> {
    score_interval((share * size as f64).round() as u64, size as u64)
}

fn interval((low, high): (f64, f64)) -> String {
    format!("{} to {}", percent(low), percent(high))
}

/// Right answers to a class, and its examples.
fn recognised(confusion: &Confusion, class: usize) -> Option<(u64, u64)> {
    let row = confusion.counts().get(class)?;
    Some((*row.get(class)?, row.iter().sum()))
}

fn classes(confusion: &Confusion) -> String {
    let mut text = String::from(
        "#### Each class\n\nRecall is the share of its examples that are recognised, precision the share of the \
         answers with its name that are right.\n\n| class | examples | recall | 95 % interval | precision |\n\
         |---|---|---|---|---|\n",
    );
    for (class, name) in confusion.classes().iter().enumerate() {
        let Some((right, all)) = recognised(confusion, class) else {
            continue;
        };
        let answers: u64 = confusion
            .counts()
            .iter()
            .filter_map(|row| row.get(class))
            .sum();
        let share = |part: u64, whole: u64| match whole {
            0 => "none".into(),
            _ => percent(part as f64 / whole as f64),
        };
        text.push_str(&format!(
            "| {} | {all} | {} | {} | {} |\n",
            inline(name),
            share(right, all),
            score_interval(right, all).map(interval).unwrap_or_default(),
            share(right, answers)
        ));
    }
    text.push('\n');
    if confusion.classes().len() <= MOST_COLUMNS {
        text.push_str(&matrix(confusion));
    }
    text
}

fn matrix(confusion: &Confusion) -> String {
    let row = |first: &str, cells: Vec<String>| format!("| {first} | {} |\n", cells.join(" | "));
    let names = || confusion.classes().iter().map(|name| inline(name));
    let mut text = String::from("#### Answers to the examples of each class\n\n");
    text.push_str(&row("class \\ answer", names().collect()));
    text.push_str(&row("---", names().map(|_| "---".into()).collect()));
    for (name, counts) in names().zip(confusion.counts()) {
        text.push_str(&row(&name, counts.iter().map(u64::to_string).collect()));
    }
    text + "\n"
}
