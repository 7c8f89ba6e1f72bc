//! Trials: trainings under `private/`, and how many private records each predicts rightly.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use privet_export::ModelFile;
use privet_mechanisms::{PrivateSelectionRun, Sensitive};
use privet_student::{LabeledSetError, StudentError};
use privet_training::data::Dataset;
use privet_training::evaluate;
use privet_training::network::Network;
use privet_training::plain::TrainingError;

use super::Candidate;
use crate::export::FileFormat;
use crate::progress::Progress;
use crate::run::artefacts;
use crate::run::context::Context;
use crate::run::{Plan, Stage};
use crate::run_dir::{Replay, Reserved, RunDir};

/// What trials need.
pub(super) struct Trials<'a> {
    pub(super) candidates: &'a [Candidate],
    pub(super) dataset: &'a Dataset,
    pub(super) reserved: &'a Reserved,
    /// Where they are: a folder of this reservation alone.
    pub(super) folder: &'a Path,
}

impl Trials<'_> {
    /// Does every trial that the run asks for; those of an interrupted selection are there already.
    pub(super) fn run(&self, run: &mut PrivateSelectionRun) -> Result<()> {
        while let Some(trial) = run.next_trial().into_exposed_sensitive() {
            let root = self.folder.join(trial.number.to_string());
            let candidate = &self.candidates[trial.candidate as usize];
            let trained = match root.join("result.json").exists() {
                true => Ok(()),
                false => self.train(&root, trial.number, candidate),
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
    ///
    /// Its noise is a function of the reservation and its number: a copy of the directory, or one that
    /// has lost a trial, trains the same model again.
    fn train(&self, root: &Path, number: u64, candidate: &Candidate) -> Result<()> {
        let clock = std::time::Instant::now();
        let experiment = &candidate.experiment;
        let plan = Plan::new(experiment, self.dataset, &Stage::All)?;
        let mut dir = RunDir::open(root, root.exists(), &experiment.to_toml()?)?;
        dir.give_key(&self.reserved.key_of_part(number)?);
        let dataset = self.dataset.clone();
        // Whoever sees the progress of trials sees how many there are, and what the losing ones reach.
        let seen = (root.exists(), true);
        let mut context = Context::new(experiment, dataset, dir, Progress::Quiet, seen, clock);
        if let Some(outcome) = plan.run(&mut context, &Stage::All)? {
            artefacts::write(&context, outcome)?;
        }
        Replay::forget(&context.dir)
    }

    /// How many private records a model predicts rightly: where users are protected, of those that
    /// are used of each.
    fn right(&self, network: &Network) -> Sensitive<u64> {
        let private = &self.dataset.private;
        let right = private.examples().as_ref().map(|examples| {
            let predicted = evaluate::classes(network, examples.inputs());
            let pairs = predicted.iter().zip(examples.labels());
            pairs
                .map(|(predicted, label)| predicted == label)
                .collect::<Vec<bool>>()
        });
        match private.units() {
            None => right.map(|right| right.iter().filter(|&&right| right).count() as u64),
            Some(units) => right.zip(units.clone()).map(|(right, units)| {
                let rows = (0..units.len()).filter_map(|unit| units.rows(unit));
                let is_right = |row: &&usize| right.get(**row).copied().unwrap_or(false);
                let of_unit = |rows: &[usize]| rows.iter().filter(is_right).count() as u64;
                rows.map(of_unit).sum()
            }),
        }
    }
}

/// The model of a finished trial.
pub(super) fn model(root: &Path) -> Result<Network> {
    let path = root
        .join("released")
        .join(FileFormat::Safetensors.file_name());
    let read = || -> Result<Network> { Ok(ModelFile::read(&fs::read(&path)?)?.network) };
    read().context("there is no model: the training failed")
}

fn is_of_training(error: &anyhow::Error) -> bool {
    let mut causes = error.chain();
    causes.any(|cause| {
        cause.is::<TrainingError>() || cause.is::<StudentError>() || cause.is::<LabeledSetError>()
    })
}
