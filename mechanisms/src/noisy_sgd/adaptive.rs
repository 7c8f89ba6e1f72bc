//! A clipping norm that follows a quantile of the units' norms.

use super::clipping::NORMS;
use super::sum::ClippedUnits;
use super::{Arithmetic, Clipping};
use crate::error::{in_range, positive};
use crate::{Gaussian, MechanismError, NoiseStream, RoundedGaussian};

/// Flat clipping whose norm moves towards a quantile of the norms of the units' gradients:
/// Andrew, Thakkar, McMahan and Ramaswamy, "Differentially private learning with adaptive clipping"
/// (NeurIPS 2021), with the geometric update.
///
/// After a step with norm `C` and batch `S`, with `m` the expected batch size,
/// ```text
/// count = sum over S of b_i + N(0, count_noise^2),   b_i = +1/2 if |g_i| <= C, else -1/2
/// C    <- C exp(-learning_rate (count / m + 1/2 - target_quantile)),
/// ```
/// kept within `1e-10..=1e20`. The norm is a function of noised counts: public. A unit whose
/// gradient is not finite has `b_i = -1/2`; one that is not in the batch contributes 0.
///
/// **Sensitivity.** Adding or removing a unit moves the sum of the centred `b_i` by 1/2 (of 0 and 1
/// it would be 1), and the sum of clipped gradients by at most `C` in L2. This is of
/// add-or-remove-one alone: a unit that is replaced by an empty one stays among the units, so that
/// its `b_i` may go from -1/2 to 1/2, and other relations are refused.
///
/// **Theorem** (Theorem 1 of the paper). Let the gradients have noise of standard deviation
/// `z_g C`. In units of their own noise both sums together are one vector with noise `N(0, I)`,
/// which one unit moves by at most
/// `sqrt((C / (z_g C))^2 + ((1/2) / count_noise)^2) = sqrt(z_g^-2 + (2 count_noise)^-2)`. This is
/// `1 / z`, what the Gaussian mechanism with noise multiplier `z` allows, iff
/// `z_g = (z^-2 - (2 count_noise)^-2)^(-1/2)`. So the step with this larger noise on the gradients
/// costs `Gaussian(z)`, count included, and the same batch is behind both, so that it may be
/// sampled like any Gaussian mechanism. `C` depends on earlier releases only: adaptive composition.
///
/// **Exact arithmetic.** `2 sum of b_i` is an integer, and gets the rounding of `N(0, (2
/// count_noise)^2)`, sampled exactly ([`RoundedGaussian`]): a function of the count above.
///
/// **Expectation.** If the data have another number of units than declared, `count / m + 1/2` is
/// off by as much as its distance from 1/2; nothing else changes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdaptiveClipping {
    /// The clipping norm of the first step; the paper uses 0.1.
    pub initial_norm: f64,
    /// The share of units whose norm shall be within the clipping norm, between 0 and 1.
    pub target_quantile: f64,
    /// How fast the norm moves: by at most about a factor `exp(learning_rate)` a step. The paper
    /// uses 0.2.
    pub learning_rate: f64,
    /// Standard deviation of the noise on the count, in units; the paper uses a twentieth of the
    /// expected batch size. It must exceed half the noise multiplier.
    pub count_noise: f64,
}

impl AdaptiveClipping {
    /// Checks every number but the noise on the count.
    pub(super) fn validate(&self) -> Result<(), MechanismError> {
        self.initial().validate()?;
        let quantile = self.target_quantile;
        let valid = quantile > 0.0 && quantile < 1.0;
        in_range(
            "target_quantile",
            quantile,
            valid,
            "between 0 and 1, both excluded",
        )?;
        positive(
            "learning_rate",
            self.learning_rate,
            "a finite number above 0",
        )
        .map(drop)
    }

    /// The rule of the first step.
    pub(super) fn initial(&self) -> Clipping {
        Clipping::Flat {
            norm: self.initial_norm,
        }
    }

