//! `[dp_sgd] sampling`.

use anyhow::{Context, Result};
use privet_mechanisms::Sampling;
use serde::{Deserialize, Serialize};

/// `sampling = { kind = ... }`: how the units of each batch are chosen; each way is charged what it costs.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) enum SamplingTable {
    /// Each unit by itself with a probability.
    Poisson {
        /// The probability.
        probability: f64,
    },
    /// The same, with batches cut to a maximum.
    TruncatedPoisson {
        /// The probability, before a batch is cut.
        probability: f64,
        /// The most units of a batch.
        maximum_batch_size: u64,
        /// The most units that the data can hold: a public bound, on which the guarantee rests.
        /// Required; without it the error says what it is.
        #[serde(skip_serializing_if = "Option::is_none")]
        maximum_units: Option<u64>,
    },
    /// Each unit in a fixed number of the steps of each epoch, chosen at random.
    RandomAllocation {
        /// Steps of an epoch.
        steps_per_epoch: u32,
        /// In how many of them each unit is.
        #[serde(default = "one")]
        selected: u32,
    },
    /// The units take turns in the order of the file; nothing is random.
    FixedOrder {
        /// Steps of an epoch; each unit is in one of them, the same in every epoch.
        steps_per_epoch: u32,
    },
    /// Groups of units take turns; each step samples one of them.
    CyclicPoisson {
        /// How many groups.
        groups: u32,
        /// Probability with which each unit of the group enters the batch.
        probability: f64,
    },
}

fn one() -> u32 {
    1
}

impl SamplingTable {
    /// The sampling that the table speaks of.
    pub(super) fn sampling(self) -> Result<Sampling> {
        Ok(match self {
            Self::Poisson { probability } => Sampling::Poisson {
                sampling_probability: probability,
            },
            Self::TruncatedPoisson {
                probability,
                maximum_batch_size,
                maximum_units,
            } => Sampling::TruncatedPoisson {
                sampling_probability: probability,
                maximum_batch_size,
                maximum_units: maximum_units.context(
                    "[dp_sgd] sampling: kind = \"truncated-poisson\" needs maximum_units, the most \
                     private units that there can be: its cost depends on their number, so that the \
                     guarantee holds up to that bound only; give one that you know without counting",
                )?,
            },
            Self::RandomAllocation {
                steps_per_epoch,
                selected,
            } => Sampling::RandomAllocation {
                steps_per_epoch,
                selected,
            },
            Self::FixedOrder { steps_per_epoch } => {
                Sampling::FixedOrder { steps_per_epoch }
            }
            Self::CyclicPoisson {
                groups,
                probability,
            } => Sampling::CyclicPoisson {
                groups,
                sampling_probability: probability,
            },
        })
    }
}
