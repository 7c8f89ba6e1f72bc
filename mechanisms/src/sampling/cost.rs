//! What a sampling makes of the cost of steps, and by what their sums are divided.

use privet_accountant::{DpEvent, NeighboringRelation};

use super::{Sampling, turns};
use crate::MechanismError;
use crate::correlated::{BatchAssignment, Participation};

impl Sampling {
    /// What `steps` steps cost under `relation`, each of them the Gaussian mechanism with this
    /// noise multiplier on a sum over the batch; where units take turns, all of them together.
    ///
    /// # Errors
    /// Numbers that make no event, or a relation for which no theorem says that the event is the
    /// cost.
    pub fn event(
        &self,
        relation: NeighboringRelation,
        noise_multiplier: f64,
        steps: u64,
    ) -> Result<DpEvent, MechanismError> {
        let together = |turns: Participation| {
            turns.event(relation, BatchAssignment::Position, noise_multiplier, steps)
        };
        self.check(relation)?;
        let gaussian = DpEvent::gaussian(noise_multiplier)?;
        let (event, count) = match *self {
            Self::Poisson {
                sampling_probability,
            } => (
                DpEvent::poisson_sampled(sampling_probability, gaussian)?,
                steps,
            ),
            Self::TruncatedPoisson {
                sampling_probability,
                maximum_batch_size,
                maximum_units,
            } => (
                DpEvent::truncated_subsampled_gaussian(
                    maximum_units,
                    sampling_probability,
                    maximum_batch_size,
                    noise_multiplier,
                )?,
                steps,
            ),
            Self::RandomAllocation {
                steps_per_epoch,
                selected,
            } => (
                DpEvent::random_allocation(steps_per_epoch.into(), selected.into(), gaussian)?,
                steps.div_ceil(steps_per_epoch.into()),
            ),
            Self::FixedOrder { steps_per_epoch } => {
                return together(turns::fixed_order(steps_per_epoch));
            }
            Self::CyclicPoisson {
                groups,
                sampling_probability: q,
            } => return together(turns::cyclic_poisson(groups, q)),
        };
        Ok(DpEvent::self_composed(event, count)?)
    }

    /// Refuses relations that the theorem of a sampling by chance does not speak of; where units
    /// take turns, the participation does.
    fn check(&self, relation: NeighboringRelation) -> Result<(), MechanismError> {
        use NeighboringRelation::{AddOrRemoveOne, ReplaceOne, ReplaceSpecial};
        let reason = match (self, relation) {
            (Self::Poisson { .. } | Self::RandomAllocation { .. }, ReplaceOne) => {
                "the theorems of sampling at random are for units that come or go; take \
                 add-or-remove-one"
            }
            (Self::TruncatedPoisson { .. }, ReplaceOne | ReplaceSpecial) => {
                "the theorem of truncated Poisson sampling is for units that come or go; take \
                 add-or-remove-one"
            }
            (_, AddOrRemoveOne | ReplaceOne | ReplaceSpecial) => return Ok(()),
        };
        Err(MechanismError::Relation { relation, reason })
    }

    /// By what a sum over a batch is divided to give an average: a function of public constants,
    /// never of the realised number of units or of a batch.
    pub fn expected_batch_size(&self, declared_units: u64) -> f64 {
        let declared = declared_units as f64;
        match *self {
            Self::Poisson {
                sampling_probability,
            } => sampling_probability * declared,
            Self::TruncatedPoisson {
                sampling_probability,
                maximum_batch_size,
                ..
            } => (sampling_probability * declared).min(maximum_batch_size as f64),
            Self::RandomAllocation {
                steps_per_epoch,
                selected,
            } => declared * f64::from(selected) / f64::from(steps_per_epoch),
            Self::FixedOrder { steps_per_epoch } => declared / f64::from(steps_per_epoch),
            Self::CyclicPoisson {
                groups,
                sampling_probability,
            } => sampling_probability * declared / f64::from(groups),
        }
    }
}
