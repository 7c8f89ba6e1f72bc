//! Events as they are typed in JSON, before they are checked.

use serde::Deserialize;

use super::repetitions::ShapeField;
use super::{DpEvent, EventError, Repetitions, VoteNoise};

/// Mirrors [`DpEvent`] with plain numbers. Empty kinds are written with braces because serde lets
/// a unit variant swallow unknown fields.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Unchecked {
    NoOp {},
    NonPrivate {},
    Gaussian {
        noise_multiplier: f64,
    },
    Laplace {
        noise_multiplier: f64,
    },
    DiscreteLaplace {
        noise_multiplier: f64,
        sensitivity: u64,
    },
    DiscreteGaussian {
        noise_multiplier: f64,
        sensitivity: u64,
    },
    RandomizedResponse {
        noise_parameter: f64,
        num_buckets: u64,
    },
    EpsilonDelta {
        epsilon: f64,
        delta: f64,
    },
    ZCdp {
        rho: f64,
        #[serde(default)]
        xi: f64,
    },
    MixtureOfGaussians {
        standard_deviation: f64,
        sensitivities: Vec<f64>,
        sampling_probabilities: Vec<f64>,
    },
    SampledWithoutReplacement {
        source_dataset_size: u64,
        sample_size: u64,
        event: Box<DpEvent>,
    },
    SampledWithReplacement {
        source_dataset_size: u64,
        sample_size: u64,
        event: Box<DpEvent>,
    },
    TruncatedSubsampledGaussian {
        dataset_size: u64,
        sampling_probability: f64,
        truncated_batch_size: u64,
        noise_multiplier: f64,
    },
    RandomAllocation {
        steps: u64,
        selected: u64,
        event: Box<DpEvent>,
    },
    Shuffled {
        batches: u64,
        event: Box<DpEvent>,
    },
    SingleEpochTreeAggregation {
        noise_multiplier: f64,
        step_counts: Vec<u64>,
    },
    RepeatAndSelect {
        event: Box<DpEvent>,
        mean: f64,
        shape: ShapeField,
    },
    PoissonSampled {
        sampling_probability: f64,
        event: Box<DpEvent>,
    },
    SelfComposed {
        count: u64,
        event: Box<DpEvent>,
    },
    Composed {
        events: Vec<DpEvent>,
    },
    NoisyMax {
        noise: VoteNoise,
        scale: f64,
        changed_votes: u32,
    },
    ThresholdCheck {
        noise: VoteNoise,
        scale: f64,
        changed_votes: u32,
    },
    SmoothSensitivityRelease {
        smoothness: f64,
        noise_multiplier: f64,
        shift: f64,
    },
}

impl TryFrom<Unchecked> for DpEvent {
    type Error = EventError;

    fn try_from(unchecked: Unchecked) -> Result<Self, EventError> {
        match unchecked {
            Unchecked::NoOp {} => Ok(Self::no_op()),
            Unchecked::NonPrivate {} => Ok(Self::non_private()),
            Unchecked::Gaussian { noise_multiplier } => Self::gaussian(noise_multiplier),
            Unchecked::Laplace { noise_multiplier } => Self::laplace(noise_multiplier),
            Unchecked::DiscreteLaplace {
                noise_multiplier,
                sensitivity,
            } => Self::discrete_laplace(noise_multiplier, sensitivity),
            Unchecked::DiscreteGaussian {
                noise_multiplier,
                sensitivity,
            } => Self::discrete_gaussian(noise_multiplier, sensitivity),
            Unchecked::RandomizedResponse {
                noise_parameter,
                num_buckets,
            } => Self::randomized_response(noise_parameter, num_buckets),
            Unchecked::EpsilonDelta { epsilon, delta } => Self::epsilon_delta(epsilon, delta),
            Unchecked::ZCdp { rho, xi } => Self::z_cdp(rho, xi),
            Unchecked::MixtureOfGaussians {
                standard_deviation,
                sensitivities,
                sampling_probabilities,
            } => Self::mixture_of_gaussians(
                standard_deviation,
                sensitivities,
                sampling_probabilities,
            ),
            Unchecked::SampledWithoutReplacement {
                source_dataset_size,
                sample_size,
                event,
            } => Self::sampled_without_replacement(source_dataset_size, sample_size, *event),
            Unchecked::SampledWithReplacement {
                source_dataset_size,
                sample_size,
                event,
            } => Self::sampled_with_replacement(source_dataset_size, sample_size, *event),
            Unchecked::TruncatedSubsampledGaussian {
                dataset_size,
                sampling_probability,
                truncated_batch_size,
                noise_multiplier,
            } => Self::truncated_subsampled_gaussian(
                dataset_size,
                sampling_probability,
                truncated_batch_size,
                noise_multiplier,
            ),
            Unchecked::RandomAllocation {
                steps,
                selected,
                event,
            } => Self::random_allocation(steps, selected, *event),
            Unchecked::Shuffled { batches, event } => Self::shuffled(batches, *event),
            Unchecked::SingleEpochTreeAggregation {
                noise_multiplier,
                step_counts,
            } => Self::single_epoch_tree_aggregation(noise_multiplier, &step_counts),
            Unchecked::RepeatAndSelect { event, mean, shape } => {
                Self::repeat_and_select(*event, Repetitions::new(mean, shape.get())?)
            }
            Unchecked::PoissonSampled {
                sampling_probability,
                event,
            } => Self::poisson_sampled(sampling_probability, *event),
            Unchecked::SelfComposed { count, event } => Self::self_composed(*event, count),
            Unchecked::Composed { events } => Ok(Self::composed(events)),
            Unchecked::NoisyMax {
                noise,
                scale,
                changed_votes,
            } => Self::noisy_max(noise, scale, changed_votes),
            Unchecked::ThresholdCheck {
                noise,
                scale,
                changed_votes,
            } => Self::threshold_check(noise, scale, changed_votes),
            Unchecked::SmoothSensitivityRelease {
                smoothness,
                noise_multiplier,
                shift,
            } => Self::smooth_sensitivity_release(smoothness, noise_multiplier, shift),
        }
    }
}
