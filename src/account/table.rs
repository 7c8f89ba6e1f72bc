//! The answer as a table.

use std::fmt::Write;

use privet_accountant::Conversion;
use serde_json::Value;

use super::cost::Cost;
use super::digits::{all, down, up};
use super::question::short_name;
use super::report::Report;

/// A table of names and values under a title, then sentences; with a final newline.
pub(super) struct Table {
    pub(super) title: String,
    pub(super) rows: Vec<(String, String)>,
    pub(super) notes: Vec<String>,
}

impl Table {
    pub(super) fn row(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.rows.push((name.into(), value.into()));
    }

    /// The exact value, and the bound by Renyi divergences beside it.
    pub(super) fn bounds(&mut self, cost: &Cost, conversion: Conversion) {
        match &cost.exact {
            Ok(exact) => self.row(
                "exact value",
                format!(
                    "at least {}, at most {}",
                    down(exact.lower),
                    up(exact.upper)
                ),
            ),
            Err(why) => self.row("exact value", format!("none: {why}")),
        }
        match &cost.rdp {
            Ok(rdp) => {
                let order = rdp.order.map_or(String::new(), |order| {
                    format!(", at order {}", all((order * 100.0).round() / 100.0))
                });
                self.row(
                    "by RDP",
                    format!(
                        "at most {}   ({}: {}{order})",
                        up(rdp.value),
                        short_name(conversion),
                        conversion.name()
                    ),
                );
            }
            Err(why) => self.row("by RDP", format!("none: {why}")),
        }
    }

    pub(super) fn text(&self) -> String {
        let width = self.rows.iter().map(|(name, _)| name.len()).max();
        let width = width.unwrap_or(0).max(15);
        let mut text = format!("{}\n", self.title);
        for (name, value) in &self.rows {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {name:<width$} {value}");
        }
        if !self.notes.is_empty() {
            text.push('\n');
        }
        for note in &self.notes {
            let _ = writeln!(text, "{note}");
        }
        text
    }
}

/// A parameter's name and value as text.
pub(super) fn parameter(name: &str, value: &Value) -> (String, String) {
    let value = match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => number.as_f64().map_or(String::new(), all),
        other => other.to_string(),
    };
    (name.replace('_', " "), value)
}

/// The table of a report.
pub(super) fn of(report: &Report) -> String {
    let (asked, cost) = (report.question.asked, &report.cost);
    let (given, value) = asked.given();
    let mut table = Table {
        title: report.plan.subject.clone(),
        rows: Vec::new(),
        notes: Vec::new(),
    };
    for (name, value) in &report.plan.parameters {
        let (label, mut text) = parameter(name, value);
        if report
            .calibrated
            .is_some_and(|found| found.parameter == *name)
        {
            text.push_str("   <- calibrated");
        }
        table.row(label, text);
    }
    if let Some(calibrated) = &report.calibrated {
        let target = calibrated.target;
        table.row(
            "target",
            format!(
                "epsilon {} at delta {}",
                all(target.epsilon()),
                all(target.delta())
            ),
        );
    }
    let headline = cost.headline();
    table.row(
        asked.sought(),
        format!(
            "{}   at {given} {}   <- the guarantee, by {}",
            up(headline.value),
            all(value),
            headline.accountant
        ),
    );
    table.bounds(cost, report.question.conversion);
    let (relation, unit) = (report.question.relation, report.plan.unit.name());
    table.row("neighbours", format!("{relation} {unit}"));
    if headline.value == f64::INFINITY || (asked.sought() == "delta" && headline.value >= 1.0) {
        table.notes.push("Nothing is guaranteed: add noise.".into());
    } else {
        table.notes.push(format!(
            "The guarantee is an upper bound, rounded up. It holds for any data{}",
            if report.plan.assumptions.is_empty() {
                "."
            } else {
                ", if"
            }
        ));
    }
    for assumption in &report.plan.assumptions {
        table.notes.push(format!("- {assumption}"));
    }
    table.text()
}
