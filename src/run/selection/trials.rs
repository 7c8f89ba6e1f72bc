//! Trials: trainings under `private/`, and how many private records each predicts rightly.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use burn::tensor::Device;
use privet_mechanisms::{PrivateSelectionRun, Sensitive};
use privet_student::StudentError;
use privet_training::data::Examples;
use privet_training::evaluate;
use privet_training::model_file;
use privet_training::network::Network;
use privet_training::plain::TrainingError;

use super::{Candidate, SelectionOptions, TRIALS};
use crate::run::artefacts;
use crate::run::context::Context;
use crate::run::{Plan, Stage};
use crate::run_dir::{Replay, RunDir};

/// What trials need.
pub(super) struct Trials<'a> {
    pub(super) candidates: &'a [Candidate],
    pub(super) options: &'a SelectionOptions,
    pub(super) dir: &'a RunDir,
    pub(super) examples: &'a Sensitive<Examples>,
}

impl Trials<'_> {
    /// Does every trial that the run asks for; those of an interrupted selection are there already.
    pub(super) fn run(&self, run: &mut PrivateSelectionRun) -> Result<()> {
        while let Some(trial) = run.next_trial().into_exposed_sensitive() {
            let root = self.dir.private(TRIALS).join(trial.number.to_string());
            let candidate = &self.candidates[trial.candidate as usize];
            let trained = match root.join("result.json").exists() {
                true => Ok(()),
                false => self.train(&root, candidate),
            };
            let right = match trained {
                Ok(()) => self.right(&model(&root)?),
                // It depends on private data that a training fails, so a failure is a bad score.
                Err(error) if is_of_training(&error) => Sensitive::new(0),
                Err(error) => return Err(error),
            };
            run.score(&right)?;
        }
        Ok(())
    }

    /// A run like any other, but that it is charged as a part of the whole.
    fn train(&self, root: &Path, candidate: &Candidate) -> Result<()> {
        let clock = std::time::Instant::now();
        let experiment = &candidate.experiment;
        let dataset = super::candidates::load(experiment, &self.options.data_dir)?;
        let plan = Plan::new(experiment, &dataset, &Stage::All)?;
        let dir = RunDir::open(root, root.exists(), &experiment.to_toml()?)?;
        let seen = (root.exists(), true);
        let mut context =
            Context::new(experiment, dataset, dir, self.options.progress, seen, clock);
        if let Some(outcome) = plan.run(&mut context, &Stage::All)? {
            artefacts::write(&context, outcome)?;
        }
        Replay::forget(&context.dir)
    }

    /// How many private records a model predicts rightly.
    fn right(&self, network: &Network) -> Sensitive<u64> {
        self.examples.as_ref().map(|examples| {
            let predicted = evaluate::classes(network, examples.inputs());
            let pairs = predicted.iter().zip(examples.labels());
            pairs
                .filter(|(predicted, label)| predicted == label)
                .count() as u64
        })
    }
}

/// The model of a finished trial.
pub(super) fn model(root: &Path) -> Result<Network> {
    let path = root.join("released").join("model.safetensors");
    let read =
        || -> Result<Network> { Ok(model_file::from_bytes(&fs::read(&path)?, &Device::flex())?.0) };
    read().with_context(|| format!("the winning trial has no model at {}", path.display()))
}

fn is_of_training(error: &anyhow::Error) -> bool {
    let mut causes = error.chain();
    causes.any(|cause| cause.is::<TrainingError>() || cause.is::<StudentError>())
}
