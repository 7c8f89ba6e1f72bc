//! An optimizer at work.

use serde::{Deserialize, Serialize};

use super::{OptimizerError, OptimizerSpec, adam, sgd};

/// Everything that an optimizer remembers from step to step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OptimizerState {
    /// Steps taken.
    pub steps: u64,
    /// Velocity of SGD (empty without momentum), or Adam's mean of the gradients.
    pub first_moment: Vec<f32>,
    /// Adam's mean of the squared gradients; empty for SGD.
    pub second_moment: Vec<f32>,
    /// Mean of the noise's variance with the weights of the second moment.
    pub noise_moment: f64,
}

impl OptimizerState {
    /// Nothing remembered yet.
    fn new(spec: &OptimizerSpec, parameters: usize) -> Self {
        let (first, second) = moments(spec, parameters);
        Self {
            first_moment: vec![0.0; first],
            second_moment: vec![0.0; second],
            ..Self::default()
        }
    }
}

/// How many values of each moment there are.
fn moments(spec: &OptimizerSpec, parameters: usize) -> (usize, usize) {
    match spec {
        OptimizerSpec::Sgd(sgd) if sgd.momentum > 0.0 => (parameters, 0),
        OptimizerSpec::Sgd(_) => (0, 0),
        OptimizerSpec::Adam(_) | OptimizerSpec::AdamW(_) => (parameters, parameters),
    }
}

/// An optimizer at work on one network.
#[derive(Clone, Debug)]
pub struct Optimizer {
    spec: OptimizerSpec,
    planned_steps: u64,
    parameters: usize,
    state: OptimizerState,
}

impl Optimizer {
    /// Starts with a network of this many parameters; the schedule ends after `planned_steps`.
    pub fn new(spec: OptimizerSpec, planned_steps: u64, parameters: usize) -> Self {
        Self {
            spec,
            planned_steps,
            parameters,
            state: OptimizerState::new(&spec, parameters),
        }
    }

    /// Goes on where another optimizer with the same settings stopped.
    ///
    /// # Errors
    /// A state of other settings or of another network.
    pub fn resume(&mut self, state: OptimizerState) -> Result<(), OptimizerError> {
        let (first, second) = moments(&self.spec, self.parameters);
        for (what, expected, found) in [
            ("a first moment", first, state.first_moment.len()),
            ("a second moment", second, state.second_moment.len()),
        ] {
            if found != expected {
                return Err(OptimizerError::Length {
                    what,
                    expected,
                    found,
                });
            }
        }
        self.state = state;
        Ok(())
    }

    /// What it remembers.
    pub fn state(&self) -> &OptimizerState {
        &self.state
    }

    /// Moves `parameters` one step against `gradient`.
    ///
    /// `noise_variance` is that of the privacy noise on one coordinate of the gradient, in its unit
    /// squared: noise multiplier times sensitivity over expected batch size, squared; 0 without
    /// privacy. Only the correction for noise reads it.
    ///
    /// # Errors
    /// Vectors of another length than the network has parameters; nothing is changed then.
    pub fn step(
        &mut self,
        parameters: &mut [f32],
        gradient: &[f32],
        noise_variance: f64,
    ) -> Result<(), OptimizerError> {
        for (what, found) in [
            ("a vector", parameters.len()),
            ("a gradient", gradient.len()),
        ] {
            if found != self.parameters {
                return Err(OptimizerError::Length {
                    what,
                    expected: self.parameters,
                    found,
                });
            }
        }
        let schedule = self.spec.schedule();
        let factor = schedule.factor(self.state.steps, self.planned_steps);
        let rate = self.spec.learning_rate() * factor;
        self.state.steps += 1;
        let state = &mut self.state;
        match &self.spec {
            OptimizerSpec::Sgd(spec) => {
                sgd::step(
                    spec,
                    rate as f32,
                    parameters,
                    gradient,
                    &mut state.first_moment,
                );
            }
            OptimizerSpec::Adam(spec) | OptimizerSpec::AdamW(spec) => {
                let new = 1.0 - spec.beta_2;
                state.noise_moment = spec.beta_2 * state.noise_moment + new * noise_variance;
                let at = adam::At {
                    rate,
                    step: state.steps,
                    decoupled: matches!(self.spec, OptimizerSpec::AdamW(_)),
                    noise_moment: state.noise_moment,
                };
                let moments = adam::Moments {
                    mean: &mut state.first_moment,
                    square: &mut state.second_moment,
                };
                adam::step(spec, at, parameters, gradient, moments);
            }
        }
        Ok(())
    }
}
