//! Events as they are typed in JSON, before they are checked.

use serde::Deserialize;

use super::{DpEvent, EventError, VoteNoise};

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
}

impl TryFrom<Unchecked> for DpEvent {
    type Error = EventError;

    fn try_from(unchecked: Unchecked) -> Result<Self, EventError> {
        match unchecked {
            Unchecked::NoOp {} => Ok(Self::no_op()),
            Unchecked::NonPrivate {} => Ok(Self::non_private()),
            Unchecked::Gaussian { noise_multiplier } => Self::gaussian(noise_multiplier),
            Unchecked::Laplace { noise_multiplier } => Self::laplace(noise_multiplier),
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
        }
    }
}
