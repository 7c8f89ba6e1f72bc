//! How the units of a batch are chosen.
//!
//! A *unit* is what the guarantee is about: a record, or a user with all their records. A
//! [`Sampling`] says what it does to the cost of the steps, and by what a noisy sum is divided; a
//! run draws its batches with it. Nothing else makes a [`DrawnBatch`], so the batch that is
//! stepped on is the batch that was paid for.
//!
//! Shuffled batches are not offered: no amplification is proved for them. Batches in a fixed order
//! are paid for without any.

mod batch;
mod cost;
pub(crate) mod poisson;
mod random_allocation;
mod sampler;
mod truncated_poisson;
mod turns;

pub use batch::DrawnBatch;
pub(crate) use batch::{BatchId, RunId};
pub(crate) use sampler::Sampler;

use crate::MechanismError;
use crate::correlated::Participation;
use crate::error::in_range;

/// A choice of the units of each step. All numbers are public constants.
///
/// Choices are made with exact integer arithmetic; a stated probability is an upper bound that is
/// less than 2^-64 above the true one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sampling {
    /// Each unit is in the batch with probability `q`, independently of all other units and of
    /// all other steps.
    ///
    /// **Relation.** Add-or-remove-one (and replace-special, a unit replaced by an empty one).
    /// Refused under replace-one, for which no theorem is cited here.
    ///
    /// **Theorem.** A step costs `PoissonSampled(q, step)`: Mironov, Talwar and Zhang, "Renyi
    /// differential privacy of the sampled Gaussian mechanism" (2019), section 3; Zhu and Wang,
    /// "Poisson subsampled Renyi differential privacy" (ICML 2019).
    ///
    /// **Expected batch size.** `q` times the declared number of units.
    Poisson {
        /// The probability `q`, above 0.
        sampling_probability: f64,
    },
    /// A Poisson sample; of one larger than the maximum a uniformly random part of that size.
    ///
    /// **Relation.** Add-or-remove-one only; refused under others.
    ///
    /// **Theorem.** `TruncatedSubsampledGaussian` of the accountant: one unit more may push
    /// another out of the batch, which moves the sum by up to twice the sensitivity. The cost
    /// depends on how many units there are at most. (Ganesh, "Tighter privacy analysis for
    /// truncated Poisson sampling", 2025.)
    ///
    /// **Expected batch size.** `q` times the declared number of units, or the maximum if that is
    /// smaller. This is at least the true expectation (the smaller of a mean and a bound is at
    /// least the mean of the smaller, Jensen), and near it unless truncation is common.
    TruncatedPoisson {
        /// The probability `q`, above 0, of being in the batch before it is cut.
        sampling_probability: f64,
        /// The most units of a batch.
        maximum_batch_size: u64,
        /// The most units that the data can hold. With more of them the cost would be another, so
        /// a run on more is refused.
        maximum_units: u64,
    },
    /// Of each epoch of `steps_per_epoch` steps each unit is in exactly `selected`, a uniformly
    /// random subset of the steps, drawn independently for each unit and each epoch. With
    /// `selected` 1 these are "balls in bins".
    ///
    /// **Relation.** Add-or-remove-one, replace-special. Refused under replace-one.
    ///
    /// **Theorem.** An epoch costs `RandomAllocation(steps_per_epoch, selected, step)`: Chua et
    /// al., "Balls-and-bins sampling for DP-SGD" (2025); Feldman and Shenfeld, "Privacy
    /// amplification by random allocation" (2025). An epoch that is cut short is charged whole: it
    /// releases a part of what was paid for.
    ///
    /// **Expected batch size.** The declared number of units times `selected / steps_per_epoch`.
    RandomAllocation {
        /// How many steps an epoch has.
        steps_per_epoch: u32,
        /// In how many of them each unit is, at least 1.
        selected: u32,
    },
    /// Nothing is random: unit `i` is in the steps `i`, `i + steps_per_epoch`, ..., counted from
    /// `i mod steps_per_epoch`. For who cannot sample; best with correlated noise.
    ///
    /// **Relation.** Replace-special (the unit's gradients become zero), replace-one. Refused under
    /// add-or-remove-one, where all units behind one that comes or goes would change their step.
    ///
    /// **Theorem.** The training costs `Gaussian(z)`, with the noise multiplier `z` over the
    /// sensitivity of all of a unit's steps together; see
    /// [`CorrelatedGaussian`](crate::correlated::CorrelatedGaussian).
    ///
    /// **Expected batch size.** The declared number of units over `steps_per_epoch`.
    FixedOrder {
        /// How many steps an epoch has, at least 1.
        steps_per_epoch: u32,
    },
    /// Unit `i` is in group `i mod groups`; step `t` draws from group `t mod groups` alone, each
    /// unit with probability `q` independently of all others and of all other steps.
    ///
    /// **Relation.** Replace-special. Refused under add-or-remove-one as `FixedOrder` is, and under
    /// replace-one as `Poisson` is.
    ///
    /// **Theorem.** The training costs `PoissonSampled(q, Gaussian(z))` for every turn of a group,
    /// also with banded noise of at most `groups` bands; see
    /// [`CorrelatedGaussian`](crate::correlated::CorrelatedGaussian).
    ///
    /// **Expected batch size.** `q` times the declared number of units over `groups`.
    CyclicPoisson {
        /// How many groups there are, at least 1.
        groups: u32,
        /// The probability `q`, above 0.
        sampling_probability: f64,
    },
}

impl Sampling {
    /// Checks every number.
    ///
    /// # Errors
    /// What is not a probability above 0, a maximum of 0, an epoch of no steps, or more selected
    /// steps than an epoch has.
    pub fn validate(&self) -> Result<(), MechanismError> {
        let probability = |q: f64| {
            let expected = "above 0 and at most 1 (expected batch size over declared units)";
            in_range("sampling_probability", q, q > 0.0 && q <= 1.0, expected).map(drop)
        };
        let some =
            |field, value: u64| in_range(field, value as f64, value >= 1, "at least 1").map(drop);
        match *self {
            Self::Poisson {
                sampling_probability,
            } => probability(sampling_probability),
            Self::TruncatedPoisson {
                sampling_probability,
                maximum_batch_size,
                maximum_units,
            } => {
                probability(sampling_probability)?;
                some("maximum_batch_size", maximum_batch_size)?;
                some("maximum_units", maximum_units)
            }
            Self::RandomAllocation {
                steps_per_epoch,
                selected,
            } => {
                some("steps_per_epoch", steps_per_epoch.into())?;
                let valid = (1..=steps_per_epoch).contains(&selected);
                let expected = "at least 1 and at most steps_per_epoch";
                in_range("selected", selected.into(), valid, expected).map(drop)
            }
            Self::FixedOrder { steps_per_epoch } => some("steps_per_epoch", steps_per_epoch.into()),
            Self::CyclicPoisson {
                groups,
                sampling_probability,
            } => {
                probability(sampling_probability)?;
                some("groups", groups.into())
            }
        }
    }

    /// Where units take turns: in which steps, counted from the first, one unit can be.
    pub(crate) fn participation(&self) -> Option<Participation> {
        match *self {
            Self::FixedOrder { steps_per_epoch } => Some(turns::fixed_order(steps_per_epoch)),
            Self::CyclicPoisson {
                groups,
                sampling_probability: q,
            } => Some(turns::cyclic_poisson(groups, q)),
            Self::Poisson { .. }
            | Self::TruncatedPoisson { .. }
            | Self::RandomAllocation { .. } => None,
        }
    }
}
