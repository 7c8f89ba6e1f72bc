//! What computes the gradients and scores of a run.

use anyhow::{Context as _, Result};
use privet_gradients::cpu::CpuEngine;
use privet_report::run::Confusion;
use privet_training::data::Examples;
use privet_training::evaluate;
use privet_training::gradient::{BurnEngine, GradientEngine, GradientError, GradientWorker};
use privet_training::network::Architecture;

use crate::config::file::EngineName;

/// The engine that the config names; without a name the CPU engine, and Burn for networks with
/// layers that it does not have.
#[derive(Debug)]
pub(crate) struct Engine {
    name: Option<EngineName>,
    cpu: CpuEngine,
    burn: BurnEngine,
}

impl Engine {
    /// One network at a time, on all processors.
    pub(crate) fn new(name: Option<EngineName>) -> Self {
        Self {
            name,
            cpu: CpuEngine::default(),
            burn: BurnEngine::default(),
        }
    }

    /// Many networks side by side, each on the thread that trains it.
    pub(super) fn side_by_side(name: Option<EngineName>) -> Self {
        Self {
            cpu: CpuEngine::single_threaded(),
            ..Self::new(name)
        }
    }

    /// Which classes of public examples a model takes for which.
    pub(super) fn confusion(
        &self,
        architecture: &Architecture,
        parameters: &[f32],
        test: &Examples,
        classes: &[String],
    ) -> Result<Confusion> {
        let inputs: Vec<f32> = test.inputs().iter().copied().collect();
        let scores = self.worker(architecture)?.scores(parameters, &inputs);
        let scores = scores.context("measuring the model")?;
        let answers = evaluate::best_classes(&scores, classes.len());
        Ok(Confusion::of(classes, test.labels(), &answers))
    }
}

impl GradientEngine for Engine {
    fn worker(
        &self,
        architecture: &Architecture,
    ) -> Result<Box<dyn GradientWorker>, GradientError> {
        match self.name {
            Some(EngineName::Cpu) => self.cpu.worker(architecture),
            Some(EngineName::Burn) => self.burn.worker(architecture),
            None => match self.cpu.worker(architecture) {
                Err(GradientError::Unsupported { .. }) => self.burn.worker(architecture),
                worker => worker,
            },
        }
    }
}
