//! What an audit tells, and whether the claim survived it.

use std::fmt::Write;

use anyhow::{Result, bail};
use serde_json::Value;

use crate::display;
use crate::output;
use crate::run_dir::{RunDir, json};

/// The findings, as a table and as JSON.
pub(super) struct Report {
    /// What was audited, in a few words.
    pub(super) title: String,
    pub(super) rows: Vec<(&'static str, String)>,
    pub(super) value: Value,
    /// What only the file may hold beside it.
    pub(super) inside: Vec<(&'static str, Value)>,
    /// What is wrong, if anything is.
    pub(super) refuted: Option<String>,
}

impl Report {
    /// Writes `private/audit.json` where there is a directory, prints the findings, and fails if the
    /// claim is refuted.
    pub(super) fn finish(self, dir: Option<&RunDir>, as_json: bool) -> Result<()> {
        if let Some(dir) = dir {
            let mut whole = self.value.clone();
            for (key, value) in &self.inside {
                whole[*key] = value.clone();
            }
            dir.write_private("audit.json", &json(&whole)?)?;
        }
        match as_json {
            true => output::print(&String::from_utf8_lossy(&json(&self.value)?))?,
            false => output::print(&self.table(dir))?,
        }
        match self.refuted {
            Some(why) => bail!(why),
            None => Ok(()),
        }
    }

    fn table(&self, dir: Option<&RunDir>) -> String {
        let mut text = format!("\n{}\n", self.title);
        for (name, value) in &self.rows {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "  {name:<15} {value}");
        }
        if let Some(dir) = dir {
            let file = dir.private("audit.json");
            let _ = writeln!(text, "\nreport: {}", file.display());
        }
        text
    }
}

/// A lower bound on epsilon with at most four decimals, rounded down.
pub(super) fn at_least(epsilon: f64) -> String {
    let text = format!("{:.4}", (epsilon * 1e4).floor() / 1e4);
    text.trim_end_matches('0').trim_end_matches('.').to_string()
}

/// The claim in words.
pub(super) fn claimed(epsilon: f64, delta: f64, relation: &str) -> String {
    let epsilon = display::epsilon(epsilon);
    format!("epsilon {epsilon} at delta {delta:e} ({relation})")
}
