//! What a training says while it goes on.
//!
//! All of it is for information: the run was charged before its first step, and what cannot be told is
//! left out. An error here would end a run that has paid, again at each resumption.

use anyhow::Result;
use privet_accountant::DpEvent;
use privet_mechanisms::Sampling;
use privet_training::evaluate;
use privet_training::noisy::NoisySgdTraining;
use serde_json::{Value, json};

use super::DpSgdPlan;
use super::plan::with_statistics;
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
    accuracy: Option<f64>,
    latest: Option<Latest>,
    whole: f64,
}

impl<'a> Reports<'a> {
    /// For a run whose directory was charged so often before.
    pub(super) fn new(plan: &'a DpSgdPlan<'a>, earlier_charges: u64, context: &Context) -> Self {
        let mut reports = Self {
            plan,
            earlier_charges,
            test_inputs: context.dataset.test.inputs().iter().copied().collect(),
            accuracy: None,
            latest: None,
            whole: f64::INFINITY,
        };
        let whole = reports.epsilon_after(plan.mechanism.steps());
        reports.whole = whole.unwrap_or(f64::INFINITY);
        reports
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
        let mut told = Told {
            step,
            epsilon: self.epsilon_after(step).ok(),
            accuracy: None,
        };
        if due(MEASUREMENTS) {
            let scores = training.scores(&self.test_inputs).ok();
            told.accuracy = scores.map(|scores| evaluate::accuracy_of_scores(&scores, labels));
            self.accuracy = told.accuracy.or(self.accuracy);
        }
        let of_progress = Told {
            accuracy: self.accuracy,
            ..told
        };
        phase.message(of_progress.in_words(), of_progress.to_json());
        metrics.record(&told.to_json())
    }

    /// What the first `steps` cost on top of earlier charges of the run, for information: the whole
    /// plan is reserved and is what the run reports.
    fn epsilon_after(&mut self, steps: u64) -> Result<f64> {
        let mechanism = &self.plan.mechanism;
        let relation = self.plan.accounting.privacy().relation;
        let after = mechanism.event_after(relation, steps)?;
        let mut event = with_statistics(self.plan.statistics.as_ref(), after);
        if self.earlier_charges > 0 {
            let earlier = DpEvent::self_composed(self.plan.event()?, self.earlier_charges)?;
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

/// What is told of a step, as far as it is known.
#[derive(Clone, Copy)]
struct Told {
    step: u64,
    epsilon: Option<f64>,
    accuracy: Option<f64>,
}

impl Told {
    /// A line of `metrics.jsonl`.
    fn to_json(self) -> Value {
        let mut line = json!({"phase": "noisy SGD", "step": self.step});
        for (key, value) in [
            ("epsilon_of_steps_so_far", self.epsilon),
            ("test_accuracy", self.accuracy),
        ] {
            if let Some(value) = value {
                line[key] = json!(value);
            }
        }
        line
    }

    /// What stands beside the progress.
    fn in_words(self) -> String {
        let epsilon = self.epsilon.map(display::epsilon);
        let accuracy = self.accuracy.map(display::percent);
        let epsilon = epsilon.map(|epsilon| format!("epsilon {epsilon}"));
        let accuracy = accuracy.map(|accuracy| format!("accuracy {accuracy}"));
        let parts: Vec<String> = epsilon.into_iter().chain(accuracy).collect();
        parts.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_known_is_left_out() {
        let all = Told {
            step: 3,
            epsilon: Some(0.5),
            accuracy: Some(0.25),
        };
        let whole = json!({"phase": "noisy SGD", "step": 3, "epsilon_of_steps_so_far": 0.5,
            "test_accuracy": 0.25});
        assert_eq!(all.to_json(), whole);
        assert!(all.in_words().starts_with("epsilon 0.5, accuracy 25"));
        let none = Told {
            epsilon: None,
            accuracy: None,
            ..all
        };
        assert_eq!(none.to_json(), json!({"phase": "noisy SGD", "step": 3}));
        assert_eq!(none.in_words(), "");
    }
}
