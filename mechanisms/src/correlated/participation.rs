//! How often, and how far apart, one record takes part.

use privet_accountant::DpEvent;
use privet_accountant::NeighboringRelation::{self, AddOrRemoveOne, ReplaceOne};
use privet_accountant::event::{Count, NoiseMultiplier, SamplingProbability};
use privet_accountant::sampler::banded;

use crate::MechanismError;
use crate::error::in_range;

/// The steps in which one record can take part, and whether that is random.
///
/// The plan's cost is true of a training that keeps to this, whatever else it does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Participation {
    /// Each record takes part in at most one step.
    Once,
    /// Every epoch uses the same batches in the same order: a record takes part in steps `i`,
    /// `i + b`, `i + 2 b`, ... for one `i`, or in some of them, with `b` the steps of an epoch.
    /// ((k, b)-participation of Choquette-Choo, McMahan, Rush and Thakurta, "Multi-epoch matrix
    /// factorization mechanisms for private machine learning", ICML 2023.)
    FixedOrder {
        /// Steps, and so batches, in an epoch; at least 1.
        steps_per_epoch: u64,
    },
    /// Each record takes part at most `participations` times, any two of them at least
    /// `separation` steps apart, in whatever pattern. (b-min-sep-participation of Choquette-Choo et
    /// al., "(Amplified) banded matrix factorization: a unified approach to private training",
    /// NeurIPS 2023.)
    MinSeparation {
        /// The fewest steps from one participation to the next, at least 1.
        separation: u64,
        /// The most participations, at least 1.
        participations: u64,
    },
    /// The records are cut once, independently of their values, into `groups` groups. Step `t` uses
    /// group `t mod groups` only, and of it each record with probability `sampling_probability`,
    /// by fresh coins that stay secret. Needs a banded strategy of at most `groups` bands, and
    /// earns the amplification of Poisson sampling. (The same NeurIPS 2023 paper.)
    CyclicPoisson {
        /// Number of groups, at least the number of bands.
        groups: u64,
        /// Probability that a record of the group is in the batch.
        sampling_probability: f64,
    },
}

/// How a record comes to its batch or group, which decides what a neighbour can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BatchAssignment {
    /// By its position among the records. A record that comes or goes would move all records
    /// behind it to other steps, so nothing is promised under add-or-remove-one.
    Position,
    /// By the record alone, as by a keyed hash of its bytes: no other record has a say.
    RecordHash,
}

/// At most `participations` participations, any two at least `separation` steps apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pattern {
    pub(super) separation: u64,
    pub(super) participations: u64,
}

impl Participation {
    /// Refuses parameters without a meaning.
    pub(super) fn check(self) -> Result<(), MechanismError> {
        let at_least_one =
            |field, value: u64| in_range(field, value as f64, value >= 1, "at least 1").map(drop);
        match self {
            Self::Once => Ok(()),
            Self::FixedOrder { steps_per_epoch } => {
                at_least_one("steps_per_epoch", steps_per_epoch)
            }
            Self::MinSeparation {
                separation,
                participations,
            } => {
                at_least_one("separation", separation)?;
                at_least_one("participations", participations)
            }
            Self::CyclicPoisson {
                groups,
                sampling_probability: q,
            } => {
                at_least_one("groups", groups)?;
                let expected = "above 0 and at most 1 (expected batch size over size of a group)";
                in_range("sampling_probability", q, q > 0.0 && q <= 1.0, expected).map(drop)
            }
        }
    }

    /// The participations among which the sensitivity is a maximum. Under cyclic Poisson sampling
    /// that is one: the others are other uses in the composition of the event.
    pub(super) fn pattern(self, steps: u64) -> Pattern {
        let (separation, participations) = match self {
            Self::Once => (steps, 1),
            Self::FixedOrder { steps_per_epoch } => {
                (steps_per_epoch, steps.div_ceil(steps_per_epoch))
            }
            Self::MinSeparation {
                separation,
                participations,
            } => (separation, participations.min(steps.div_ceil(separation))),
            Self::CyclicPoisson { groups, .. } => (groups, 1),
        };
        Pattern {
            separation,
            participations,
        }
    }

    /// What `steps` steps cost under `relation`, with Gaussian noise of this multiplier of the
    /// sensitivity; [`CorrelatedGaussian`](super::CorrelatedGaussian) says by what theorem.
    ///
    /// # Errors
    /// Under `relation` there is no event: the error says why and what to do.
    pub(crate) fn event(
        self,
        relation: NeighboringRelation,
        assignment: BatchAssignment,
        noise_multiplier: f64,
        steps: u64,
    ) -> Result<DpEvent, MechanismError> {
        self.supports(relation, assignment)?;
        let steps = Count::new(steps)?;
        Ok(match self {
            Self::CyclicPoisson {
                groups,
                sampling_probability,
            } => banded::amplified_event(
                NoiseMultiplier::new(noise_multiplier)?,
                steps,
                Count::new(groups)?,
                SamplingProbability::new(sampling_probability)?,
            )?,
            _ => DpEvent::gaussian(noise_multiplier)?,
        })
    }

    fn supports(
        self,
        relation: NeighboringRelation,
        assignment: BatchAssignment,
    ) -> Result<(), MechanismError> {
        let refuse = |reason| Err(MechanismError::Relation { relation, reason });
        match (relation, assignment, self) {
            (AddOrRemoveOne, BatchAssignment::Position, _) => refuse(
                "records come to their steps by position, so a record that comes or goes moves \
                 others to other steps; account under replace-special (a record's contribution \
                 becomes zero), or assign batches by a keyed hash of the record",
            ),
            (ReplaceOne, _, Self::CyclicPoisson { .. }) => refuse(
                "amplification by Poisson sampling is proved for a record that is there or not; \
                 account under replace-special, or use a participation without sampling",
            ),
            _ => Ok(()),
        }
    }
}
