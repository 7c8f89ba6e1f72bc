//! `[dp_sgd]`: as typed, and what it means.

mod check;
mod clipping;
mod distillation;
mod sampling;
mod statistics;

use anyhow::{Result, bail, ensure};
use privet_mechanisms::{Arithmetic, ClippingPlan, NoiseStrategy, Sampling};
use privet_training::augment::Augmentation;
use privet_training::network::NetworkSpec;
use privet_training::noisy::NoisySgdSettings;
use privet_training::optimizer::{OptimizerSpec, WeightAverage};
use serde::{Deserialize, Serialize};

pub(super) use check::check;
use clipping::ClippingTable;
pub(crate) use distillation::Distillation;
use sampling::SamplingTable;
pub(crate) use statistics::StatisticsTable;

use super::noise::NoiseTable;

/// `[dp_sgd]`: noisy SGD. It needs one of `sampling`, `sampling_probability` and `batch_size`, one of
/// `steps` and `epochs`, and one of `clipping` and `clipping_norm`.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DpSgdTable {
    /// The network.
    #[serde(default)]
    pub(crate) network: NetworkSpec,
    /// How batches are chosen; in its place `sampling_probability` or `batch_size` for Poisson
    /// sampling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sampling: Option<SamplingTable>,
    /// Probability with which each unit enters a step's batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sampling_probability: Option<f64>,
    /// Expected number of units of a batch: the probability times the declared size.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) batch_size: Option<u64>,
    /// Number of steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) steps: Option<u64>,
    /// In place of `steps`: how often each unit is used, on average.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) epochs: Option<f64>,
    /// How each unit's gradient is bounded; in its place `clipping_norm`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) clipping: Option<ClippingTable>,
    /// L2 length to which each unit's gradient is clipped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) clipping_norm: Option<f64>,
    /// Standard deviation of the noise over the sensitivity; calibrated when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) noise_multiplier: Option<f64>,
    /// How the noise of the steps hangs together, where units take turns; independent when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) noise: Option<NoiseTable>,
    /// In which numbers gradients are summed and noise is drawn.
    #[serde(default, skip_serializing_if = "ArithmeticName::is_default")]
    pub(crate) arithmetic: ArithmeticName,
    /// With a budget and a noise multiplier: takes as many of the steps as the budget allows.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) stop_at_budget: bool,
    /// Mean and deviation of each channel over the private records, released before the first step and
    /// charged, by which the network normalises its inputs; none when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) statistics: Option<StatisticsTable>,
    /// The optimizer, which sees noisy gradients only.
    pub(crate) optimizer: OptimizerSpec,
    /// Takes the average of the parameters over the steps for the model; the last ones when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) weight_average: Option<WeightAverage>,
    /// Random changes of images, drawn anew in each step; none when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) augment: Option<Augmentation>,
    /// Changed copies of each record, whose gradients are averaged before clipping: 1 when absent; more
    /// need `augment`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) copies: Option<usize>,
    /// Rows that are in memory at once, 4096 when absent; changes no result but by rounding.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) physical_batch: Option<usize>,
    /// Steps from one checkpoint to the next; about a twentieth of all when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) checkpoint_every: Option<u64>,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// `arithmetic = ...`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ArithmeticName {
    /// Sums and noise in floating point, whose rounding is outside the guarantee.
    #[default]
    Float,
    /// Sums of integers and exactly sampled noise.
    Exact,
}

impl ArithmeticName {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl From<ArithmeticName> for Arithmetic {
    fn from(name: ArithmeticName) -> Self {
        match name {
            ArithmeticName::Float => Self::Float,
            ArithmeticName::Exact => Self::Exact,
        }
    }
}

/// How batches are chosen.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Batches {
    /// By this sampling.
    Of(SamplingTable),
    /// By Poisson sampling with this expected size.
    OfSize(u64),
}

/// How long the training is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Duration {
    /// So many steps.
    Steps(u64),
    /// Until each unit was used so often, on average.
    Epochs(f64),
}

