//! Noise that is correlated across steps: sensitivity, error, covariance, events, replays.

mod dense;
mod error;
mod events;
mod noise;
mod noisy_sgd;
mod sensitivity;

use privet_mechanisms::correlated::{
    BandedToeplitz, BatchAssignment, CorrelatedGaussian, CorrelatedParameters, NoiseStrategy,
    Participation, TreeEstimator,
};

pub(crate) fn banded(coefficients: &[f64]) -> NoiseStrategy {
    NoiseStrategy::Banded(BandedToeplitz::new(coefficients.to_vec()).unwrap())
}

pub(crate) const TREES: [NoiseStrategy; 2] = [
    NoiseStrategy::Tree(TreeEstimator::Plain),
    NoiseStrategy::Tree(TreeEstimator::Honaker),
];

pub(crate) fn parameters(
    strategy: NoiseStrategy,
    participation: Participation,
    steps: u64,
) -> CorrelatedParameters {
    CorrelatedParameters {
        strategy,
        participation,
        assignment: BatchAssignment::Position,
        steps,
        clipping_norm: 0.7,
        noise_multiplier: 1.3,
    }
}

pub(crate) fn plan(
    strategy: NoiseStrategy,
    participation: Participation,
    steps: u64,
) -> CorrelatedGaussian {
    CorrelatedGaussian::new(parameters(strategy, participation, steps)).unwrap()
}