    /// `z_g` for steps that cost `Gaussian(noise_multiplier)`; rounded up.
    ///
    /// # Errors
    /// Noise on the count so small that the count alone would cost as much, or more.
    pub(super) fn gradient_noise_multiplier(
        &self,
        noise_multiplier: f64,
    ) -> Result<f64, MechanismError> {
        let share = noise_multiplier / (2.0 * self.count_noise);
        // Closer to 1 the gradients would drown in noise, and rounding would be felt.
        let valid = self.count_noise.is_finite() && (0.0..=0.999).contains(&share);
        in_range(
            "count_noise",
            self.count_noise,
            valid,
            "a finite number of units, well above half the noise multiplier (a twentieth of the \
             expected batch size is usual)",
        )?;
        // The divisor is at least 0.04 and wrong by less than 2^-43, the rest by less than 2^-52.
        let rounded_up = 1.0 + 1e-12;
        Ok(noise_multiplier / ((1.0 - share) * (1.0 + share)).sqrt() * rounded_up)
    }

    /// `count`: the sum of `b_i` plus noise, which is public.
    pub(super) fn noisy_count(
        &self,
        units: &ClippedUnits,
        arithmetic: Arithmetic,
        stream: &mut NoiseStream,
    ) -> Result<f64, MechanismError> {
        let (all, within) = (units.units.as_ref(), units.within.as_ref());
        let both = all.zip(within);
        let doubled = both.map(|(&all, &within)| 2 * within as i64 - all as i64);
        let doubled = doubled.into_exposed_sensitive();
        Ok(match arithmetic {
            Arithmetic::Float => {
                doubled as f64 / 2.0 + Gaussian::new(self.count_noise)?.sample(stream)
            }
            Arithmetic::Exact => {
                (doubled.saturating_add(self.exact_count_noise()?.sample(stream))) as f64 / 2.0
            }
        })
    }

    /// The noise on twice the count.
    fn exact_count_noise(&self) -> Result<RoundedGaussian, MechanismError> {
        RoundedGaussian::new(2.0 * self.count_noise)
    }

    /// The norm after a step with `norm` in which `count / m` came to `centred_share`.
    pub(super) fn next_norm(&self, norm: f64, centred_share: f64) -> f64 {
        let above = centred_share + 0.5 - self.target_quantile;
        // The same on every machine, for replays.
        (norm * libm::exp(-self.learning_rate * above)).clamp(*NORMS.start(), *NORMS.end())
    }
}

/// What bounds the units' gradients in the course of a training.
#[derive(Debug, Clone, PartialEq)]
pub enum ClippingPlan {
    /// The same rule in every step.
    Fixed(Clipping),
    /// Flat clipping to a norm that follows a quantile.
    Adaptive(AdaptiveClipping),
}

impl From<Clipping> for ClippingPlan {
    fn from(clipping: Clipping) -> Self {
        Self::Fixed(clipping)
    }
}

impl ClippingPlan {
    /// Checks every number for steps that cost `Gaussian(noise_multiplier)`, and gives the noise
    /// multiplier of the gradients.
    pub(super) fn validate(
        &self,
        noise_multiplier: f64,
        arithmetic: Arithmetic,
    ) -> Result<f64, MechanismError> {
        match self {
            Self::Fixed(clipping) => {
                clipping.validate()?;
                Ok(noise_multiplier)
            }
            Self::Adaptive(adaptive) => {
                adaptive.validate()?;
                if arithmetic == Arithmetic::Exact {
                    adaptive.exact_count_noise()?;
                }
                adaptive.gradient_noise_multiplier(noise_multiplier)
            }
        }
    }

    /// The rule of the first step.
    pub fn initial(&self) -> Clipping {
        match self {
            Self::Fixed(clipping) => clipping.clone(),
            Self::Adaptive(adaptive) => adaptive.initial(),
        }
    }
}
