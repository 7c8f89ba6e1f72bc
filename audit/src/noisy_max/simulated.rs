//! A stand-in for a noisy-max mechanism, with noise of any size.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rand_distr::{Distribution, StandardNormal};

use super::{Neighbour, Releases, VotePair};
use crate::AuditError;

/// What is added to a count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SimulatedNoise {
    /// Gaussian noise of this standard deviation, in votes.
    Gaussian(f64),
    /// Laplace noise of this scale, in votes.
    Laplace(f64),
}

/// The check that precedes an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SimulatedCheck {
    /// Votes that the noisy largest count must reach.
    pub threshold: f64,
    /// The noise on the largest count.
    pub noise: SimulatedNoise,
}

/// A noisy max with fast noise from a seed, for tests and for the question what an audit would have
/// seen: it can be wrong on purpose. It protects nothing.
#[derive(Clone, Debug)]
pub struct SimulatedNoisyMax {
    /// The votes.
    pub votes: VotePair,
    /// The noise on each count.
    pub noise: SimulatedNoise,
    /// The check, if there is one.
    pub check: Option<SimulatedCheck>,
    /// Queries of a release.
    pub queries: u64,
    /// The most of them that are answered.
    pub max_answers: u64,
    /// Of all its noise.
    pub seed: u64,
}

impl SimulatedNoise {
    fn sample(self, generator: &mut StdRng) -> f64 {
        match self {
            Self::Gaussian(deviation) => {
                let standard: f64 = StandardNormal.sample(generator);
                deviation * standard
            }
            Self::Laplace(scale) => {
                let bits = generator.next_u64();
                let uniform = ((bits >> 11) + 1) as f64 / (1_u64 << 53) as f64;
                let size = -scale * libm::log(uniform);
                if bits & 1 == 0 { size } else { -size }
            }
        }
    }

    fn times(self, factor: f64) -> Self {
        match self {
            Self::Gaussian(deviation) => Self::Gaussian(factor * deviation),
            Self::Laplace(scale) => Self::Laplace(factor * scale),
        }
    }
}

impl SimulatedNoisyMax {
    /// The same with all noise so many times as large.
    #[must_use]
    pub fn with_noise_times(&self, factor: f64) -> Self {
        Self {
            noise: self.noise.times(factor),
            check: self.check.map(|check| SimulatedCheck {
                noise: check.noise.times(factor),
                ..check
            }),
            ..self.clone()
        }
    }
}

impl Releases for SimulatedNoisyMax {
    fn kinds(&self) -> usize {
        self.votes.x.classes() + 2
    }

    fn release(&self, on: Neighbour, index: u64, counts: &mut [u32]) -> Result<(), AuditError> {
        let mut seed = [0; 32];
        seed[0] = on.position() as u8;
        seed[8..16].copy_from_slice(&index.to_le_bytes());
        seed[16..24].copy_from_slice(&self.seed.to_le_bytes());
        let generator = &mut StdRng::from_seed(seed);
        let [x, other] = self.votes.counts();
        let votes = match on {
            Neighbour::X => x,
            Neighbour::Other => other,
        };
        let largest = votes.iter().copied().max().map_or(0.0, f64::from);
        let mut answered = 0;
        for _ in 0..self.queries {
            let passes = |generator: &mut StdRng, check: SimulatedCheck| {
                largest + check.noise.sample(generator) >= check.threshold
            };
            let kind = if answered == self.max_answers {
                votes.len() + 1
            } else if self.check.is_some_and(|check| !passes(generator, check)) {
                votes.len()
            } else {
                answered += 1;
                let mut best = (f64::NEG_INFINITY, 0);
                for (class, &count) in votes.iter().enumerate() {
                    let noisy = f64::from(count) + self.noise.sample(generator);
                    if noisy > best.0 {
                        best = (noisy, class);
                    }
                }
                best.1
            };
            if let Some(count) = counts.get_mut(kind) {
                *count += 1;
            }
        }
        Ok(())
    }
}
