//! `privet sweep`: many experiments from one file.

mod child;
mod composed;
mod crew;
mod file;
mod folder;
mod name;
mod outcome;
mod plan;
mod point;
mod shard;
mod table;

use std::path::PathBuf;

use anyhow::{Result, bail, ensure};
use serde_json::json;

use crate::config;
use crate::errors::usage;
use crate::interrupt;
use crate::output;
use crate::progress::Progress;
use crate::run::{Candidate, SelectionNumbers, SelectionOptions, select};
use crate::run_dir::{self, default_root};
use child::Orders;
use composed::composed;
use file::{SelectionTable, SweepFile};
use folder::Folder;
use outcome::{Outcome, State};
use plan::SweepPlan;
use point::Point;

pub(crate) use child::stop_at_end_of_input;
pub(crate) use shard::Shard;

/// What the command line says of a sweep.
#[derive(Debug)]
pub(crate) struct SweepOptions {
    /// The sweep's file.
    pub(crate) file: PathBuf,
    /// Its directory, if given.
    pub(crate) out: Option<PathBuf>,
    /// Continue in a directory that exists.
    pub(crate) resume: bool,
    /// Points at once.
    pub(crate) jobs: usize,
    /// Which points.
    pub(crate) shard: Option<Shard>,
    /// Only say what would be done.
    pub(crate) dry_run: bool,
    /// Print JSON.
    pub(crate) json: bool,
    /// How progress is shown.
    pub(crate) progress: Progress,
    /// Where data sets that are not embedded lie.
    pub(crate) data_dir: PathBuf,
}

/// Runs every point that is not finished, and prints what all of them found and cost.
pub(crate) fn run(options: &SweepOptions) -> Result<()> {
    let (selection, all) = read_points(options)?;
    if let Some(SelectionTable::Private {
        mean_trials,
        score_noise,
        epsilon,
    }) = selection
    {
        let numbers = SelectionNumbers {
            mean_trials,
            score_noise,
            epsilon,
        };
        return choose_privately(options, &all, numbers);
    }
    let in_shard = |position: usize| options.shard.is_none_or(|shard| shard.has(position));
    let mine: Vec<Point> = (all.iter().enumerate())
        .filter(|(position, _)| in_shard(*position))
        .map(|(_, point)| point.clone())
        .collect();
    if options.dry_run {
        return dry_run(options, &mine);
    }
    let may_exist = options.resume || options.shard.is_some();
    let folder = Folder::open(&root(options)?, may_exist)?;
    interrupt::handle(format!(
        "nothing that is paid for is lost: give the same command with --resume --out {}",
        folder.root().display()
    ))?;
    let open: Vec<&Point> = mine
        .iter()
        .filter(|point| !folder.is_finished(point))
        .collect();
    let orders = Orders {
        folder: &folder,
        data_dir: &options.data_dir,
    };
    let ended = crew::run(&orders, (&open, mine.len()), options.jobs, options.progress);
    let outcomes = report(options, (&folder, &all), selection)?;
    ended?;
    let is_mine = |outcome: &&Outcome| mine.iter().any(|point| point.name == outcome.point);
    let unfinished = |outcome: &&Outcome| !matches!(outcome.state, State::Finished { .. });
    match outcomes.iter().filter(is_mine).filter(unfinished).count() {
        0 => Ok(()),
        failed => bail!(
            "{failed} of {} points failed, see above: the others are not lost; mend what failed and \
             give the same command with --resume --out {}",
            mine.len(),
            folder.root().display()
        ),
    }
}

