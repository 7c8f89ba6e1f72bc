//! The running mechanism: batches out, clipped sums in, noisy gradients out.

use zeroize::Zeroizing;

use super::sum::ClippedUnits;
use super::{
    Arithmetic, CLIPPING_SLACK, ClippedSum, Clipping, ClippingPlan, NoisySgdMechanism, RunState,
};
use crate::correlated::NoiseSteps;
use crate::noise::{ChunkStreams, PlanNoise};
use crate::sampling::{BatchId, RunId, Sampler};
use crate::{DrawnBatch, Gaussian, MechanismError, NoiseStream, Sensitive};

/// A started [`NoisySgdMechanism`].
///
/// Draw a batch, clip its units' gradients by [`clipping`](Self::clipping), release their sum.
/// Batches may be drawn ahead; they are released in the order in which they were drawn, once each.
/// Coins and noise of a step are functions of the key, the plan, the step and its clipping norm, so
/// a run that is started again repeats them.
#[derive(Debug)]
pub struct NoisySgdRun {
    plan: NoisySgdMechanism,
    noise: PlanNoise,
    sampler: Sampler,
    run: RunId,
    clipping: Clipping,
    correlated: Option<NoiseSteps>,
    next_drawn: u64,
    next_released: u64,
}

impl NoisySgdRun {
    pub(super) fn new(
        plan: NoisySgdMechanism,
        state: RunState,
        units: Sensitive<usize>,
        start: impl FnOnce(&str) -> Result<PlanNoise, MechanismError>,
    ) -> Result<Self, MechanismError> {
        let clipping = state.clipping(&plan)?;
        let sampler = Sampler::new(plan.parameters().sampling, units)?;
        let correlated = match plan.correlated() {
            Some(noise) => Some(NoiseSteps::new(noise, state.step)?),
            None => None,
        };
        Ok(Self {
            noise: start(&plan.name())?,
            plan,
            sampler,
            correlated,
            run: RunId::fresh(),
            clipping,
            next_drawn: state.step,
            next_released: state.step,
        })
    }

    /// The batch of the next step; `None` when the plan's steps are drawn.
    pub fn next_batch(&mut self) -> Option<DrawnBatch> {
        if self.next_drawn >= self.plan.steps() {
            return None;
        }
        let id = BatchId {
            run: self.run,
            step: self.next_drawn,
        };
        self.next_drawn += 1;
        Some(self.sampler.draw(id, &self.noise))
    }

    /// How the units of the next batch to be released must be clipped. Where clipping is adaptive,
    /// this changes with every release.
    pub fn clipping(&self) -> &Clipping {
        &self.clipping
    }

    /// The standard deviation of the noise on a coordinate of the next step's sum, before the
    /// division; in exact arithmetic it is larger by a share of at most 2^-16, which depends on the
    /// grid. Where units take turns, that of the independent noise from which the noise of the steps
    /// is made.
    pub fn noise_standard_deviation(&self) -> f64 {
        if let Some(noise) = self.plan.correlated() {
            return noise.noise_standard_deviation();
        }
        let multiplier = self.plan.gradient_noise_multiplier();
        multiplier * self.clipping.sensitivity() * (1.0 + CLIPPING_SLACK)
    }

