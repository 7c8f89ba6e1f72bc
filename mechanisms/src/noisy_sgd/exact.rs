//! Integer noise for integer sums.

use rayon::prelude::*;

use super::{Grid, IntegerSum};
use crate::noise::ChunkStreams;
use crate::{MechanismError, RoundedGaussian};

/// The noise of a release on a grid: the rounded Gaussian with standard deviation
/// `z sensitivity / g`, rounded up.
#[derive(Debug)]
pub(super) struct GridNoise {
    grid: Grid,
    gaussian: RoundedGaussian,
}

impl GridNoise {
    /// Refuses a noise multiplier for which the noise is below 2^-10 or above 2^40 units.
    pub(super) fn new(grid: Grid, noise_multiplier: f64) -> Result<Self, MechanismError> {
        // Two roundings, the division by a power of two being exact, and room for both.
        let units = noise_multiplier * grid.sensitivity() / grid.spacing();
        let gaussian = RoundedGaussian::new(units * (1.0 + 2_f64.powi(-50)))?;
        Ok(Self { grid, gaussian })
    }

    /// Names the noise: on another grid the same sum is another question and has other noise.
    pub(super) fn name(&self) -> String {
        let (spacing, parameters) = (self.grid.spacing(), self.grid.parameters());
        format!("exact noise grid={spacing} parameters={parameters}")
    }

    /// (`sum` plus noise) times `g` over `divisor`.
    ///
    /// The integer addition saturates: cutting off a noisy integer is post-processing. With noise
    /// below 2^57 units it takes a broken sum to get there.
    pub(super) fn release(
        &self,
        sum: IntegerSum,
        divisor: f64,
        streams: &ChunkStreams,
    ) -> Vec<f32> {
        let mut noisy = sum.sum.into_exposed_sensitive();
        streams.for_each(&mut noisy, |chunk, stream| {
            for units in chunk {
                *units = units.saturating_add(self.gaussian.sample(stream));
            }
        });
        // Public from here on.
        let scale = self.grid.spacing();
        let average = |units: i64| (units as f64 * scale / divisor) as f32;
        noisy.into_par_iter().map(average).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::noisy_sgd::CLIPPING_SLACK;

    #[test]
    fn the_noise_is_at_least_the_multiplier_times_the_enlarged_norm() {
        for noise_multiplier in [0.3, 1.0, 1.1, 37.7] {
            for (clipping_norm, parameters) in [(1e-9, 1), (0.7, 26_010), (3.0, 1 << 32)] {
                let grid = Grid::for_clipping(clipping_norm, parameters).unwrap();
                let noise = GridNoise::new(grid, noise_multiplier).unwrap();
                let deviation = noise.gaussian.standard_deviation() * grid.spacing();
                let half_diagonal = 0.5 * grid.spacing() * (parameters as f64).sqrt();
                let enlarged = clipping_norm * (1.0 + CLIPPING_SLACK) + half_diagonal;
                assert!(deviation >= noise_multiplier * enlarged);
                assert!(deviation <= noise_multiplier * enlarged * (1.0 + 1e-9));
            }
        }
    }
}
