//! What a training says while it goes on.

use anyhow::Result;
use privet_training::evaluate;
use privet_training::noisy::NoisySgdTraining;
use serde_json::json;

use super::DpSgdPlan;
use crate::account::Accountant;
use crate::display;
use crate::progress::Phase;
use crate::run::context::Context;

/// How often accuracy is measured during a run.
const MEASUREMENTS: u64 = 20;

/// How often epsilon is computed during a run, where it is not cheap enough for every step.
const EPSILONS: u64 = 100;

/// Accuracy and epsilon of the steps so far: in `metrics.jsonl`, and beside the progress.
pub(super) struct Reports<'a> {
    plan: &'a DpSgdPlan<'a>,
    earlier_charges: u64,
    test_inputs: Vec<f32>,
    accuracy: String,
}

impl<'a> Reports<'a> {
    /// For a run whose directory was charged so often before.
    pub(super) fn new(plan: &'a DpSgdPlan<'a>, earlier_charges: u64, context: &Context) -> Self {
        Self {
            plan,
            earlier_charges,
            test_inputs: context.dataset.test.inputs().iter().copied().collect(),
            accuracy: String::new(),
        }
    }

    /// Reports a step, if it is one of those.
    pub(super) fn step(
        &mut self,
        step: u64,
        training: &mut NoisySgdTraining<'_>,
        labels: &[u32],
        metrics: &mut crate::run::metrics::Metrics,
        phase: &Phase,
    ) -> Result<()> {
        let steps = self.plan.mechanism.steps();
        let due = |times: u64| step.is_multiple_of(steps.div_ceil(times)) || step == steps;
        // The Renyi accountant takes microseconds, the exact one milliseconds.
        let cheap = self.plan.accounting.by() == Accountant::Rdp;
        if !(cheap || due(EPSILONS) || due(MEASUREMENTS)) {
            return Ok(());
        }
        let epsilon = self.plan.epsilon_after(step, self.earlier_charges)?;
        let mut line = json!({
            "phase": "noisy SGD",
            "step": step,
            "epsilon_of_steps_so_far": epsilon,
        });
        if due(MEASUREMENTS) {
            let scores = training.scores(&self.test_inputs)?;
            let accuracy = evaluate::accuracy_of_scores(&scores, labels);
            self.accuracy = format!(", accuracy {}", display::percent(accuracy));
            line["test_accuracy"] = json!(accuracy);
        }
        phase.message(format!(
            "epsilon {}{}",
            display::epsilon(epsilon),
            self.accuracy
        ));
        metrics.record(&line)
    }
}