    /// The noisy average gradient of `batch`: (`sum` plus noise) over the expected batch size.
    ///
    /// `sum` must be the clipped sum of exactly that batch.
    ///
    /// # Errors
    /// A plan of exact arithmetic; a batch of another run or out of order; a sum that was clipped by
    /// another rule, is over another number of units, is not finite, or where units take turns has
    /// another length. Nothing was drawn or released then; the batch is gone, so the run is over.
    pub fn release(
        &mut self,
        batch: DrawnBatch,
        sum: ClippedSum,
    ) -> Result<Vec<f32>, MechanismError> {
        let ClippedSum { values, units } = sum;
        self.check(&batch, &units, Arithmetic::Float)?;
        let values = values.into_exposed_sensitive();
        if !values.are_finite() {
            return Err(MechanismError::NonFiniteSum);
        }
        let divisor = self.plan.expected_batch_size();
        if let Some(steps) = &mut self.correlated {
            let mut noisy = Zeroizing::new(values.into_f64());
            steps.add_to(&mut noisy, &self.noise)?;
            self.complete_step(&units)?;
            return Ok(noisy.iter().map(|value| (value / divisor) as f32).collect());
        }
        let gaussian = Gaussian::new(self.noise_standard_deviation())?;
        let streams = self.chunks(&format!("noise of {} coordinates", values.len()));
        self.complete_step(&units)?;
        Ok(values.release(&streams, |value, stream| {
            ((value + gaussian.sample(stream)) / divisor) as f32
        }))
    }

    /// The plan.
    pub fn plan(&self) -> &NoisySgdMechanism {
        &self.plan
    }

    /// How many steps of the plan were released, by this run and those that it resumes.
    pub fn released(&self) -> u64 {
        self.next_released
    }

    /// What to save beside the model of this moment; see [`NoisySgdMechanism::start_at`].
    pub fn state(&self) -> RunState {
        let clipping_norm = match (&self.plan.parameters().clipping, &self.clipping) {
            (ClippingPlan::Adaptive(_), Clipping::Flat { norm }) => Some(*norm),
            _ => None,
        };
        RunState {
            step: self.next_released,
            clipping_norm,
        }
    }

    /// Refuses what is not the sum of the next step's batch, clipped for its noise.
    pub(super) fn check(
        &self,
        batch: &DrawnBatch,
        sum: &ClippedUnits,
        arithmetic: Arithmetic,
    ) -> Result<(), MechanismError> {
        self.plan.parameters().arithmetic.check(arithmetic)?;
        let BatchId { run, step } = batch.id();
        if run != self.run {
            return Err(MechanismError::ForeignBatch);
        }
        if step != self.next_released {
            return Err(MechanismError::StepOrder {
                step,
                expected: self.next_released,
            });
        }
        if sum.clipping != self.clipping {
            return Err(MechanismError::Clipping {
                found: sum.clipping.clone(),
                planned: self.clipping.clone(),
            });
        }
        if sum.units.expose_sensitive() != batch.size().expose_sensitive() {
            return Err(MechanismError::UnitsOfAnotherBatch);
        }
        Ok(())
    }

    /// The next step's noise for one use.
    fn stream(&self, part: &str) -> NoiseStream {
        self.noise.stream(&self.use_of(part), self.next_released)
    }

    /// The next step's noise for a vector.
    pub(super) fn chunks(&self, part: &str) -> ChunkStreams {
        self.noise.chunks(&self.use_of(part), self.next_released)
    }

    /// Names a use of noise by an adaptive norm as well: were a run resumed with another norm than
    /// it had, the same noise on another scale would give the sum away.
    fn use_of(&self, part: &str) -> String {
        match self.state().clipping_norm {
            Some(norm) => format!("{part} for norm {norm:?}"),
            None => part.to_owned(),
        }
    }

    /// Counts the step as released, and moves an adaptive norm by the noised count of its units.
    pub(super) fn complete_step(&mut self, units: &ClippedUnits) -> Result<(), MechanismError> {
        let adaptive = match &self.plan.parameters().clipping {
            ClippingPlan::Adaptive(adaptive) => Some(*adaptive),
            ClippingPlan::Fixed(_) => None,
        };
        if let (Some(adaptive), Clipping::Flat { norm }) = (adaptive, &self.clipping) {
            let arithmetic = self.plan.parameters().arithmetic;
            let noisy = adaptive.noisy_count(units, arithmetic, &mut self.stream("count"))?;
            let share = noisy / self.plan.expected_batch_size();
            let norm = adaptive.next_norm(*norm, share);
            self.clipping = Clipping::Flat { norm };
        }
        self.next_released += 1;
        Ok(())
    }
}
