//! A sampling at work on some units.

use super::random_allocation::Allocation;
use super::{BatchId, DrawnBatch, Sampling, poisson, truncated_poisson, turns};
use crate::noise::PlanNoise;
use crate::{MechanismError, Sensitive};

impl Sampling {
    /// Refuses more units than the cost was made for.
    pub(crate) fn check_units(&self, units: &Sensitive<usize>) -> Result<(), MechanismError> {
        match *self {
            Self::TruncatedPoisson { maximum_units, .. }
                if *units.expose_sensitive() as u64 > maximum_units =>
            {
                Err(MechanismError::TooManyUnits { maximum_units })
            }
            _ => Ok(()),
        }
    }
}

/// Draws the batches of one run. What it draws for a step is a function of the noise and the step.
#[derive(Debug)]
pub(crate) struct Sampler {
    sampling: Sampling,
    units: Sensitive<usize>,
    allocation: Sensitive<Option<Allocation>>,
}

impl Sampler {
    /// Of the units `0..units`.
    ///
    /// # Errors
    /// More units than the plan's cost was made for.
    pub(crate) fn new(sampling: Sampling, units: Sensitive<usize>) -> Result<Self, MechanismError> {
        sampling.check_units(&units)?;
        let allocation = units.as_ref().map(|&units| match sampling {
            Sampling::RandomAllocation {
                steps_per_epoch,
                selected,
            } => Some(Allocation::new(steps_per_epoch, selected, units)),
            _ => None,
        });
        Ok(Self {
            sampling,
            units,
            allocation,
        })
    }

    /// The batch of the step that `id` names. Steps are asked for in ascending order.
    pub(crate) fn draw(&mut self, id: BatchId, noise: &PlanNoise) -> DrawnBatch {
        let units = *self.units.expose_sensitive();
        let indices = match self.sampling {
            Sampling::Poisson {
                sampling_probability,
            } => poisson::choose(
                sampling_probability,
                units,
                &mut noise.stream("batch", id.step),
            ),
            Sampling::TruncatedPoisson {
                sampling_probability,
                maximum_batch_size,
                ..
            } => truncated_poisson::choose(
                sampling_probability,
                usize::try_from(maximum_batch_size).unwrap_or(usize::MAX),
                units,
                &mut noise.stream("batch", id.step),
            ),
            Sampling::RandomAllocation { .. } => match self.allocation.expose_sensitive_mut() {
                Some(allocation) => allocation.choose(id.step, noise),
                None => Vec::new(),
            },
            Sampling::FixedOrder { steps_per_epoch } => turns::all(id.step, steps_per_epoch, units),
            Sampling::CyclicPoisson {
                groups,
                sampling_probability,
            } => turns::some(
                id.step,
                groups,
                sampling_probability,
                units,
                &mut noise.stream("batch", id.step),
            ),
        };
        DrawnBatch::new(id, Sensitive::new(indices))
    }
}
