//! What every phase of a run needs.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use burn::tensor::Device;
use privet_report::run::Confusion;
use privet_student::StudentInputs;
use privet_training::data::{Dataset, Examples, PublicInputs, Represented};
use privet_training::network::Architecture;

use super::engine::Engine;
use super::metrics::Metrics;
use super::result::Seconds;
use crate::config::Experiment;
use crate::progress::Progress;
use crate::run_dir::RunDir;

/// The surroundings of a run.
pub(super) struct Context<'a> {
    pub(super) experiment: &'a Experiment,
    pub(super) dataset: Dataset,
    pub(super) dir: RunDir,
    pub(super) progress: Progress,
    pub(super) metrics: Metrics,
    pub(super) seconds: Seconds,
    /// Whether another process began the run.
    pub(super) resumed: bool,
    pub(super) device: Device,
    pub(super) engine: Engine,
    /// Where runs share the votes of teachers, if they do.
    pub(super) share_votes: Option<PathBuf>,
    /// What is told of the time in all, where the true one is secret.
    pub(super) known_seconds: Option<f64>,
    clock: Instant,
}

impl<'a> Context<'a> {
    pub(super) fn new(
        experiment: &'a Experiment,
        dataset: Dataset,
        dir: RunDir,
        progress: Progress,
        (resumed, private): (bool, bool),
        clock: Instant,
    ) -> Self {
        let warning = serde_json::json!({"warning": "NOT PRIVATE"});
        let head = (!private).then_some(warning);
        Self {
            experiment,
            dataset,
            metrics: Metrics::new(&dir.root().join("metrics.jsonl"), head),
            dir,
            progress,
            seconds: Seconds::default(),
            resumed,
            device: Device::flex(),
            engine: Engine::new(experiment.file.engine),
            share_votes: None,
            known_seconds: None,
            clock,
        }
    }

    /// What a model makes of the public test data.
    pub(super) fn measure(
        &self,
        architecture: &Architecture,
        parameters: &[f32],
    ) -> Result<Confusion> {
        self.measure_on(&self.dataset.test, architecture, parameters)
    }

    /// The same for a student, which may be given other inputs.
    pub(super) fn measure_student(
        &self,
        inputs: StudentInputs,
        architecture: &Architecture,
        parameters: &[f32],
    ) -> Result<Confusion> {
        let test = match self.raw_inputs(inputs) {
            Some(raw) => &raw.test,
            None => &self.dataset.test,
        };
        self.measure_on(test, architecture, parameters)
    }

    fn measure_on(
        &self,
        test: &Examples,
        architecture: &Architecture,
        parameters: &[f32],
    ) -> Result<Confusion> {
        self.engine
            .confusion(architecture, parameters, test, &self.dataset.info.classes)
    }

    /// The public pool as a student is given it.
    pub(super) fn student_pool(&self, inputs: StudentInputs) -> &PublicInputs {
        match self.raw_inputs(inputs) {
            Some(raw) => raw.pool.inputs(),
            None => self.dataset.pool.inputs(),
        }
    }

    /// What the inputs were before features took their place, for who asks for them.
    fn raw_inputs(&self, inputs: StudentInputs) -> Option<&Represented> {
        let represented = self.dataset.represented.as_ref();
        represented.filter(|_| inputs == StudentInputs::Raw)
    }

    pub(super) fn seed(&self) -> u64 {
        self.experiment.file.seed
    }

    /// Seconds since the command began, as far as they may be told.
    pub(super) fn elapsed(&self) -> f64 {
        let elapsed = || self.clock.elapsed().as_secs_f64();
        self.known_seconds.unwrap_or_else(elapsed)
    }
}
