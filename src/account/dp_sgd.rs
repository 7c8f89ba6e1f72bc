//! Noisy SGD by its three numbers.

use privet_accountant::{DpEvent, EventError};
use privet_ledger::Unit;
use serde_json::json;

use super::plan::{Plan, Repetition};

/// The numbers that the cost of noisy SGD depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DpSgd {
    pub(crate) sampling_probability: f64,
    pub(crate) noise_multiplier: f64,
    pub(crate) steps: u64,
}

impl DpSgd {
    /// One step: Gaussian noise on the sum over a Poisson sample of clipped gradients.
    pub(crate) fn step(self) -> Result<DpEvent, EventError> {
        let sum = DpEvent::gaussian(self.noise_multiplier)?;
        DpEvent::poisson_sampled(self.sampling_probability, sum)
    }

    /// All steps.
    pub(crate) fn event(self) -> Result<DpEvent, EventError> {
        DpEvent::self_composed(self.step()?, self.steps)
    }

    /// The plan, for a report.
    pub(crate) fn plan(self) -> Result<Plan, EventError> {
        Ok(Plan {
            subject: "noisy SGD".into(),
            parameters: vec![
                ("sampling_probability", json!(self.sampling_probability)),
                ("noise_multiplier", json!(self.noise_multiplier)),
                ("steps", json!(self.steps)),
            ],
            event: self.event()?,
            unit: Unit::Record,
            repetition: Some(Repetition::new("steps", self.steps, self.step()?)),
            assumptions: vec![
                "every step's batch holds each record independently with the sampling probability \
                 (Poisson sampling): batches of a fixed size or shuffled epochs cost more",
            ],
        })
    }
}
