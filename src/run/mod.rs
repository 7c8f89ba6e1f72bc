//! One experiment from a checked config to its artefacts.

mod artefacts;
mod baseline;
mod charging;
mod context;
pub(crate) mod dp_sgd;
pub(crate) mod engine;
mod estimate;
mod labels_csv;
mod metrics;
pub(crate) mod pate;
mod plan;
mod preview;
mod privacy_report;
mod released_labels;
pub(crate) mod representation;
mod result;
mod row_store;
mod selection;
mod stage;
mod statement;
mod student;
mod summary;
mod tensorboard;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use privet_training::data::Dataset;
use serde_json::json;

use crate::config::{Experiment, Method};
use crate::errors::usage;
use crate::interrupt::{self, Interrupted};
use crate::ledger::PlannedRelease;
use crate::output;
use crate::progress::Progress;
use crate::run_dir::{Replay, RunDir, default_root};
use artefacts::Outcome;
use charging::Charging;
use context::Context;
pub(crate) use estimate::Estimator;
pub(crate) use preview::{Charge, Preview, preview};
pub(crate) use selection::{Candidate, SelectionNumbers, SelectionOptions, select};
pub(crate) use stage::Stage;

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
    /// Where runs share the votes of their teachers, if they do.
    pub(crate) share_votes: Option<PathBuf>,
    /// Also writes TensorBoard event files.
    pub(crate) tensorboard: bool,
    /// Which part of the run.
    pub(crate) stage: Stage,
}