/// All points, each with a config that makes sense.
fn read_points(options: &SweepOptions) -> Result<(Option<SelectionTable>, Vec<Point>)> {
    let name = options.file.display();
    let file = SweepFile::read(&options.file)?;
    let folder = options.file.parent().unwrap_or(std::path::Path::new(""));
    let points = point::points(&file, folder);
    let mut points = points.map_err(|error| usage(format!("{name}: {error}")))?;
    for point in &mut points {
        let checked = config::load(&point.base, &point.assignments(), None);
        let checked = checked.and_then(|experiment| experiment.to_toml());
        point.resolved =
            checked.map_err(|error| usage(format!("{name}: point {}: {error:#}", point.name)))?;
    }
    if let Some(SelectionTable::RawPrivate {}) = file.selection {
        return Err(usage(format!(
            "{name}: [selection] kind = \"raw-private\": a choice by a score on private records tells of \
             them, and nothing would pay for that: use kind = \"private\", a mechanism with its own \
             epsilon, or kind = \"public-test\""
        )));
    }
    Ok((file.selection, points))
}

/// One run whose setting is chosen among all points.
fn choose_privately(
    options: &SweepOptions,
    points: &[Point],
    numbers: SelectionNumbers,
) -> Result<()> {
    if options.jobs > 1 || options.shard.is_some() {
        return Err(usage(format!(
            "{}: [selection] kind = \"private\" is one mechanism, whose trials are done one after \
             another: leave --jobs and --shard out",
            options.file.display()
        )));
    }
    let candidate = |point: &Point| -> Result<Candidate> {
        Ok(Candidate {
            name: point.name.clone(),
            experiment: config::load(&point.base, &point.assignments(), None)?,
        })
    };
    let candidates: Vec<Candidate> = points.iter().map(candidate).collect::<Result<_>>()?;
    let asked = SelectionOptions {
        file: options.file.clone(),
        out: root(options)?,
        resume: options.resume,
        dry_run: options.dry_run,
        json: options.json,
        progress: options.progress,
        data_dir: options.data_dir.clone(),
    };
    select(&candidates, numbers, &asked)
}

fn root(options: &SweepOptions) -> Result<PathBuf> {
    match (&options.out, options.shard) {
        (Some(out), _) => Ok(out.clone()),
        (None, Some(_)) => Err(usage(
            "--shard needs --out DIR, the directory that all shards share",
        )),
        (None, None) => {
            let stem = options.file.file_stem().unwrap_or_default();
            default_root(&stem.to_string_lossy(), options.resume)
        }
    }
}

fn dry_run(options: &SweepOptions, points: &[Point]) -> Result<()> {
    let folder = (options.out.as_ref())
        .filter(|out| out.exists())
        .map(|out| Folder::existing(out));
    let plan = SweepPlan::new(points, folder.as_ref(), (&options.data_dir, options.jobs))?;
    match options.json {
        true => output::print(&format!("{:#}\n", plan.to_json()))?,
        false => output::print(&plan.to_text())?,
    }
    let refused = plan.refused();
    ensure!(
        refused == 0,
        usage(format!("{refused} points would be refused, see above"))
    );
    Ok(())
}

/// Writes and prints the results of all points of all shards, as far as they are.
fn report(
    options: &SweepOptions,
    (folder, points): (&Folder, &[Point]),
    selection: Option<SelectionTable>,
) -> Result<Vec<Outcome>> {
    // Shards can end at the same moment.
    let _lock = folder.lock()?;
    let outcomes = points.iter().map(|point| Outcome::read(folder, point));
    let outcomes: Vec<Outcome> = outcomes.collect::<Result<_>>()?;
    let charged = outcomes
        .iter()
        .filter_map(|outcome| outcome.charged.clone());
    let together = composed(&charged.collect::<Vec<_>>())?;
    let rows = table::rows(&outcomes);
    let best = match selection {
        Some(SelectionTable::PublicTest {}) => table::best(&rows),
        _ => None,
    };
    let whole = json!({"points": outcomes, "rows": rows, "best_on_public_test_data": best, "composed": together, "comparison": table::COMPARED});
    let bytes = run_dir::json(&whole)?;
    folder.write("sweep.json", &bytes)?;
    folder.write("sweep.csv", &table::csv(&rows)?)?;
    match options.json {
        true => output::print(&String::from_utf8_lossy(&bytes))?,
        false => output::print(&table::table((&outcomes, &rows), &together, best))?,
    }
    Ok(outcomes)
}
