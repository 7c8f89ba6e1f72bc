//! `privet audit dp-sgd`: one training with canaries, of which fair coins decide whether they are in.
//!
//! The training is that of `privet run`: its plan, sampler, engine, mechanism and steps. Its model and
//! everything that was measured stay under `private/`; nothing is released, so nothing is charged.

mod canaries;
mod directed_engine;
mod directions;
mod findings;
mod report;
#[cfg(test)]
mod tests;
mod training;

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use privet_mechanisms::{NoiseKey, NoiseSource};

use super::AuditOptions;
use crate::config::{Experiment, Method};
use crate::errors::usage;
use crate::output;
use crate::run::dp_sgd::DpSgdPlan;
use crate::run::engine::Engine;
use crate::run::representation::represent;
use crate::run_dir::{RunDir, default_root};
use canaries::CanarySet;
use training::Training;

/// What the canaries are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CanaryKind {
    /// Known gradients of clipping-norm length that are orthogonal to each other: the strongest attack
    /// on sampling, noise and accounting. The engine's own clipping has no part in it
    Gradient,
    /// Private records with a wrong label, whose gradients the engine computes and clips; a weaker
    /// attack, but on everything
    Record,
}

/// What to audit, and how.
#[derive(Clone, Debug)]
pub(crate) struct DpSgdAudit {
    /// The config file, for messages.
    pub(crate) config: PathBuf,
    /// Where data sets that are not embedded lie.
    pub(crate) data_dir: PathBuf,
    /// Name of the default directory.
    pub(crate) name: String,
    /// Number of canaries.
    pub(crate) canaries: usize,
    /// What they are.
    pub(crate) kind: CanaryKind,
}

/// Audits an experiment; fails if its claim is refuted.
pub(crate) fn dp_sgd(
    experiment: &Experiment,
    audited: &DpSgdAudit,
    options: &AuditOptions,
) -> Result<()> {
    let in_config = |message: String| usage(format!("{}: {message}", audited.config.display()));
    let Method::DpSgd(config) = &experiment.method else {
        return Err(in_config(
            "method is not \"dp-sgd\": see privet audit pate".into(),
        ));
    };
    if !experiment.is_private() {
        return Err(in_config(
            "danger_fixed_noise_seed makes all noise predictable, so there is nothing to audit: \
             remove it"
                .into(),
        ));
    }
    let mut dataset = experiment
        .file
        .data
        .load(&experiment.base, &audited.data_dir, experiment.units())
        .map_err(|error| in_config(error.to_string()))?;
    let engine = Engine::new(experiment.file.engine);
    represent(
        &mut dataset,
        &engine,
        experiment,
        options.progress,
        (None, None),
    )?;
    let plan = DpSgdPlan::new(config, experiment, &dataset)
        .map_err(|error| in_config(format!("{error:#}")))?;
    let plan = plan
        .audited()
        .map_err(|error| in_config(format!("{error:#}")))?;
    let relation = config.privacy.relation;
    let noise = NoiseSource::from_key(&NoiseKey::generate()?);
    let set = CanarySet::new(audited, &dataset, &plan, relation, &noise)
        .map_err(|error| in_config(format!("{error:#}")))?;

    let root = match &options.out {
        Some(out) => out.clone(),
        None => default_root(&audited.name, false)?,
    };
    let dir = RunDir::open(&root, false, &experiment.to_toml()?)?;
    if !dataset.info.public_benchmark {
        output::note(
            "warning: what an audit finds is computed from the private records without privacy: keep \
             it inside, as everything under private/",
        );
    }
    let training = Training {
        plan: &plan,
        seed: experiment.file.seed,
        engine: &engine,
        kind: audited.kind,
    };
    let phase = options.progress.phase("noisy SGD", plan.mechanism.steps());
    let trained = training
        .run(&set, &noise, &|step| phase.update(step))
        .context("training with canaries")?;
    phase.finish();
    let found = findings::of(&trained, &set, &plan, &engine, &dataset, options.confidence)?;
    let report = report::of(audited, &plan, relation, &found, &dataset, options);
    report.finish(Some(&dir), options.json)
}
