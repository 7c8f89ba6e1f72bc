//! Runs beside each other in a terminal.

mod canvas;
mod json;
mod table;

pub use json::json;

use crate::cost::Together;
use crate::figures;
use crate::numbers::epsilon;
use crate::page::in_words;
use crate::run::Runs;

/// The letters that a terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letters {
    /// All of Unicode.
    Unicode,
    /// ASCII alone.
    Ascii,
}

/// A table of the runs, what they cost together, and accuracy against epsilon for each data set.
#[must_use]
pub fn compare(runs: &Runs, together: &[Together], letters: Letters) -> String {
    let mut text = table::of(&runs.runs);
    text.push('\n');
    for group in together.iter().filter(|group| group.runs.len() > 1) {
        let whole = &group.whole;
        text.push_str(&format!(
            "all {} private runs on {} together: epsilon {} at delta {:e} ({} {}; {})\n",
            group.runs.len(),
            group.name,
            epsilon(whole.epsilon),
            whole.delta,
            group.relation,
            group.unit,
            in_words(whole.how),
        ));
        if group.others {
            text.push_str("  other private runs on it are under another relation or unit: they cannot be composed with these\n");
        }
    }
    for group in together.iter().filter(|group| group.not_private > 0) {
        text.push_str(&format!(
            "NOT PRIVATE: {} more on {}, which no epsilon bounds\n",
            group.not_private, group.name
        ));
    }
    if runs
        .runs
        .iter()
        .any(|run| run.result.utility.test_accuracy.is_some())
    {
        text.push_str("scores are on public test data: choosing by them costs nothing more\n");
    }
    for study in figures::studies(&runs.runs) {
        if let Some(plot) = canvas::plot(&study, letters) {
            text.push_str(&format!(
                "\n{}: accuracy on public test data against epsilon\n{plot}",
                study.dataset
            ));
        }
    }
    text
}
