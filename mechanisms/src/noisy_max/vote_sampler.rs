//! The noise of one count, and what is decided with it.

use privet_accountant::VoteNoise;

use crate::noise::{FixedPoint, LazyReal, Scale};
use crate::{
    DiscreteGaussian, DiscreteLaplace, ExactGaussian, ExactLaplace, MechanismError, NoiseStream,
};

/// Noise of a kind and a scale. Every decision is that of the exact distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum VoteSampler {
    Gaussian(ExactGaussian),
    Laplace(ExactLaplace),
    DiscreteGaussian(DiscreteGaussian),
    DiscreteLaplace(DiscreteLaplace),
}

impl VoteSampler {
    /// `scale` is in votes and means what [`VoteNoise`] says; `field` is its name in the plan.
    pub(crate) fn new(
        noise: VoteNoise,
        field: &'static str,
        scale: f64,
    ) -> Result<Self, MechanismError> {
        let scale = Scale::new(field, scale)?;
        Ok(match noise {
            VoteNoise::Gaussian => Self::Gaussian(ExactGaussian(scale)),
            VoteNoise::Laplace => Self::Laplace(ExactLaplace(scale)),
            VoteNoise::DiscreteGaussian => Self::DiscreteGaussian(DiscreteGaussian(scale)),
            VoteNoise::DiscreteLaplace => Self::DiscreteLaplace(DiscreteLaplace(scale)),
        })
    }

    /// The class with the largest noisy count.
    ///
    /// Two real numbers are never equal. Equal integers do happen, and then each of the largest
    /// wins with the same probability; if the first one did, the order of the classes would say
    /// which way a tie went.
    pub(crate) fn argmax(&self, counts: &[u32], stream: &mut NoiseStream) -> usize {
        match self {
            Self::Gaussian(noise) => real_argmax(counts, |stream| noise.sample(stream), stream),
            Self::Laplace(noise) => real_argmax(counts, |stream| noise.sample(stream), stream),
            Self::DiscreteGaussian(noise) => {
                integer_argmax(counts, |stream| noise.sample(stream), stream)
            }
            Self::DiscreteLaplace(noise) => {
                integer_argmax(counts, |stream| noise.sample(stream), stream)
            }
        }
    }

    /// Whether `score` plus one draw of noise is at least `threshold`.
    ///
    /// Integer noise z reaches it where `z >= -floor(score - threshold)`. That floor is an integer
    /// that a neighbour moves by at most k if the score moves by at most k, so also where scores
    /// and threshold are no integers the cost is that of integer noise on an integer.
    pub(crate) fn reaches(
        &self,
        score: FixedPoint,
        threshold: FixedPoint,
        stream: &mut NoiseStream,
    ) -> bool {
        let above = || score.minus(threshold).floor();
        match self {
            Self::Gaussian(noise) => noise.sample(stream).plus(score).reaches(threshold, stream),
            Self::Laplace(noise) => noise.sample(stream).plus(score).reaches(threshold, stream),
            Self::DiscreteGaussian(noise) => noise.sample(stream) >= -above(),
            Self::DiscreteLaplace(noise) => noise.sample(stream) >= -above(),
        }
    }
}

fn real_argmax(
    counts: &[u32],
    sample: impl Fn(&mut NoiseStream) -> LazyReal,
    stream: &mut NoiseStream,
) -> usize {
    let mut best: Option<(usize, LazyReal)> = None;
    for (index, &count) in counts.iter().enumerate() {
        let mut noisy = sample(stream).plus(count.into());
        let larger = match &mut best {
            Some((_, best)) => best.is_below(&mut noisy, stream),
            None => true,
        };
        if larger {
            best = Some((index, noisy));
        }
    }
    best.map_or(0, |(index, _)| index)
}

fn integer_argmax(
    counts: &[u32],
    sample: impl Fn(&mut NoiseStream) -> i64,
    stream: &mut NoiseStream,
) -> usize {
    let (mut best, mut most, mut equal) = (0, i64::MIN, 0);
    for (index, &count) in counts.iter().enumerate() {
        let noisy = i64::from(count) + sample(stream);
        if noisy > most {
            (best, most, equal) = (index, noisy, 1);
        } else if noisy == most {
            // Reservoir sampling: the i-th of equals replaces the winner with probability 1/i.
            equal += 1;
            if stream.below(equal) == 0 {
                best = index;
            }
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NoiseSource;

    /// Chi-square with 3 degrees of freedom: P(X > 38) < 3e-8.
    const BOUND: f64 = 38.0;

    fn chi_square(counts: &[u64], expected: f64) -> f64 {
        counts
            .iter()
            .map(|&c| (c as f64 - expected).powi(2) / expected)
            .sum()
    }

    #[test]
    fn ties_are_broken_uniformly() {
        let mut stream = NoiseSource::danger_fixed_seed(11).stream("ties", 0);
        let counts = [3, 7, 7, 0, 7, 7];
        let mut wins = [0_u64; 6];
        for _ in 0..400_000 {
            wins[integer_argmax(&counts, |_| -2, &mut stream)] += 1;
        }
        assert_eq!((wins[0], wins[3]), (0, 0));
        let tied = [wins[1], wins[2], wins[4], wins[5]];
        assert!(chi_square(&tied, 1e5) < BOUND, "{wins:?}");
        // The same statistic sees a class that wins 3 % too often.
        let biased = [103_000, 99_000, 99_000, 99_000];
        assert!(chi_square(&biased, 1e5) > BOUND);
    }

    const KINDS: [VoteNoise; 4] = [
        VoteNoise::Gaussian,
        VoteNoise::Laplace,
        VoteNoise::DiscreteGaussian,
        VoteNoise::DiscreteLaplace,
    ];

    #[test]
    fn the_largest_wins() {
        let mut stream = NoiseSource::danger_fixed_seed(12).stream("ties", 0);
        for noise in KINDS {
            let sampler = VoteSampler::new(noise, "scale", 1e-6).unwrap();
            assert_eq!(sampler.argmax(&[1, 5, 2], &mut stream), 1);
            assert_eq!(sampler.argmax(&[5, 1], &mut stream), 0);
            assert_eq!(sampler.argmax(&[0, u32::MAX - 1, u32::MAX], &mut stream), 2);
        }
    }

    #[test]
    fn scores_reach_thresholds_that_are_no_integers() {
        let mut stream = NoiseSource::danger_fixed_seed(13).stream("thresholds", 0);
        let number = |value| FixedPoint::from_f64("", value).unwrap();
        for noise in KINDS {
            let sampler = VoteSampler::new(noise, "scale", 1e-6).unwrap();
            for (score, threshold, reached) in [
                (3.5, 3.25, true),
                (3.25, 3.5, false),
                (-0.5, -0.25, false),
                (-0.25, -0.5, true),
                (150.0, 149.75, true),
                (2_f64.powi(40), 2_f64.powi(-20), true),
                (-2_f64.powi(40), 2_f64.powi(40), false),
            ] {
                let found = sampler.reaches(number(score), number(threshold), &mut stream);
                assert_eq!(found, reached, "{noise:?} {score} {threshold}");
            }
        }
    }
}
