//! Events taken apart into mechanisms.

use super::{Mechanism, refusal, sampled};
use crate::event::Repetitions;
use crate::rdp::composition::Composition;
use crate::rdp::mixture_of_gaussians::MixtureOfGaussians;
use crate::rdp::repeat_and_select::RepeatAndSelect;
use crate::rdp::tree_aggregation;
use crate::refusal::under_relation;
use crate::{DpEvent, NeighboringRelation, Unsupported};

/// Every mechanism in `event` with the number of its uses.
pub(in crate::rdp) fn decompose(
    event: &DpEvent,
    relation: NeighboringRelation,
) -> Result<Composition, Unsupported> {
    let mut parts = Composition::new();
    add(event, 1.0, relation, &mut parts)?;
    Ok(parts)
}

/// Adds the mechanisms of `event`, `times` over, to `parts`.
pub(super) fn add(
    event: &DpEvent,
    times: f64,
    relation: NeighboringRelation,
    parts: &mut Composition,
) -> Result<(), Unsupported> {
    if let Some(mechanism) = simple(event) {
        if let Some(reason) = under_relation(event, relation) {
            return Err(refusal::unsupported(event, relation, reason));
        }
        parts.add(mechanism, times);
        return Ok(());
    }
    match event {
        DpEvent::NoOp => Ok(()),
        // epsilon 0 and delta 0: the outputs do not depend on the data.
        DpEvent::EpsilonDelta { epsilon, delta } if epsilon.get() + delta.get() == 0.0 => Ok(()),
        DpEvent::SelfComposed { count, event } => {
            let times = (times * count.get() as f64).min(f64::MAX);
            add(event, times, relation, parts)
        }
        DpEvent::Composed { events } => {
            let mut each = events.iter();
            each.try_for_each(|event| add(event, times, relation, parts))
        }
        DpEvent::PoissonSampled {
            sampling_probability,
            event,
        } => sampled::poisson(*sampling_probability, event, times, relation, parts),
        DpEvent::SampledWithoutReplacement {
            source_dataset_size,
            sample_size,
            event: inner,
        } => {
            let sizes = (sample_size.get(), source_dataset_size.get());
            sampled::without_replacement(sizes, event, inner, times, relation, parts)
        }
        DpEvent::RepeatAndSelect { event, repetitions } => {
            repeat_and_select(event, *repetitions, times, relation, parts)
        }
        _ => Err(refusal::unsupported(event, relation, refusal::kind(event))),
    }
}

/// The mechanism that an event is by itself.
fn simple(event: &DpEvent) -> Option<Mechanism> {
    Some(match event {
        DpEvent::NonPrivate => Mechanism::NonPrivate,
        DpEvent::Gaussian { noise_multiplier } => Mechanism::Gaussian(*noise_multiplier),
        DpEvent::Laplace { noise_multiplier } => Mechanism::Laplace(*noise_multiplier),
        DpEvent::DiscreteGaussian {
            noise_multiplier,
            sensitivity,
        } => Mechanism::DiscreteGaussian(*noise_multiplier, *sensitivity),
        DpEvent::DiscreteLaplace {
            noise_multiplier,
            sensitivity,
        } => Mechanism::DiscreteLaplace(*noise_multiplier, *sensitivity),
        DpEvent::RandomizedResponse {
            noise_parameter,
            num_buckets,
        } => Mechanism::RandomizedResponse(*noise_parameter, *num_buckets),
        DpEvent::EpsilonDelta { epsilon, delta } if delta.get() == 0.0 && epsilon.get() > 0.0 => {
            Mechanism::Pure(*epsilon)
        }
        DpEvent::ZCdp { rho, xi } => Mechanism::Concentrated { rho: *rho, xi: *xi },
        DpEvent::MixtureOfGaussians {
            standard_deviation,
            sensitivities,
            sampling_probabilities,
        } => Mechanism::MixtureOfGaussians(MixtureOfGaussians::new(
            *standard_deviation,
            sensitivities,
            sampling_probabilities,
        )),
        DpEvent::SingleEpochTreeAggregation {
            noise_multiplier,
            step_counts,
        } => Mechanism::TreeAggregation {
            noise: *noise_multiplier,
            height: tree_aggregation::height(step_counts),
        },
        DpEvent::NoisyMax {
            noise,
            scale,
            changed_votes,
        } => Mechanism::NoisyMax(*noise, *scale, *changed_votes),
        DpEvent::ThresholdCheck {
            noise,
            scale,
            changed_votes,
        } => Mechanism::ThresholdCheck(*noise, *scale, *changed_votes),
        DpEvent::SmoothSensitivityRelease {
            smoothness,
            noise_multiplier,
            shift,
        } => Mechanism::SmoothSensitivityRelease(*smoothness, *noise_multiplier, *shift),
        _ => return None,
    })
}

fn repeat_and_select(
    event: &DpEvent,
    repetitions: Repetitions,
    times: f64,
    relation: NeighboringRelation,
    parts: &mut Composition,
) -> Result<(), Unsupported> {
    let run = decompose(event, relation)?;
    if repetitions.mean() == 1.0 && repetitions.shape().is_finite() {
        // Always exactly one run.
        parts.add_all(run, times);
    } else if !run.is_empty() {
        let selection = RepeatAndSelect::new(run, repetitions, relation);
        parts.add(Mechanism::RepeatAndSelect(Box::new(selection)), times);
    }
    Ok(())
}
