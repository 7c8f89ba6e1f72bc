//! The running mechanism: noise for one step after the other.

use super::recurrence::Recurrence;
use super::tree_noise::TreeNoise;
use super::{CorrelatedGaussian, NoiseStrategy};
use crate::noise::PlanNoise;
use crate::{Gaussian, MechanismError};

/// A started [`CorrelatedGaussian`].
///
/// The noise of a step depends on the key, the plan, the step and the number of coordinates only, not
/// on what was added to or on where the run was started.
///
/// **Memory.** What it remembers is as secret as the key, and zeroed when it is dropped: for a
/// banded strategy the noise of the last `bands - 1` steps, for a tree one vector for each binary
/// digit of the number of steps; 8 bytes a coordinate each.
#[derive(Debug)]
pub struct CorrelatedNoise {
    plan: CorrelatedGaussian,
    noise: PlanNoise,
    steps: NoiseSteps,
}

impl CorrelatedNoise {
    pub(super) fn new(
        plan: &CorrelatedGaussian,
        noise: PlanNoise,
        step: u64,
    ) -> Result<Self, MechanismError> {
        Ok(Self {
            steps: NoiseSteps::new(plan, step)?,
            plan: plan.clone(),
            noise,
        })
    }

    /// Adds the noise of the next step to its clipped sum. The first sum fixes the number of
    /// coordinates; a run that did not start at step 0 draws the earlier noise again then.
    ///
    /// # Errors
    /// All steps are done, or the sum has another length than the first; nothing was added.
    pub fn add_to(&mut self, sum: &mut [f64]) -> Result<(), MechanismError> {
        self.steps.add_to(sum, &self.noise)
    }

    /// The step whose noise is next.
    pub fn next_step(&self) -> u64 {
        self.steps.next
    }

    /// The plan.
    pub fn plan(&self) -> &CorrelatedGaussian {
        &self.plan
    }
}

/// What of the noise so far is needed for the noise to come.
#[derive(Debug)]
pub(crate) struct NoiseSteps {
    state: State,
    gaussian: Gaussian,
    start: u64,
    next: u64,
    steps: u64,
    dimension: Option<usize>,
}

#[derive(Debug)]
enum State {
    Banded(Recurrence),
    Tree(TreeNoise),
}

impl NoiseSteps {
    /// Before the noise of `step`.
    pub(crate) fn new(plan: &CorrelatedGaussian, step: u64) -> Result<Self, MechanismError> {
        let parameters = plan.parameters();
        let state = match &parameters.strategy {
            NoiseStrategy::Banded(banded) => State::Banded(Recurrence::new(banded)),
            NoiseStrategy::Tree(estimator) => State::Tree(TreeNoise::new(*estimator)),
        };
        Ok(Self {
            state,
            gaussian: Gaussian::new(plan.noise_standard_deviation())?,
            start: step,
            next: step,
            steps: parameters.steps,
            dimension: None,
        })
    }

    /// See [`CorrelatedNoise::add_to`]; `noise` is that of the started plan, always the same.
    pub(crate) fn add_to(
        &mut self,
        sum: &mut [f64],
        noise: &PlanNoise,
    ) -> Result<(), MechanismError> {
        let (step, steps, found) = (self.next, self.steps, sum.len());
        if step >= steps {
            return Err(MechanismError::StepBeyondPlan { step, steps });
        }
        match self.dimension {
            None => {
                self.dimension = Some(found);
                for earlier in 0..self.start {
                    self.advance(earlier, found, &mut [], noise);
                }
            }
            Some(expected) if expected != found => {
                return Err(MechanismError::Length { found, expected });
            }
            Some(_) => {}
        }
        self.advance(step, found, sum, noise);
        self.next += 1;
        Ok(())
    }

    fn advance(&mut self, step: u64, dimension: usize, sum: &mut [f64], noise: &PlanNoise) {
        let gaussian = self.gaussian;
        let draws = Draws { noise, gaussian };
        match &mut self.state {
            State::Banded(recurrence) => recurrence.advance(&draws, step, dimension, sum),
            State::Tree(tree) => tree.advance(&draws, step, dimension, sum),
        }
    }
}

/// Independent normal vectors by name.
#[derive(Debug)]
pub(super) struct Draws<'a> {
    noise: &'a PlanNoise,
    gaussian: Gaussian,
}

impl Draws<'_> {
    /// Replaces `values` by vector `index` of `part`. Vectors of another length are other noise, not
    /// longer or shorter: a model of another size is another question.
    pub(super) fn fill(&self, part: &str, index: u64, values: &mut [f64]) {
        let part = format!("{part} of {} coordinates", values.len());
        let mut stream = self.noise.stream(&part, index);
        for value in values {
            *value = self.gaussian.sample(&mut stream);
        }
    }
}
