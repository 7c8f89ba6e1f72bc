//! What a training says while it goes on.

use anyhow::Result;
use privet_accountant::DpEvent;
use privet_mechanisms::Sampling;
use privet_training::evaluate;
use privet_training::noisy::NoisySgdTraining;
use serde_json::json;

use super::DpSgdPlan;
use crate::account::Accountant;
use crate::display;
use crate::progress::Phase;
use crate::run::context::Context;
use crate::run::metrics::Metrics;

/// How often accuracy is measured during a run.
const MEASUREMENTS: u64 = 20;

/// How often epsilon is computed during a run, where it is not cheap enough for every step.
const EPSILONS: u64 = 100;

/// The latest epsilon, and what it is that of.
struct Latest {
    event: DpEvent,
    epsilon: f64,
}

/// Accuracy and epsilon of the steps so far: in `metrics.jsonl`, and beside the progress.
pub(super) struct Reports<'a> {
    plan: &'a DpSgdPlan<'a>,
    earlier_charges: u64,
    test_inputs: Vec<f32>,
    accuracy: String,
    latest: Option<Latest>,
    whole: f64,
}

impl<'a> Reports<'a> {
    /// For a run whose directory was charged so often before.
    pub(super) fn new(
        plan: &'a DpSgdPlan<'a>,
        earlier_charges: u64,
        context: &Context,
    ) -> Result<Self> {
        let mut reports = Self {
            plan,
            earlier_charges,
            test_inputs: context.dataset.test.inputs().iter().copied().collect(),
            accuracy: String::new(),
            latest: None,
            whole: f64::INFINITY,
        };
        reports.whole = reports.epsilon_after(plan.mechanism.steps())?;
        Ok(reports)
    }

    /// Reports a step, if it is one of those.
    pub(super) fn step(
        &mut self,
        step: u64,
        training: &mut NoisySgdTraining<'_>,
        labels: &[u32],
        metrics: &mut Metrics,
        phase: &Phase,
    ) -> Result<()> {
        let steps = self.plan.mechanism.steps();
        let due = |times: u64| step.is_multiple_of(steps.div_ceil(times)) || step == steps;
        // The Renyi accountant takes microseconds, the exact one a millisecond, and up to seconds
        // where sampling is not Poisson's.
        let sampling = self.plan.mechanism.parameters().sampling;
        let reported = match (self.plan.accounting.by(), sampling) {
            (Accountant::Rdp, _) => true,
            (Accountant::Pld, Sampling::Poisson { .. }) => due(EPSILONS) || due(MEASUREMENTS),
            (Accountant::Pld, _) => due(MEASUREMENTS),
        };
        if !reported {
            return Ok(());
        }
        let epsilon = self.epsilon_after(step)?;
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

    /// What the first `steps` cost on top of earlier charges of the run, for information: the whole
    /// plan is reserved and is what the run reports.
    fn epsilon_after(&mut self, steps: u64) -> Result<f64> {
        let mechanism = &self.plan.mechanism;
        let relation = self.plan.accounting.privacy().relation;
        let mut event = mechanism.event_after(relation, steps)?;
        if self.earlier_charges > 0 {
            let earlier = DpEvent::self_composed(mechanism.event(relation)?, self.earlier_charges)?;
            event = DpEvent::composed(vec![event, earlier]);
        }
        // Steps of one epoch can cost the same.
        let epsilon = match &self.latest {
            Some(latest) if latest.event == event => latest.epsilon,
            _ => {
                let epsilon = self.plan.accounting.guarantee(&event)?.epsilon;
                self.latest = Some(Latest { event, epsilon });
                epsilon
            }
        };
        // Steps cost no more than all of them; bounds on a few can be loose.
        Ok(epsilon.min(self.whole))
    }
}
