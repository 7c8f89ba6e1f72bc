//! From events to the laws that dominate them, direction by direction.

mod directions;
mod noise;
mod outcomes;
mod sampled;

pub(super) use directions::Directions;

use super::law::{Component, Law};
use crate::event::Count;
use crate::neighboring::Direction;
use crate::rdp::tree_aggregation;
use crate::refusal::{SHUFFLED, under_relation};
use crate::sampler::random_allocation::RandomAllocation;
use crate::sampler::truncated_poisson::TruncatedPoisson;
use crate::{DpEvent, NeighboringRelation, Unsupported};
use noise::{add_noisy_max, discrete_gaussian, discrete_laplace, gaussian, laplace, votes};
use outcomes::{black_box, randomized_response, swap};
use sampled::{add_sampled, push_mixture};

/// Adds the laws of `times` times `event`, or says why it has none; on an error `directions` may
/// hold a part of the event.
pub(super) fn add_event(
    directions: &mut Directions,
    event: &DpEvent,
    times: f64,
    relation: NeighboringRelation,
) -> Result<(), Unsupported> {
    let refuse = |reason| Err(unsupported(event, relation, reason));
    if let Some(reason) = under_relation(event, relation) {
        return refuse(reason);
    }
    // Both records of a replacement contribute, in the worst case in opposite directions.
    let sensitivity = relation.sum_sensitivity();
    let doubled = sensitivity as u64;
    match event {
        DpEvent::NoOp => {}
        DpEvent::NonPrivate => directions.push_both(Law::NonPrivate, times),
        DpEvent::Gaussian { noise_multiplier } => {
            directions.push_both(gaussian(sensitivity, noise_multiplier.get()), times);
        }
        DpEvent::Laplace { noise_multiplier } => {
            directions.push_both(laplace(sensitivity, noise_multiplier.get()), times);
        }
        DpEvent::DiscreteGaussian {
            noise_multiplier,
            sensitivity,
        } => {
            let sigma = noise_multiplier.get() * sensitivity.get() as f64;
            directions.push_both(discrete_gaussian(sigma, sensitivity.get() * doubled), times);
        }
        DpEvent::DiscreteLaplace {
            noise_multiplier,
            sensitivity,
        } => {
            let scale = noise_multiplier.get() * sensitivity.get() as f64;
            directions.push_both(discrete_laplace(scale, sensitivity.get() * doubled), times);
        }
        DpEvent::RandomizedResponse {
            noise_parameter,
            num_buckets,
        } => {
            let (same, special) = randomized_response(noise_parameter.get(), *num_buckets);
            match relation {
                NeighboringRelation::ReplaceOne => directions.push_both(same, times),
                NeighboringRelation::ReplaceSpecial => {
                    let swapped = swap(&special);
                    directions.push(Law::Outcomes(special), Law::Outcomes(swapped), times);
                }
                NeighboringRelation::AddOrRemoveOne => {}
            }
        }
        DpEvent::EpsilonDelta { epsilon, delta } => {
            directions.push_both(black_box(epsilon.get(), delta.get()), times);
        }
        DpEvent::MixtureOfGaussians {
            standard_deviation,
            sensitivities,
            sampling_probabilities,
        } => {
            // They sum to 1 within 1e-12 only.
            let sum: f64 = sampling_probabilities.iter().sum();
            let components = sensitivities.iter().zip(sampling_probabilities);
            let mixture = components
                .map(|(c, weight)| Component {
                    weight: weight / sum,
                    mean: c / standard_deviation.get(),
                })
                .collect();
            push_mixture(directions, mixture, times);
        }
        DpEvent::SelfComposed { count, event } => {
            let times = (times * count.get() as f64).min(f64::MAX);
            return add_event(directions, event, times, relation);
        }
        DpEvent::Composed { events } => {
            for event in events {
                add_event(directions, event, times, relation)?;
            }
        }
        DpEvent::PoissonSampled {
            sampling_probability,
            event,
        } => {
            return add_sampled(directions, *sampling_probability, event, times, relation);
        }
        DpEvent::NoisyMax {
            noise,
            scale,
            changed_votes,
        } => {
            let (scale, votes) = (scale.get(), changed_votes.get());
            return add_noisy_max(directions, event, *noise, scale, votes, times, relation);
        }
        DpEvent::ThresholdCheck {
            noise,
            scale,
            changed_votes,
        } => {
            directions.push_both(votes(*noise, scale.get(), changed_votes.get()), times);
        }
        DpEvent::ZCdp { .. }
        | DpEvent::RepeatAndSelect { .. }
        | DpEvent::SmoothSensitivityRelease { .. } => {
            return refuse("only its Renyi divergence is known; use the `rdp` accountant");
        }
        DpEvent::SampledWithoutReplacement { .. } => {
            return refuse("no dominating pair that composes is known; use the `rdp` accountant");
        }
        DpEvent::SampledWithReplacement { .. } => {
            return refuse("no bound is built in; sample without replacement or by Poisson");
        }
        DpEvent::TruncatedSubsampledGaussian {
            dataset_size,
            sampling_probability,
            truncated_batch_size,
            noise_multiplier,
        } => {
            if relation != NeighboringRelation::AddOrRemoveOne {
                return refuse(
                    "a pair that dominates truncated Poisson sampling is proven for adding or \
                     removing a record only; account under add-or-remove-one",
                );
            }
            let plan = TruncatedPoisson::new(
                *dataset_size,
                *sampling_probability,
                *truncated_batch_size,
                *noise_multiplier,
            );
            if noise_multiplier.get() > 0.0 {
                directions.push(plan.law(Direction::Remove), plan.law(Direction::Add), times);
            } else if sampling_probability.get() > 0.0 {
                directions.push_both(Law::NonPrivate, times);
            }
        }
        DpEvent::RandomAllocation {
            steps,
            selected,
            event,
        } => {
            let DpEvent::Gaussian { noise_multiplier } = event.as_ref() else {
                return refuse("inside `random_allocation` only `gaussian` has a known bound");
            };
            if relation == NeighboringRelation::ReplaceOne {
                return refuse(
                    "a dominating pair of random allocation is known for adding or removing a \
                     record only; account under add-or-remove-one or replace-special",
                );
            }
            if noise_multiplier.get() == 0.0 {
                directions.push_both(Law::NonPrivate, times);
            } else {
                let epoch = RandomAllocation::new(*noise_multiplier, *steps, *selected, Count::ONE);
                let law = |direction| Law::RandomAllocation { epoch, direction };
                directions.push(law(Direction::Remove), law(Direction::Add), times);
            }
        }
        DpEvent::SingleEpochTreeAggregation {
            noise_multiplier,
            step_counts,
        } => {
            // A contribution enters one node a level: the Gaussian mechanism.
            let height = tree_aggregation::height(step_counts);
            let norm = sensitivity * f64::from(height).sqrt().next_up();
            directions.push_both(gaussian(norm, noise_multiplier.get()), times);
        }
        DpEvent::Shuffled { .. } => return refuse(SHUFFLED),
    }
    Ok(())
}

fn unsupported(
    event: &DpEvent,
    relation: NeighboringRelation,
    reason: &'static str,
) -> Unsupported {
    Unsupported {
        accountant: super::NAME,
        kind: event.kind(),
        relation,
        reason,
    }
}
