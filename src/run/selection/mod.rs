//! The best of several private trainings by a score on private data, which is itself private.
//!
//! A selection is a run of its own: one directory, one reservation for everything, one released
//! model. Its trials are runs under `private/trials`, which are removed at its end.

mod candidates;
mod trials;
mod winner;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};
use privet_mechanisms::{PrivateSelection, PrivateSelectionParameters};

use super::artefacts;
use super::charging::Charging;
use super::context::Context;
use super::engine::Engine;
use super::plan::Accounting;
use super::print;
use super::representation::represent;
use crate::digest;
use crate::interrupt::{self, Interrupted};
use crate::ledger::PlannedRelease;
use crate::progress::Progress;
use crate::run_dir::{Replay, RunDir};
use candidates::Agreed;
pub(crate) use candidates::Candidate;
use trials::Trials;

const PURPOSE: &str = "the best of a random number of private trainings";

/// What there is to choose from; the config of the directory is the winner's.
const CANDIDATES: &str = "candidates.toml";

/// Where trials are, under `private/`.
const TRIALS: &str = "trials";

/// The numbers of a selection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SelectionNumbers {
    /// The mean of the number of trials.
    pub(crate) mean_trials: u32,
    /// Scale of the noise on the number of private records that a model predicts rightly.
    pub(crate) score_noise: f64,
    /// The most that everything may cost.
    pub(crate) epsilon: Option<f64>,
}

/// What is asked of a selection.
#[derive(Debug)]
pub(crate) struct SelectionOptions {
    /// The file that asks, for messages.
    pub(crate) file: PathBuf,
    /// The directory.
    pub(crate) out: PathBuf,
    /// Continue an interrupted one.
    pub(crate) resume: bool,
    /// Only say what it would cost.
    pub(crate) dry_run: bool,
    /// Print the result as JSON.
    pub(crate) json: bool,
    /// How progress is shown.
    pub(crate) progress: Progress,
    /// Where data sets that are not embedded lie.
    pub(crate) data_dir: PathBuf,
}

/// Runs a selection to its end, and prints the winner's summary.
///
/// # Errors
/// Candidates that cost different things, a budget that does not pay, and whatever ends a run.
pub(crate) fn select(
    candidates: &[Candidate],
    numbers: SelectionNumbers,
    options: &SelectionOptions,
) -> Result<()> {
    let clock = std::time::Instant::now();
    let named = || options.file.display().to_string();
    let agreed = Agreed::of(candidates, &options.data_dir)?;
    let mut dataset = agreed.load(&options.data_dir)?;
    let release = agreed.release.clone();
    let mechanism = PrivateSelection::new(
        PrivateSelectionParameters {
            candidates: u32::try_from(candidates.len()).unwrap_or(u32::MAX),
            mean_trials: numbers.mean_trials,
            score_sensitivity: agreed.score_sensitivity,
            score_scale: numbers.score_noise,
        },
        &release.event,
    )
    .with_context(|| format!("{}: [selection]", named()))?;
    let mut privacy = agreed.privacy.clone();
    privacy.epsilon = numbers.epsilon;
    let accounting = Accounting::new(&privacy, &mechanism.event());
    accounting
        .check_budget(
            &mechanism.event(),
            "[selection] score_noise, [privacy] epsilon",
        )
        .map_err(|error| crate::errors::usage(format!("{}: {error:#}", named())))?;
    if options.dry_run {
        return agreed.print_cost(&accounting.guarantee(&mechanism.event())?, options.json);
    }
    let planned = PlannedRelease {
        event: mechanism.event(),
        purpose: PURPOSE,
        ..release
    };
    let stage = super::Stage::All;
    let progress = options.progress;
    let charging = Charging::new(agreed.first, &dataset, &stage, Some(planned), progress)
        .with_context(named)?;
    charging.check(&options.out).with_context(named)?;
    let config = candidates::resolved(candidates, numbers)?;
    let mut dir = RunDir::open_for(CANDIDATES, &options.out, options.resume, &config)?;
    if let Some(result) = dir.finished()? {
        let told = format!("{} is complete already", options.out.display());
        options.progress.say(&told);
        Replay::forget(&dir)?;
        remove_trials(&dir)?;
        charging.settle_finished(&dir)?;
        return print(&result, options.json, dir.root());
    }
    let engine = Engine::new(agreed.first.file.engine);
    represent(
        &mut dataset,
        &engine,
        agreed.first,
        progress,
        (Some(dir.root()), None),
    )?;
    let account = charging.begin(&mut dir)?;
    interrupt::handle(format!(
        "nothing that is paid for is lost: give the same command with --resume --out {}",
        options.out.display()
    ))?;

    let mut ledger = dir.ledger(privacy.relation, privacy.protected())?;
    let records = digest::of_examples(dataset.private.examples(), &[config.as_bytes()]);
    let inputs = match dataset.private.units() {
        None => records,
        Some(units) => digest::of_units(units, records),
    };
    let chosen = privacy
        .replay()
        .reserve(
            &dir,
            &mut ledger,
            PURPOSE,
            &mechanism.event(),
            &inputs,
            |ledger, event| accounting.afford(ledger, event),
        )
        .and_then(|reserved| {
            let mut run = mechanism.start(&reserved.noise)?;
            // Trials of another reservation are no part of this one.
            let folder = dir.private(TRIALS).join(reserved.tag()?);
            let trials = Trials {
                candidates,
                dataset: &dataset,
                reserved: &reserved,
                folder: &folder,
            };
            trials.run(&mut run)?;
            Ok((run.winner()?, reserved.noise.origin(), folder))
        });
    let (winner, noise, folder) = match chosen {
        Ok(chosen) => chosen,
        Err(error) => {
            // Whoever interrupts goes on with it.
            if let Some(account) = account.filter(|_| !error.is::<Interrupted>()) {
                account.cancel(&dir);
            }
            return Err(error);
        }
    };
    let resume = options.resume;
    let candidate = &candidates[winner.candidate() as usize];
    let experiment = &candidate.experiment;
    let mut context = Context::new(experiment, dataset, dir, progress, (resume, true), clock);
    let outcome = winner::outcome(
        &mut context,
        (candidates, numbers, &winner),
        &folder,
        (accounting, ledger, noise),
    )?;
    let result = artefacts::write(&context, outcome)?;
    Replay::forget(&context.dir)?;
    remove_trials(&context.dir)?;
    if let Some(account) = &account {
        account.settle(&context.dir);
    }
    print(&result, options.json, context.dir.root())
}

/// Losing trials, and how many there were, are not for anybody: they go with the selection's end.
fn remove_trials(dir: &RunDir) -> Result<()> {
    let trials = dir.private(TRIALS);
    match fs::remove_dir_all(&trials) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", trials.display()))
        }
        _ => Ok(()),
    }
}
