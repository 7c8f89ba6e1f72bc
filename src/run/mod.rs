//! One experiment from a checked config to its artefacts.

mod artefacts;
mod baseline;
mod context;
pub(crate) mod dp_sgd;
pub(crate) mod engine;
mod metrics;
mod pate;
mod plan;
mod privacy_report;
mod result;
mod statement;
mod summary;

use std::path::{Path, PathBuf};

use anyhow::Result;
use privet_training::data::Dataset;

use crate::config::{Experiment, Method};
use crate::errors::usage;
use crate::output;
use crate::progress::Progress;
use crate::run_dir::{Replay, RunDir, default_root};
use artefacts::Outcome;
use context::Context;

/// What the command line says of a run beside its config.
#[derive(Debug)]
pub(crate) struct RunOptions {
    /// The config file, for messages.
    pub(crate) config: PathBuf,
    /// The run directory, if given.
    pub(crate) out: Option<PathBuf>,
    /// Continue an interrupted run.
    pub(crate) resume: bool,
    /// Print the result as JSON.
    pub(crate) json: bool,
    /// How progress is shown.
    pub(crate) progress: Progress,
    /// Where data sets that are not embedded lie.
    pub(crate) data_dir: PathBuf,
    /// Name of the default run directory.
    pub(crate) name: String,
}

/// Everything that can be refused before any work: plans and their costs.
enum Plan<'a> {
    Pate(Box<pate::PatePlan<'a>>),
    DpSgd(Box<dp_sgd::DpSgdPlan<'a>>),
    Baseline(baseline::BaselinePlan<'a>),
}

impl<'a> Plan<'a> {
    fn new(experiment: &'a Experiment, dataset: &Dataset) -> Result<Self> {
        Ok(match &experiment.method {
            Method::Pate(pate) => {
                Self::Pate(Box::new(pate::PatePlan::new(pate, experiment, dataset)?))
            }
            Method::DpSgd(dp_sgd) => {
                let plan = dp_sgd::DpSgdPlan::new(dp_sgd, experiment, dataset)?;
                Self::DpSgd(Box::new(plan))
            }
            Method::Baseline(training) => {
                Self::Baseline(baseline::BaselinePlan::new(training, experiment, dataset)?)
            }
        })
    }

    fn run(&self, context: &mut Context) -> Result<Outcome> {
        match self {
            Self::Pate(plan) => plan.run(context),
            Self::DpSgd(plan) => plan.run(context),
            Self::Baseline(plan) => plan.run(context),
        }
    }

    fn warnings(&self) -> &[crate::config::Warning] {
        match self {
            Self::Pate(plan) => plan.warnings(),
            Self::DpSgd(plan) => plan.warnings(),
            Self::Baseline(_) => &[],
        }
    }
}

/// Runs an experiment and prints its summary, or its `result.json` where asked.
pub(crate) fn run(experiment: &Experiment, options: &RunOptions) -> Result<()> {
    let clock = std::time::Instant::now();
    let in_config = |message: String| usage(format!("{}: {message}", options.config.display()));
    let dataset = experiment
        .file
        .data
        .load(&experiment.base, &options.data_dir, experiment.units())
        .map_err(|error| in_config(error.to_string()))?;
    let plan = Plan::new(experiment, &dataset).map_err(|error| in_config(format!("{error:#}")))?;
    // Quiet is about progress: what a user must know is said all the same.
    for warning in plan.warnings() {
        output::note(&format!("warning: {warning}"));
    }

    let root = match &options.out {
        Some(out) => out.clone(),
        None => default_root(&options.name, options.resume)?,
    };
    let dir = RunDir::open(&root, options.resume, &experiment.to_toml()?)?;
    if let Some(result) = dir.finished()? {
        options
            .progress
            .say(&format!("{} is complete already", root.display()));
        Replay::forget(&dir)?;
        return print(&result, options.json, dir.root());
    }

    let (progress, resumed) = (options.progress, options.resume);
    let mut context = Context::new(experiment, dataset, dir, progress, resumed, clock);
    let outcome = plan.run(&mut context)?;
    let result = artefacts::write(&context, outcome)?;
    Replay::forget(&context.dir)?;
    print(&result, options.json, context.dir.root())
}

fn print(result: &[u8], json: bool, root: &Path) -> Result<()> {
    let text = String::from_utf8_lossy(result);
    match json {
        true => output::print(&text),
        false => output::print(&summary::table(&serde_json::from_slice(result)?, root)),
    }
}
