//! What an audit by canaries in orthogonal directions would see.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use rand_distr::{Binomial, Distribution, StandardNormal};
use rayon::prelude::*;
use serde::Serialize;

use crate::one_run::{Canary, best_bound};
use crate::{AuditError, Confidence};

/// Trainings that are simulated for each size of noise.
const TRAININGS: u64 = 20;

/// What decides how well canaries are told apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sight {
    /// How many canaries there are.
    pub canaries: usize,
    /// Probability with which a record is in a step.
    pub sampling_probability: f64,
    /// Number of steps.
    pub steps: u64,
    /// Standard deviation of the noise over the clipping norm, as planned.
    pub noise_multiplier: f64,
}

/// What is seen of a training whose noise is smaller than planned.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Power {
    /// Noise of this times the planned size; 0 is no noise.
    pub noise_times: f64,
    /// The median lower bound on epsilon.
    pub median_epsilon: f64,
    /// The share of simulated trainings of which the bound exceeds the claim.
    pub caught: f64,
}

/// Simulates trainings whose noise is so many times as large as planned, and bounds epsilon as of a
/// real one. A canary that is there adds one clipping norm in each step that it is drawn for; its
/// score is their sum with the noise of all steps. Real canaries are told apart at most as well.
///
/// # Errors
/// Probabilities that are none.
pub fn power(
    sight: Sight,
    noise_times: &[f64],
    claimed_epsilon: f64,
    delta: f64,
    confidence: Confidence,
) -> Result<Vec<Power>, AuditError> {
    let of_factor = |(number, &factor): (usize, &f64)| -> Result<Power, AuditError> {
        let bound = |training: u64| -> Result<f64, AuditError> {
            let mut seed = [0; 32];
            seed[0] = number as u8;
            seed[8..16].copy_from_slice(&training.to_le_bytes());
            let canaries = sight.training(factor, &mut StdRng::from_seed(seed))?;
            Ok(best_bound(&canaries, delta, confidence)?.epsilon)
        };
        let bounds: Result<Vec<f64>, AuditError> =
            (0..TRAININGS).into_par_iter().map(bound).collect();
        let mut bounds = bounds?;
        bounds.sort_by(f64::total_cmp);
        let above = bounds.iter().filter(|&&bound| bound > claimed_epsilon);
        Ok(Power {
            noise_times: factor,
            median_epsilon: bounds[bounds.len() / 2],
            caught: above.count() as f64 / TRAININGS as f64,
        })
    };
    noise_times.iter().enumerate().map(of_factor).collect()
}

impl Sight {
    fn training(self, factor: f64, generator: &mut StdRng) -> Result<Vec<Canary>, AuditError> {
        let drawn = Binomial::new(self.steps, self.sampling_probability);
        let drawn = drawn.map_err(|_| AuditError::OutOfRange {
            key: "sampling_probability",
            value: self.sampling_probability,
            expected: "between 0 and 1",
        })?;
        let deviation = factor * self.noise_multiplier * (self.steps as f64).sqrt();
        let mut canary = || {
            let included = generator.next_u64() & 1 == 1;
            let steps = match included {
                true => drawn.sample(generator) as f64,
                false => 0.0,
            };
            let standard: f64 = StandardNormal.sample(generator);
            Canary {
                score: steps + deviation * standard,
                included,
            }
        };
        Ok((0..self.canaries).map(|_| canary()).collect())
    }
}