/// More steps than a machine takes in years are a typing error.
const MOST_STEPS: f64 = 1e9;

impl DpSgdTable {
    /// How batches are chosen.
    pub(crate) fn batches(&self) -> Result<Batches> {
        match (self.sampling, self.sampling_probability, self.batch_size) {
            (Some(sampling), None, None) => Ok(Batches::Of(sampling)),
            (None, Some(probability), None) => {
                Ok(Batches::Of(SamplingTable::Poisson { probability }))
            }
            (None, None, Some(size)) => Ok(Batches::OfSize(size)),
            (None, None, None) => bail!(
                "[dp_sgd] has none of sampling_probability, batch_size and sampling: give one, for \
                 example batch_size = 256"
            ),
            _ => bail!(
                "[dp_sgd] sampling_probability, batch_size and sampling say the same: keep one of \
                 them"
            ),
        }
    }

    /// How long the training is.
    pub(crate) fn duration(&self) -> Result<Duration> {
        match (self.steps, self.epochs) {
            (Some(steps), None) => Ok(Duration::Steps(steps)),
            (None, Some(epochs)) => Ok(Duration::Epochs(epochs)),
            (None, None) => bail!("[dp_sgd] has neither steps nor epochs: give one of them"),
            (Some(_), Some(_)) => {
                bail!("[dp_sgd] steps and epochs say the same: keep one of them")
            }
        }
    }

    /// How batches are chosen from so many declared units.
    pub(crate) fn sampling(&self, declared_units: u64) -> Result<Sampling> {
        Ok(match self.batches()? {
            Batches::OfSize(size) => {
                ensure!(
                    size <= declared_units,
                    "[dp_sgd] batch_size = {size}, but {declared_units} private units are declared: \
                     give at most as many"
                );
                Sampling::Poisson {
                    sampling_probability: size as f64 / declared_units as f64,
                }
            }
            Batches::Of(table) => table.sampling()?,
        })
    }

    /// How the noise of so many steps hangs together.
    pub(crate) fn noise_strategy(&self, steps: u64) -> Result<NoiseStrategy> {
        match self.noise {
            None => Ok(NoiseStrategy::independent()),
            Some(noise) => noise.strategy(steps),
        }
    }

    /// How many steps there are, where each uses this share of the units.
    pub(crate) fn steps(&self, share: f64) -> Result<u64> {
        let (key, steps) = match self.duration()? {
            Duration::Steps(steps) => ("steps", steps as f64),
            // What rounding adds to a whole number is no step.
            Duration::Epochs(epochs) => {
                ("epochs", ((epochs / share) * (1.0 - 1e-12)).ceil().max(1.0))
            }
        };
        ensure!(
            steps <= MOST_STEPS,
            "[dp_sgd] {key} makes {steps:e} steps: no more than {MOST_STEPS:e} are supported; lower it"
        );
        Ok(steps as u64)
    }

    /// How gradients are bounded, where batches are expected to hold so many units.
    pub(crate) fn clipping_plan(&self, expected_batch_size: f64) -> Result<ClippingPlan> {
        let table = match (&self.clipping, self.clipping_norm) {
            (Some(clipping), None) => clipping.clone(),
            (None, Some(norm)) => ClippingTable::Flat { norm },
            (None, None) => bail!(
                "[dp_sgd] has neither clipping_norm nor clipping: give for example clipping_norm = \
                 1.0"
            ),
            (Some(_), Some(_)) => {
                bail!("[dp_sgd] clipping_norm and clipping say the same: keep one of them")
            }
        };
        Ok(table.plan(expected_batch_size))
    }

    /// What the training is told beside its plan.
    pub(crate) fn settings(&self, seed: u64) -> NoisySgdSettings {
        let mut settings = NoisySgdSettings::new(self.optimizer);
        settings.weight_average = self.weight_average;
        settings.augment = self.augment;
        settings.copies = self.copies.unwrap_or(settings.copies);
        settings.physical_batch = self.physical_batch.unwrap_or(settings.physical_batch);
        settings.seed = seed;
        settings
    }
}
