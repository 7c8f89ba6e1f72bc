//! The page for the owner of the records: what must not leave.

use askama::Template;

use super::rows::CostRow;
use super::{Drawn, SCRIPT, STYLE};
use crate::{ReportError, Run, figures, svg};

/// `private/report.html` of a run whose data set is no declared public benchmark: times and memory, vote
/// gaps, membership. None for a public benchmark, whose page shows all of it.
///
/// # Errors
/// None in practice: the page is written to memory.
pub fn inside(run: &Run) -> Result<Option<String>, ReportError> {
    if run.is_public_benchmark() {
        return Ok(None);
    }
    let all = [
        figures::cost(&[run]),
        figures::vote_gaps(run),
        figures::membership(run),
    ];
    let page = Inside {
        title: format!("{}: for the owner of the records", run.name),
        style: [svg::THEME, svg::STYLE, STYLE].concat(),
        script: SCRIPT,
        cost: CostRow::of_owner(run),
        figures: all.iter().flatten().map(Drawn::of).collect(),
    };
    let html = page
        .render()
        .map_err(|error| ReportError::Text(error.to_string()))?;
    Ok(Some(html))
}

#[derive(Template)]
#[template(path = "inside.html")]
struct Inside {
    title: String,
    style: String,
    script: &'static str,
    cost: CostRow,
    figures: Vec<Drawn>,
}
