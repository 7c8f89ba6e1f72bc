//! Pages and comparisons of finished runs.

mod place;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use privet_report::page::{Report, inside};
use privet_report::terminal::{self, Letters};
use privet_report::{ReportError, Run, Runs, cost, csv, png, svg};

use crate::errors::usage;
use crate::output;
use crate::run_dir::atomic::{self, Access};
use place::Place;

/// Writes the page of some runs, its table and its figures, and for each run on confidential data the
/// page for its owner.
///
/// # Errors
/// No run can be shown, or nothing can be written.
pub(crate) fn write(paths: &[PathBuf], out: Option<&Path>, audit: Option<&Path>) -> Result<()> {
    let mut runs = read(paths)?;
    if let Some(audit) = audit {
        add_audit(&mut runs, audit)?;
    }
    let place = Place::of(&runs, out)?;
    let report = Report::of(&runs);
    atomic::write(&place.page, report.html()?.as_bytes(), Access::Shared)?;
    atomic::write(&place.table, &csv::csv(&runs.runs)?, Access::Shared)?;
    let folder = &place.figures;
    fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut figures = 0;
    for figure in report.figures() {
        let file = |extension: &str| folder.join(format!("{}.{extension}", figure.name));
        atomic::write(
            &file("svg"),
            svg::document(figure).as_bytes(),
            Access::Shared,
        )?;
        atomic::write(&file("png"), &png::png(figure)?, Access::Shared)?;
        figures += 1;
    }
    let mut text = format!(
        "page:    {}\ntable:   {}\nfigures: {} ({figures} as SVG and PNG)\n",
        place.page.display(),
        place.table.display(),
        folder.display()
    );
    for run in &runs.runs {
        if let Some(page) = of_owner(run)? {
            text.push_str(&format!("private: {}\n", page.display()));
        }
    }
    output::print(&text)
}

/// Prints runs beside each other.
///
/// # Errors
/// No run can be shown.
pub(crate) fn compare(paths: &[PathBuf], json: bool) -> Result<()> {
    let runs = read(paths)?;
    let together = cost::together(&runs.runs);
    match json {
        true => output::print(&format!("{:#}\n", terminal::json(&runs, &together))),
        false => output::print(&terminal::compare(&runs, &together, letters())),
    }
}

/// The runs; what cannot be shown is told and left out, unless nothing is left.
fn read(paths: &[PathBuf]) -> Result<Runs> {
    let mut runs = Runs::read(paths);
    if !runs.runs.is_empty() {
        for error in &runs.left_out {
            output::note(&format!("warning: left out: {error}"));
        }
        return Ok(runs);
    }
    let last = runs.left_out.pop();
    for error in &runs.left_out {
        output::note(&format!("error: {error}"));
    }
    match last {
        Some(error @ ReportError::NotARun { .. }) => Err(usage(error.to_string())),
        Some(error) => Err(error.into()),
        None => bail!("there is no run to show"),
    }
}

/// Gives the membership attack of an audit to the first run on its data set.
fn add_audit(runs: &mut Runs, audit: &Path) -> Result<()> {
    let (dataset, membership) = privet_report::run::audited(audit)?;
    let run = runs
        .runs
        .iter_mut()
        .find(|run| run.result.dataset == dataset);
    let run = run.with_context(|| {
        format!(
            "--audit {}: it is of the data set {dataset}, and no run here is",
            audit.display()
        )
    })?;
    run.inside.membership = Some(membership);
    Ok(())
}

/// `private/report.html` of a run on confidential data, where its private files are here.
fn of_owner(run: &Run) -> Result<Option<PathBuf>> {
    let private = run.directory.join("private");
    match inside(run)?.filter(|_| private.is_dir()) {
        None => Ok(None),
        Some(page) => {
            let path = private.join("report.html");
            atomic::write(&path, page.as_bytes(), Access::Owner)?;
            Ok(Some(path))
        }
    }
}

/// What the terminal can show, by its locale.
fn letters() -> Letters {
    let named = ["LC_ALL", "LC_CTYPE", "LANG"].iter();
    let locale = named
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty());
    let locale = locale.unwrap_or_default().to_lowercase();
    match locale.contains("utf-8") || locale.contains("utf8") {
        true => Letters::Unicode,
        false => Letters::Ascii,
    }
}
