//! The plan of a noisy SGD training.

use privet_accountant::DpEvent;

use super::{CLIPPING_SLACK, NoisySgdRun};
use crate::error::{in_range, positive};
use crate::{BatchSampler, MechanismError, NoiseSource, PoissonSampling, Sensitive};

/// The public constants of a noisy SGD training.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoisySgdParameters {
    /// The probability `q` with which a record is in a batch.
    pub sampling_probability: f64,
    /// How many steps are released, at least 1.
    pub steps: u64,
    /// The L2 norm `C` to which every example's gradient is clipped.
    pub clipping_norm: f64,
    /// Standard deviation of the noise over the clipping norm.
    pub noise_multiplier: f64,
    /// What the noisy sum is divided by: `q` times a publicly declared number of records, never
    /// the realised number of records or of a batch.
    pub expected_batch_size: f64,
}

/// Noisy SGD (DP-SGD): in each step a Poisson-sampled batch, each example's gradient clipped to L2
/// norm `C`, their sum plus Gaussian noise of standard deviation `z C`, over a public constant.
///
/// Algorithm 1 of Abadi, Chu, Goodfellow, McMahan, Mironov, Talwar and Zhang, "Deep learning with
/// differential privacy" (CCS 2016), with the expected batch size as the divisor.
///
/// **Sensitivity.** Adding or removing a record changes the sum by at most `C` in L2. (Replacing
/// one changes it by up to `2 C`; but Poisson sampling under replace-one is refused by the
/// accountant, see [`PoissonSampling`].)
///
/// **Theorem.** A step is `PoissonSampled(q, Gaussian(z))` (Mironov, Talwar and Zhang, "Renyi
/// differential privacy of the sampled Gaussian mechanism", 2019, section 3); steps compose
/// adaptively: `SelfComposed(PoissonSampled(q, Gaussian(z)), steps)`. All intermediate models may
/// be published.
///
/// **Safe side.** The noise is larger than `z C` by the factor 1 + [`CLIPPING_SLACK`], which covers
/// contributions that rounding let exceed `C` by that much.
///
/// **Unit.** One record is one example; `C` and the released values are in the gradient's unit.
#[derive(Debug, Clone, PartialEq)]
pub struct NoisySgdMechanism {
    parameters: NoisySgdParameters,
    sampling: PoissonSampling,
    step: DpEvent,
    event: DpEvent,
}

impl NoisySgdMechanism {
    /// The plan, if the parameters make one.
    pub fn new(parameters: NoisySgdParameters) -> Result<Self, MechanismError> {
        let NoisySgdParameters {
            sampling_probability,
            steps,
            clipping_norm,
            noise_multiplier,
            expected_batch_size,
        } = parameters;
        let sampling = PoissonSampling::new(sampling_probability)?;
        in_range("steps", steps as f64, steps >= 1, "at least 1")?;
        // Within this range neither a sum nor its noise leaves the range of f32, and no square of a
        // coordinate that matters is lost to underflow.
        let in_f32 = (1e-10..=1e20).contains(&clipping_norm);
        in_range(
            "clipping_norm",
            clipping_norm,
            in_f32,
            "between 1e-10 and 1e20",
        )?;
        positive(
            "noise_multiplier",
            noise_multiplier,
            "a finite number above 0",
        )?;
        positive(
            "expected_batch_size",
            expected_batch_size,
            "a finite number above 0",
        )?;

        let step = sampling.sampled(DpEvent::gaussian(noise_multiplier)?)?;
        let event = DpEvent::self_composed(step.clone(), steps)?;
        Ok(Self {
            parameters,
            sampling,
            step,
            event,
        })
    }

    /// What an accountant charges for the whole training.
    pub fn event(&self) -> DpEvent {
        self.event.clone()
    }

    /// What one step costs. A run of fewer steps than planned has this as often as it stepped; the
    /// plan is charged as a whole all the same.
    pub fn step_event(&self) -> DpEvent {
        self.step.clone()
    }

    /// The public constants.
    pub fn parameters(&self) -> NoisySgdParameters {
        self.parameters
    }

    /// The L2 norm to which every example's gradient must be clipped.
    pub fn clipping_norm(&self) -> f64 {
        self.parameters.clipping_norm
    }

    /// How many steps are released.
    pub fn steps(&self) -> u64 {
        self.parameters.steps
    }

    /// The sampler of batches.
    pub fn sampling(&self) -> PoissonSampling {
        self.sampling
    }

    /// The standard deviation of the noise on a coordinate of the sum, before the division.
    pub fn noise_standard_deviation(&self) -> f64 {
        let NoisySgdParameters {
            noise_multiplier,
            clipping_norm,
            ..
        } = self.parameters;
        noise_multiplier * clipping_norm * (1.0 + CLIPPING_SLACK)
    }

    /// The mechanism on `records` private records, from step 0.
    pub fn start(
        &self,
        noise: &NoiseSource,
        records: Sensitive<usize>,
    ) -> Result<NoisySgdRun, MechanismError> {
        self.start_at(0, noise, records)
    }

    /// The mechanism from `step` on, for a run that is resumed from a checkpoint of the model
    /// before that step. With the same key, data and model, the steps since the checkpoint repeat
    /// exactly.
    pub fn start_at(
        &self,
        step: u64,
        noise: &NoiseSource,
        records: Sensitive<usize>,
    ) -> Result<NoisySgdRun, MechanismError> {
        let steps = self.parameters.steps;
        if step > steps {
            return Err(MechanismError::StepBeyondPlan { step, steps });
        }
        NoisySgdRun::new(self.clone(), noise.start(&self.name())?, records, step)
    }

    /// Every parameter in words; it names the noise, so other parameters have other noise.
    fn name(&self) -> String {
        let NoisySgdParameters {
            sampling_probability,
            steps,
            clipping_norm,
            noise_multiplier,
            expected_batch_size,
        } = self.parameters;
        format!(
            "noisy-sgd sampling-probability={sampling_probability} steps={steps} \
             clipping-norm={clipping_norm} noise-multiplier={noise_multiplier} \
             expected-batch-size={expected_batch_size}"
        )
    }
}