/// Everything that can be refused before any work: plans and their costs.
enum Plan<'a> {
    Pate(Box<pate::PatePlan<'a>>),
    Student(Box<pate::StudentPlan<'a>>),
    MultiLabel(Box<pate::MultiLabelPlan<'a>>),
    DpSgd(Box<dp_sgd::DpSgdPlan<'a>>),
    Baseline(baseline::BaselinePlan<'a>),
}

impl<'a> Plan<'a> {
    fn new(experiment: &'a Experiment, dataset: &Dataset, stage: &Stage) -> Result<Self> {
        Ok(match (&experiment.method, stage) {
            (Method::Pate(pate), Stage::Student { labels }) => {
                let plan = pate::StudentPlan::new(pate, experiment, dataset, labels)?;
                Self::Student(Box::new(plan))
            }
            (Method::Pate(pate), Stage::Labels { votes: Some(votes) }) if pate.is_multi_label() => {
                let plan = pate::MultiLabelPlan::new(pate, dataset, votes)?;
                Self::MultiLabel(Box::new(plan))
            }
            (Method::Pate(pate), _) => Self::Pate(Box::new(pate::PatePlan::new(
                pate, experiment, dataset, stage,
            )?)),
            (_, Stage::Teachers | Stage::Labels { .. } | Stage::Student { .. }) => bail!(
                "method = \"{}\" has no stages: `privet {}` is for method = \"pate\"",
                experiment.file.method.as_str(),
                stage.name()
            ),
            (Method::DpSgd(dp_sgd), Stage::All) => {
                let plan = dp_sgd::DpSgdPlan::new(dp_sgd, experiment, dataset)?;
                Self::DpSgd(Box::new(plan))
            }
            (Method::Baseline(training), Stage::All) => {
                Self::Baseline(baseline::BaselinePlan::new(training, experiment, dataset)?)
            }
        })
    }

    /// No outcome where votes were all that was asked for.
    fn run(&self, context: &mut Context, stage: &Stage) -> Result<Option<Outcome>> {
        match self {
            Self::Pate(plan) => plan.run(context, stage),
            Self::Student(plan) => plan.run(context).map(Some),
            Self::MultiLabel(plan) => plan.run(context).map(Some),
            Self::DpSgd(plan) => plan.run(context).map(Some),
            Self::Baseline(plan) => plan.run(context).map(Some),
        }
    }

    /// Whether what it makes is private.
    fn is_private(&self, experiment: &Experiment) -> bool {
        match self {
            Self::Student(plan) => plan.is_private(),
            _ => experiment.is_private(),
        }
    }

    /// What it will release from private records; nothing where it stops before that, where labels
    /// were paid for before, and where nothing is private.
    fn release(&self, stage: &Stage) -> Result<Option<PlannedRelease>> {
        Ok(match (self, stage) {
            (Self::Pate(_), Stage::Teachers) | (Self::Student(_) | Self::Baseline(_), _) => None,
            (Self::Pate(plan), _) => Some(plan.release()),
            (Self::MultiLabel(plan), _) => Some(plan.release()),
            (Self::DpSgd(plan), _) => Some(plan.release()?),
        })
    }

    fn warnings(&self) -> &[crate::config::Warning] {
        match self {
            Self::Pate(plan) => plan.warnings(),
            Self::MultiLabel(plan) => plan.warnings(),
            Self::DpSgd(plan) => plan.warnings(),
            Self::Student(_) | Self::Baseline(_) => &[],
        }
    }
}

/// Runs an experiment, or a stage of one, and prints its summary, or its `result.json` where asked.
pub(crate) fn run(experiment: &Experiment, options: &RunOptions) -> Result<()> {
    let clock = std::time::Instant::now();
    let in_config = |message: String| usage(format!("{}: {message}", options.config.display()));
    let (data, base) = (&experiment.file.data, &experiment.base);
    let by_label = match &experiment.method {
        Method::Pate(pate) => {
            pate::check_stage(pate, &options.stage)
                .map_err(|error| in_config(error.to_string()))?;
            pate.is_multi_label()
        }
        _ => false,
    };
    let mut dataset = match options.stage.is_public() {
        true if by_label => data.load_pool(base, &options.data_dir),
        true => data.load_public(base, &options.data_dir),
        false => data.load(base, &options.data_dir, experiment.units()),
    }
    .map_err(|error| in_config(error.to_string()))?;
    if let Stage::Labels { votes: Some(_) } = options.stage {
        // The pool may be a public benchmark; nobody has said so of the records behind the votes.
        dataset.info.public_benchmark = false;
    }
    let plan = Plan::new(experiment, &dataset, &options.stage)
        .map_err(|error| in_config(format!("{error:#}")))?;
    // Quiet is about progress: what a user must know is said all the same.
    for warning in plan.warnings() {
        options.progress.warn(&warning.to_string());
    }
    let named = || options.config.display().to_string();
    let release = plan.release(&options.stage)?;
    let (stage, progress) = (&options.stage, options.progress);
    let charging =
        Charging::new(experiment, &dataset, stage, release, progress).with_context(named)?;

    // Where records vote there need not be a stage before that of labels.
    let begun = options.out.as_ref().is_some_and(|out| out.exists());
    let continues = options.stage.continues() && (begun || !experiment.records_vote());
    let resume = options.resume || continues;
    let root = match &options.out {
        Some(out) => out.clone(),
        None => default_root(&options.name, resume)?,
    };
    charging.check(&root).with_context(named)?;
    let private = plan.is_private(experiment);
    let config = experiment.to_toml_of(private)?;
    let mut dir = RunDir::open(&root, resume, &(options.stage.remark() + &config))?;
    if let Some(result) = dir.finished()? {
        options
            .progress
            .say(&format!("{} is complete already", root.display()));
        Replay::forget(&dir)?;
        charging.settle_finished(&dir)?;
        return print(&result, options.json, dir.root());
    }
    // Before anything is reserved: public rows may not allow what is to be fitted on them.
    let engine = engine::Engine::new(experiment.file.engine);
    representation::represent(
        &mut dataset,
        &engine,
        experiment,
        progress,
        (Some(&root), options.share_votes.as_deref()),
    )?;
    let account = charging.begin(&mut dir)?;

    interrupt::handle(format!(
        "nothing that is paid for is lost: give the same command with --resume --out {}",
        root.display()
    ))?;
    let mut context = Context::new(experiment, dataset, dir, progress, (resume, private), clock);
    context.share_votes = options.share_votes.clone();
    if options.tensorboard {
        context.metrics.also_to(&root.join("tensorboard"));
    }
    let written = plan.run(&mut context, &options.stage).and_then(|outcome| {
        outcome
            .map(|outcome| artefacts::write(&context, outcome))
            .transpose()
    });
    let result = match written {
        Ok(Some(result)) => result,
        Ok(None) => return print_voted(&context, options),
        Err(error) => {
            // Whoever interrupts goes on with it.
            if let Some(account) = account.filter(|_| !error.is::<Interrupted>()) {
                account.cancel(&context.dir);
            }
            return Err(error);
        }
    };
    Replay::forget(&context.dir)?;
    if let Some(account) = &account {
        account.settle(&context.dir);
    }
    print(&result, options.json, context.dir.root())
}

/// What the owner of the records does next.
fn print_voted(context: &Context, options: &RunOptions) -> Result<()> {
    let root = context.dir.root().display();
    match options.json {
        true => {
            let seconds = context.seconds.teachers;
            let voted = json!({"stage": "teachers", "directory": root.to_string(),
                "wall_seconds": {"total": context.elapsed(), "teachers": seconds}});
            output::print(&format!("{voted:#}\n"))
        }
        false => output::print(&format!(
            "\nthe teachers have voted; their votes are in {root}/private and nothing is \
             released\nnext: privet label {} --out {root}\n",
            options.config.display(),
        )),
    }
}

fn print(result: &[u8], json: bool, root: &Path) -> Result<()> {
    let text = String::from_utf8_lossy(result);
    match json {
        true => output::print(&text),
        false => output::print(&summary::table(&serde_json::from_slice(result)?, root)),
    }
}
