//! The public constants of a noisy SGD training.

use super::{Arithmetic, ClippingPlan};
use crate::correlated::{BatchAssignment, CorrelatedGaussian, CorrelatedParameters, NoiseStrategy};
use crate::{MechanismError, Sampling};

/// The public constants of a noisy SGD training.
#[derive(Debug, Clone, PartialEq)]
pub struct NoisySgdParameters {
    /// How the units of each batch are chosen.
    pub sampling: Sampling,
    /// How many units there are, as publicly declared: never the realised number. Noisy sums are
    /// divided by the batch size that the sampling expects of so many.
    pub declared_units: u64,
    /// How many steps are released, at least 1.
    pub steps: u64,
    /// What bounds each unit's gradient.
    pub clipping: ClippingPlan,
    /// How the noise of the steps hangs together: [`NoiseStrategy::independent`], or by a strategy
    /// for which the sampling lets units take turns.
    pub noise: NoiseStrategy,
    /// The noise multiplier `z`: what is charged. It is the standard deviation of the noise over
    /// the sensitivity of a step, or, where units take turns ([`Sampling::FixedOrder`],
    /// [`Sampling::CyclicPoisson`]), over what one unit changes altogether, see
    /// [`CorrelatedGaussian`]. Where clipping is adaptive the noise on the gradients is larger, so
    /// that the count is paid for, see [`AdaptiveClipping`](super::AdaptiveClipping).
    pub noise_multiplier: f64,
    /// In which numbers gradients are summed and noise is drawn.
    pub arithmetic: Arithmetic,
}

impl NoisySgdParameters {
    /// The noise of the training where units take turns; `None` where they do not, and then the
    /// noise is independent.
    ///
    /// # Errors
    /// Parts of a plan that do not go together.
    pub(super) fn correlated(&self) -> Result<Option<CorrelatedGaussian>, MechanismError> {
        let refuse = |reason| Err(MechanismError::Combination { reason });
        let Some(participation) = self.sampling.participation() else {
            if self.noise == NoiseStrategy::independent() {
                return Ok(None);
            }
            return refuse(
                "noise that is correlated across steps has a known cost only where units take \
                 turns; take independent noise, or batches in a fixed order, or for banded noise \
                 cyclic Poisson sampling",
            );
        };
        if self.arithmetic == Arithmetic::Exact {
            return refuse(
                "where units take turns the noise of a step is a combination of the noise of \
                 several, made in floating point: there is no exact arithmetic for it; take \
                 floating-point arithmetic, or Poisson sampling with independent noise",
            );
        }
        let ClippingPlan::Fixed(clipping) = &self.clipping else {
            return refuse(
                "adaptive clipping changes the norm from step to step, but where units take turns \
                 the noise is made for one norm; take a fixed clipping norm, or Poisson sampling",
            );
        };
        let parameters = CorrelatedParameters {
            strategy: self.noise.clone(),
            participation,
            assignment: BatchAssignment::Position,
            steps: self.steps,
            clipping_norm: clipping.sensitivity(),
            noise_multiplier: self.noise_multiplier,
        };
        CorrelatedGaussian::new(parameters).map(Some)
    }
}
