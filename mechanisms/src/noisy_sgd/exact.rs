//! Releases without floating-point noise.

use rayon::prelude::*;

use super::{Arithmetic, ClippingPlan, Grid, IntegerSum, NoisySgdMechanism, NoisySgdRun};
use crate::noise::ChunkStreams;
use crate::{DrawnBatch, MechanismError, RoundedGaussian};

impl NoisySgdRun {
    /// The grid for gradients of `parameters` coordinates that are clipped for the next release;
    /// absent where the plan's [`Arithmetic`] is not exact. Where clipping is adaptive, it changes
    /// with every release.
    ///
    /// # Errors
    /// 0 or more than 2^32 parameters, or noise below 2^-10 or above 2^40 units of the grid.
    pub fn grid(&self, parameters: usize) -> Result<Option<Grid>, MechanismError> {
        if self.plan().parameters().arithmetic != Arithmetic::Exact {
            return Ok(None);
        }
        let grid = Grid::for_clipping(self.clipping().sensitivity(), parameters)?;
        // Better refused before the gradients are computed.
        GridNoise::new(grid, self.plan().gradient_noise_multiplier())?;
        Ok(Some(grid))
    }

    /// The same as [`release`](Self::release) in exact arithmetic: integers plus exactly sampled
    /// integer noise, then scaled.
    ///
    /// **Theorem.** In units of the grid's spacing `g`, let `n` be the integral sum, `S` its L2
    /// sensitivity ([`Grid::sensitivity`] over `g`), `z` the noise multiplier of the gradients and
    /// `N` standard normal. `n + round(z S N) = round(n + z S N)` coordinate by coordinate, because
    /// `n` is integral: what is released is a function of the Gaussian mechanism with noise
    /// multiplier `z`. So the plan's event holds as it is, under sampling and composition too. No
    /// sum is rounded and no noise is drawn or added in floating point ([`RoundedGaussian`]);
    /// scaling to f32 comes after. The count of adaptive clipping is treated alike, in half units.
    ///
    /// # Errors
    /// As [`release`](Self::release) and [`grid`](Self::grid). Nothing was drawn or released then;
    /// the batch is gone, so the run is over.
    pub fn release_exact(
        &mut self,
        batch: DrawnBatch,
        sum: IntegerSum,
    ) -> Result<Vec<f32>, MechanismError> {
        let IntegerSum { sum, units, grid } = sum;
        self.check(&batch, &units, Arithmetic::Exact)?;
        let noise = GridNoise::new(grid, self.plan().gradient_noise_multiplier())?;
        let streams = self.chunks(&noise.name());
        let divisor = self.plan().expected_batch_size();
        self.complete_step(&units)?;
        Ok(noise.release(sum.into_exposed_sensitive(), divisor, &streams))
    }
}

/// Refuses a plan whose noise on so many parameters can leave its range in some step.
pub(super) fn check_noise(
    plan: &NoisySgdMechanism,
    parameters: usize,
) -> Result<(), MechanismError> {
    let clipping = &plan.parameters().clipping;
    let grid = Grid::for_clipping(clipping.initial().sensitivity(), parameters)?;
    let multiplier = plan.gradient_noise_multiplier();
    match clipping {
        ClippingPlan::Fixed(_) => GridNoise::new(grid, multiplier)?,
        // The spacing is the power of two below a share of the norm: wherever the norm moves, their
        // ratio stays within a factor of two of the first.
        ClippingPlan::Adaptive(_) => {
            GridNoise::new(grid, multiplier / 2.0)?;
            GridNoise::new(grid, multiplier * 2.0)?
        }
    };
    Ok(())
}

/// The noise of a release on a grid: the rounded Gaussian with standard deviation
/// `z sensitivity / g`, rounded up.
#[derive(Debug)]
struct GridNoise {
    grid: Grid,
    gaussian: RoundedGaussian,
}

impl GridNoise {
    /// Refuses a noise multiplier for which the noise is below 2^-10 or above 2^40 units.
    fn new(grid: Grid, noise_multiplier: f64) -> Result<Self, MechanismError> {
        // Two roundings, the division by a power of two being exact, and room for both.
        let units = noise_multiplier * grid.sensitivity() / grid.spacing();
        let gaussian = RoundedGaussian::new(units * (1.0 + 2_f64.powi(-50)))?;
        Ok(Self { grid, gaussian })
    }

    /// Names the noise: on another grid the same sum is another question and has other noise.
    fn name(&self) -> String {
        let (spacing, parameters) = (self.grid.spacing(), self.grid.parameters());
        format!("exact noise grid={spacing:?} parameters={parameters}")
    }

    /// (`sum` plus noise) times `g` over `divisor`.
    ///
    /// The integer addition saturates: cutting off a noisy integer is post-processing. With noise
    /// below 2^51 units it takes a broken sum to get there.
    fn release(&self, mut sum: Vec<i64>, divisor: f64, streams: &ChunkStreams) -> Vec<f32> {
        streams.for_each(&mut sum, |chunk, stream| {
            for units in chunk {
                *units = units.saturating_add(self.gaussian.sample(stream));
            }
        });
        // Public from here on.
        let scale = self.grid.spacing();
        let average = |units: i64| (units as f64 * scale / divisor) as f32;
        sum.into_par_iter().map(average).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noisy_sgd::CLIPPING_SLACK;

    #[test]
    fn the_noise_is_at_least_the_multiplier_times_the_enlarged_norm() {
        for noise_multiplier in [0.3, 1.0, 1.1, 37.7] {
            for (clipped, parameters) in [(1e-9, 1), (0.7, 26_010), (3.0, 1 << 32)] {
                let grid = Grid::for_clipping(clipped, parameters).unwrap();
                let noise = GridNoise::new(grid, noise_multiplier).unwrap();
                let deviation = noise.gaussian.standard_deviation() * grid.spacing();
                let half_diagonal = 0.5 * grid.spacing() * (parameters as f64).sqrt();
                let enlarged = clipped * (1.0 + CLIPPING_SLACK) + half_diagonal;
                assert!(deviation >= noise_multiplier * enlarged);
                assert!(deviation <= noise_multiplier * enlarged * (1.0 + 1e-9));
            }
        }
    }
}
