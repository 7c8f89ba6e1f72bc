//! Mechanisms with a known RDP curve.

mod decompose;
mod refusal;
mod sampled;

use super::mixture_of_gaussians::MixtureOfGaussians;
use super::poisson_gaussian::PoissonGaussian;
use super::repeat_and_select::RepeatAndSelect;
use super::without_replacement::WithoutReplacement;
use super::{
    Order, concentrated, discrete_gaussian, discrete_laplace, gaussian, laplace, pure,
    randomized_response, tree_aggregation,
};
use crate::event::{
    ChangedVotes, EpsilonParameter, NoiseMultiplier, NumBuckets, Rho, SamplingProbability,
    Sensitivity, Shift, Smoothness, VoteNoiseScale,
};
use crate::{NeighboringRelation, VoteNoise, pate};

pub(super) use decompose::decompose;

/// A mechanism that is not a composition and costs something.
///
/// No number in it is NaN, so that the order is total.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub(super) enum Mechanism {
    NonPrivate,
    /// Known by its epsilon alone.
    Pure(EpsilonParameter),
    /// Known by its zCDP alone.
    Concentrated {
        rho: Rho,
        xi: Rho,
    },
    Gaussian(NoiseMultiplier),
    Laplace(NoiseMultiplier),
    DiscreteGaussian(NoiseMultiplier, Sensitivity),
    DiscreteLaplace(NoiseMultiplier, Sensitivity),
    RandomizedResponse(SamplingProbability, NumBuckets),
    TreeAggregation {
        noise: NoiseMultiplier,
        height: u32,
    },
    PoissonGaussian(PoissonGaussian),
    WithoutReplacement(WithoutReplacement),
    MixtureOfGaussians(MixtureOfGaussians),
    RepeatAndSelect(Box<RepeatAndSelect>),
    NoisyMax(VoteNoise, VoteNoiseScale, ChangedVotes),
    ThresholdCheck(VoteNoise, VoteNoiseScale, ChangedVotes),
    SmoothSensitivityRelease(Smoothness, NoiseMultiplier, Shift),
}

impl Mechanism {
    /// Whether `(alpha - 1) RDP` is that of a pair of distributions, or the larger of two, and so
    /// convex in alpha; minima of several bounds are not.
    pub(super) const fn is_convex(&self) -> bool {
        !matches!(
            self,
            Self::WithoutReplacement(_)
                | Self::RepeatAndSelect(_)
                | Self::SmoothSensitivityRelease(..)
        )
    }

    /// RDP of one use at `order`; 0 or more, possibly infinite, never NaN.
    pub(super) fn rdp(&self, order: Order, relation: NeighboringRelation) -> f64 {
        let sensitivity = relation.sum_sensitivity();
        let changes = sensitivity as u32;
        match self {
            Self::NonPrivate => f64::INFINITY,
            Self::Pure(epsilon) => pure::rdp(*epsilon, order),
            Self::Concentrated { rho, xi } => concentrated::rdp(*rho, *xi, order),
            Self::Gaussian(noise) => gaussian::rdp(*noise, sensitivity, order),
            Self::Laplace(noise) => laplace::rdp(sensitivity / noise.get(), order),
            Self::DiscreteGaussian(noise, unit) => {
                discrete_gaussian::rdp(*noise, *unit, changes, order)
            }
            Self::DiscreteLaplace(noise, unit) => {
                discrete_laplace::rdp(*noise, *unit, changes, order)
            }
            // Refused where there is no bound.
            Self::RandomizedResponse(p, k) => {
                randomized_response::rdp(*p, *k, relation, order).unwrap_or(f64::INFINITY)
            }
            Self::TreeAggregation { noise, height } => {
                tree_aggregation::rdp(*noise, *height, sensitivity, order)
            }
            Self::PoissonGaussian(step) => step.rdp(order),
            Self::WithoutReplacement(sample) => sample.rdp(order),
            Self::MixtureOfGaussians(mixture) => mixture.rdp(order),
            Self::RepeatAndSelect(selection) => selection.rdp(order, relation),
            Self::NoisyMax(noise, scale, votes) => {
                pate::noisy_max::rdp(*noise, *scale, *votes, order)
            }
            Self::ThresholdCheck(noise, scale, votes) => {
                pate::threshold_check::rdp(*noise, *scale, *votes, order)
            }
            Self::SmoothSensitivityRelease(smoothness, noise, shift) => {
                let (beta, sigma, shift) = (smoothness.get(), noise.get(), shift.get());
                pate::sanitized::release_rdp(beta, sigma, shift, order.get())
            }
        }
    }
}
