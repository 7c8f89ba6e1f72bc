//! The running mechanism: batches out, clipped sums in, noisy gradients out.

use super::exact::GridNoise;
use super::{ClippedSum, IntegerSum, NoisySgdMechanism};
use crate::noise::PlanNoise;
use crate::sampling::{BatchId, RunId};
use crate::{BatchSampler, Gaussian, MechanismError, PoissonBatch, Sensitive};

/// A started [`NoisySgdMechanism`].
///
/// Draw a batch, compute its clipped sum, release. Batches may be drawn ahead; they are released
/// in the order in which they were drawn, once each. Coins and noise of a step are functions of
/// the key, the plan and the step, so a run that is started again repeats them.
#[derive(Debug)]
pub struct NoisySgdRun {
    plan: NoisySgdMechanism,
    gaussian: Gaussian,
    noise: PlanNoise,
    records: Sensitive<usize>,
    run: RunId,
    next_drawn: u64,
    next_released: u64,
}

impl NoisySgdRun {
    pub(super) fn new(
        plan: NoisySgdMechanism,
        noise: PlanNoise,
        records: Sensitive<usize>,
        step: u64,
    ) -> Result<Self, MechanismError> {
        Ok(Self {
            gaussian: Gaussian::new(plan.noise_standard_deviation())?,
            plan,
            noise,
            records,
            run: RunId::fresh(),
            next_drawn: step,
            next_released: step,
        })
    }

    /// The batch of the next step; `None` when the plan's steps are drawn.
    pub fn next_batch(&mut self) -> Option<PoissonBatch> {
        if self.next_drawn >= self.plan.steps() {
            return None;
        }
        let id = BatchId {
            run: self.run,
            step: self.next_drawn,
        };
        self.next_drawn += 1;
        let mut coins = self.noise.stream("batch", id.step);
        Some(self.plan.sampling().draw(&self.records, id, &mut coins))
    }

    /// The noisy average gradient of `batch`: (`sum` plus noise) over the expected batch size.
    ///
    /// `sum` must be the clipped sum of exactly that batch. An error means that nothing was drawn
    /// or released; the batch is gone, so the run is over.
    pub fn release(
        &mut self,
        batch: PoissonBatch,
        sum: ClippedSum,
    ) -> Result<Vec<f32>, MechanismError> {
        let step = self.check(batch.id(), sum.clipping_norm)?;
        let mut values = sum.sum.into_exposed_sensitive();
        if !values.iter().all(|value| value.is_finite()) {
            return Err(MechanismError::NonFiniteSum);
        }
        self.next_released += 1;
        let divisor = self.plan.parameters().expected_batch_size;
        let noise = self.noise.chunks("noise", step);
        noise.for_each(&mut values, |chunk, stream| {
            for value in chunk {
                *value = ((f64::from(*value) + self.gaussian.sample(stream)) / divisor) as f32;
            }
        });
        Ok(values)
    }

    /// The same as [`release`](Self::release) without floating-point noise: integers plus exactly
    /// sampled integer noise, then scaled. It costs the same, and both can serve in one run.
    ///
    /// **Theorem.** In units of the grid's spacing `g`, let `n` be the integral sum, `S` its L2
    /// sensitivity ([`Grid::sensitivity`](super::Grid::sensitivity) over `g`) and `N` standard
    /// normal. `n + round(z S N) = round(n + z S N)` coordinate by coordinate, because `n` is
    /// integral: what is released is a function of the Gaussian mechanism with noise multiplier
    /// `z`. So the plan's event holds as it is, under sampling and composition too. No sum is
    /// rounded and no noise is drawn or added in floating point
    /// ([`RoundedGaussian`](crate::RoundedGaussian)); scaling to f32 comes after.
    pub fn release_exact(
        &mut self,
        batch: PoissonBatch,
        sum: IntegerSum,
    ) -> Result<Vec<f32>, MechanismError> {
        let step = self.check(batch.id(), sum.grid.clipping_norm())?;
        let parameters = self.plan.parameters();
        let noise = GridNoise::new(sum.grid, parameters.noise_multiplier)?;
        self.next_released += 1;
        let streams = self.noise.chunks(&noise.name(), step);
        Ok(noise.release(sum, parameters.expected_batch_size, &streams))
    }

    /// The plan.
    pub fn plan(&self) -> &NoisySgdMechanism {
        &self.plan
    }

    /// How many steps of the plan were released, by this run and those that it resumes.
    pub fn released(&self) -> u64 {
        self.next_released
    }

    /// What every release checks: the batch is the next of this run, and the sum was clipped to
    /// the norm that the noise is made for. Gives the step.
    fn check(&self, id: BatchId, found: f64) -> Result<u64, MechanismError> {
        let (BatchId { run, step }, planned) = (id, self.plan.clipping_norm());
        if run != self.run {
            return Err(MechanismError::ForeignBatch);
        }
        if step != self.next_released {
            return Err(MechanismError::StepOrder {
                step,
                expected: self.next_released,
            });
        }
        if found != planned {
            return Err(MechanismError::ClippingNorm { found, planned });
        }
        Ok(step)
    }
}
