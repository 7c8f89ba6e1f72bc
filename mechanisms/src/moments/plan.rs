//! The public constants of noisy moments, what they cost, and the release.

use privet_accountant::DpEvent;

use super::vector::{NORM, on_grid};
use crate::error::in_range;
use crate::{MechanismError, NoiseSource, RoundedGaussian, Sensitive};

/// The public constants of [`NoisyMoments`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoisyMomentsParameters {
    /// How many channels there are (`d`), from 1 to 2^24.
    pub channels: usize,
    /// The L2 norm `C` to which a unit's `2 d` numbers are clipped.
    pub clipping_norm: f64,
    /// Standard deviation of the noise on each coordinate of the sum over `C`, from 2^-20 to 2^20.
    pub noise_multiplier: f64,
    /// The public number of units, which the sums are divided by.
    pub declared_units: u64,
}

/// The plan of noisy moments; see [`moments`](crate::moments) for what it computes, its sensitivity and its
/// theorem.
///
/// **Event.** `Gaussian(z)`.
#[derive(Debug, Clone, PartialEq)]
pub struct NoisyMoments {
    name: String,
    event: DpEvent,
    parameters: NoisyMomentsParameters,
    noise: RoundedGaussian,
}

/// What was released: constants by which inputs can be normalised.
#[derive(Debug, Clone, PartialEq)]
pub struct Moments {
    /// The mean of each channel.
    pub means: Vec<f64>,
    /// The standard deviation of each channel, above 0.
    pub deviations: Vec<f64>,
}

impl NoisyMoments {
    /// Checks every number.
    ///
    /// # Errors
    /// A number outside its range.
    pub fn new(parameters: NoisyMomentsParameters) -> Result<Self, MechanismError> {
        let NoisyMomentsParameters {
            channels,
            clipping_norm,
            noise_multiplier,
            declared_units,
        } = parameters;
        let fits = (1..=1 << 24).contains(&channels);
        in_range("channels", channels as f64, fits, "from 1 to 2^24")?;
        let fits = (1e-10..=1e10).contains(&clipping_norm);
        in_range("clipping_norm", clipping_norm, fits, "from 1e-10 to 1e10")?;
        let fits = (2_f64.powi(-20)..=2_f64.powi(20)).contains(&noise_multiplier);
        in_range(
            "noise_multiplier",
            noise_multiplier,
            fits,
            "from 2^-20 to 2^20",
        )?;
        let fits = (1..=1 << 40).contains(&declared_units);
        in_range(
            "declared_units",
            declared_units as f64,
            fits,
            "from 1 to 2^40",
        )?;
        Ok(Self {
            name: format!(
                "noisy-moments channels={channels} clipping-norm={clipping_norm} \
                 noise-multiplier={noise_multiplier} declared-units={declared_units}"
            ),
            event: DpEvent::gaussian(noise_multiplier)?,
            parameters,
            // A multiple of a power of two: exact. Its own rounding is upward.
            noise: RoundedGaussian::new(noise_multiplier * NORM as f64)?,
        })
    }

    /// What an accountant charges for the release.
    pub fn event(&self) -> DpEvent {
        self.event.clone()
    }

    /// The public constants.
    pub fn parameters(&self) -> &NoisyMomentsParameters {
        &self.parameters
    }

    /// Releases the moments of these units; once for each plan and source.
    ///
    /// `unit` gives the `2 d` numbers of a unit, its channel means and then its channel mean squares. It must be a
    /// function of that unit and of public values alone. Numbers that are not finite, or another number of
    /// them, count as zeros.
    ///
    /// # Errors
    /// A plan that was started from this source already; nothing was drawn then.
    pub fn release(
        &self,
        noise: &NoiseSource,
        units: &Sensitive<usize>,
        mut unit: impl FnMut(usize) -> Vec<f64>,
    ) -> Result<Moments, MechanismError> {
        let noise = noise.start(&self.name)?;
        let NoisyMomentsParameters {
            channels,
            clipping_norm,
            noise_multiplier,
            declared_units,
        } = self.parameters;
        let mut sums = vec![0_i128; 2 * channels];
        for index in 0..*units.expose_sensitive() {
            let vector = unit(index);
            if vector.len() != sums.len() {
                continue;
            }
            for (sum, value) in sums.iter_mut().zip(on_grid(&vector, clipping_norm)) {
                *sum += i128::from(value);
            }
        }
        let mut stream = noise.stream("moments", 0);
        let mut noisy = sums
            .into_iter()
            .map(|sum| sum + i128::from(self.noise.sample(&mut stream)));
        let scale = clipping_norm / NORM as f64 / declared_units as f64;
        let mut average = || noisy.next().unwrap_or_default() as f64 * scale;
        let means: Vec<f64> = (0..channels).map(|_| average()).collect();
        let smallest = noise_multiplier * clipping_norm / declared_units as f64;
        let deviations = means
            .iter()
            .map(|mean| (average() - mean * mean).max(smallest).sqrt())
            .collect();
        Ok(Moments { means, deviations })
    }
}
