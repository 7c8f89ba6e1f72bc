//! A data-dependent epsilon that may be published.

mod release;

pub use release::release_rdp;

use release::normal_quantile;

use super::smooth::total::TotalSensitivity;
use super::{PateError, Unavailable};
use crate::rdp::Order;
use crate::{Conversion, DpEvent, EventError};

/// Public constants of a sanitised epsilon, fixed before the votes are seen.
///
/// The order and the smoothness must come from public configuration: choosing them by looking at
/// the votes is a release of its own.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SanitizeSettings {
    order: Order,
    beta: f64,
    noise_multiplier: f64,
    failure_probability: f64,
}

impl SanitizeSettings {
    /// Checks and wraps the constants: Renyi order, smoothness beta, standard deviation of the
    /// noise over the smooth sensitivity (sigma_ss), and the probability with which the
    /// published bound may be below the true value.
    ///
    /// # Errors
    /// [`PateError::OutOfRange`] unless the order is finite, `beta` is above 0 with
    /// `order * (1 - exp(-2 beta)) < 1`, `noise_multiplier` is finite and above 0, and
    /// `failure_probability` is above 0 and at most 1/2.
    pub fn new(
        order: Order,
        beta: f64,
        noise_multiplier: f64,
        failure_probability: f64,
    ) -> Result<Self, PateError> {
        let refuse = |name, value, allowed| {
            Err(PateError::OutOfRange {
                name,
                value,
                allowed,
            })
        };
        if !order.is_finite() {
            return refuse("order", order.get(), "a finite order");
        }
        if !(beta > 0.0 && order.get() * -libm::expm1(-2.0 * beta) < 1.0) {
            return refuse(
                "beta",
                beta,
                "a number above 0 and below about 1 / (2 order)",
            );
        }
        if !(noise_multiplier > 0.0 && noise_multiplier.is_finite()) {
            return refuse("sigma_ss", noise_multiplier, "a finite number above 0");
        }
        if !(failure_probability > 0.0 && failure_probability <= 0.5) {
            return refuse(
                "failure probability",
                failure_probability,
                "a number in (0, 0.5]",
            );
        }
        Ok(Self {
            order,
            beta,
            noise_multiplier,
            failure_probability,
        })
    }

    /// Constants that served well on public votes (those of the MNIST teachers of PATE 2018: the
    /// published bound was a third below the data-independent epsilon at order 8): beta = 0.2 /
    /// order and sigma_ss = 5 sqrt(order / 8), which keeps the cost of the release at about 0.37.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn for_order(order: Order, failure_probability: f64) -> Result<Self, PateError> {
        let alpha = order.get();
        Self::new(
            order,
            0.2 / alpha,
            5.0 * (alpha / 8.0).sqrt(),
            failure_probability,
        )
    }

    /// The Renyi order alpha at which the data-dependent cost is computed.
    #[must_use]
    pub const fn order(&self) -> Order {
        self.order
    }

    /// The smoothness beta of the smooth sensitivity.
    #[must_use]
    pub const fn beta(&self) -> f64 {
        self.beta
    }

    /// sigma_ss: standard deviation of the noise over the smooth sensitivity.
    #[must_use]
    pub const fn noise_multiplier(&self) -> f64 {
        self.noise_multiplier
    }

    /// What publishing the bound costs, beside the answers.
    ///
    /// # Errors
    /// None for settings that were made: all their numbers are in range.
    pub fn event(&self) -> Result<DpEvent, EventError> {
        let shift = normal_quantile(self.failure_probability);
        DpEvent::smooth_sensitivity_release(self.beta, self.noise_multiplier, shift)
    }

    /// Probability with which the published bound may be below the true value.
    #[must_use]
    pub const fn failure_probability(&self) -> f64 {
        self.failure_probability
    }
}

/// Everything that a publishable data-dependent epsilon needs, but for one draw of noise.
///
/// What may be published is [`bound`](Self::bound) of one standard normal draw by a generator fit
/// for privacy noise, made once. Everything in here but the settings is private, and so is the
/// draw.
///
/// With f the total cost at the order alpha and S its beta-smooth sensitivity, the published cost
/// is `f + sigma_ss S (Z + z)`, where z is the standard normal quantile of the failure
/// probability: with probability 1 - failure probability it is at least f. Adding z S makes the
/// value that is released itself move more, `f + sigma_ss S z`, which [`release_rdp`] accounts
/// for. Publishing costs `release_rdp` more of RDP at the same order, which is in the bound.
#[derive(Clone, Debug, PartialEq)]
pub struct SanitizedEpsilonPlan {
    settings: SanitizeSettings,
    conversion: Conversion,
    delta: f64,
    release_rdp: f64,
    rdp: f64,
    smooth_sensitivity: f64,
    highest_rdp: f64,
}

impl SanitizedEpsilonPlan {
    /// A plan for the cost and sensitivity in `total`, for which [`conditions`] hold; at most
    /// the data-independent cost `highest_rdp` at the same order.
    ///
    /// # Errors
    /// [`Unavailable::ConditionsFail`] if they do not.
    ///
    /// [`conditions`]: TotalSensitivity::conditions
    pub fn new(
        settings: SanitizeSettings,
        total: &TotalSensitivity,
        highest_rdp: f64,
        conversion: Conversion,
        delta: f64,
    ) -> Result<Self, Unavailable> {
        if !total.conditions.hold() {
            return Err(Unavailable::ConditionsFail);
        }
        let quantile = normal_quantile(settings.failure_probability);
        let release_rdp = release_rdp(
            settings.beta,
            settings.noise_multiplier,
            quantile,
            settings.order.get(),
        );
        if release_rdp.is_infinite() {
            return Err(Unavailable::InfiniteReleaseCost);
        }
        Ok(Self {
            smooth_sensitivity: total.smooth(settings.beta),
            settings,
            conversion,
            delta,
            release_rdp,
            rdp: total.rdp,
            highest_rdp,
        })
    }

    /// The public constants.
    #[must_use]
    pub const fn settings(&self) -> &SanitizeSettings {
        &self.settings
    }

    /// RDP of the release itself at the order. Public.
    #[must_use]
    pub const fn release_rdp(&self) -> f64 {
        self.release_rdp
    }

    /// Standard deviation of the noise on the total RDP. Private.
    #[must_use]
    pub fn noise_standard_deviation(&self) -> f64 {
        self.settings.noise_multiplier * self.smooth_sensitivity
    }

    /// The total RDP at the order, without noise. Private.
    #[must_use]
    pub const fn rdp(&self) -> f64 {
        self.rdp
    }

    /// The total RDP at the order plus the quantile's share of the noise: what noise of
    /// [`noise_standard_deviation`](Self::noise_standard_deviation) is added to, where that is done
    /// elsewhere. Private.
    #[must_use]
    pub fn centre(&self) -> f64 {
        let quantile = normal_quantile(self.settings.failure_probability);
        self.rdp + self.noise_standard_deviation() * quantile
    }

    /// The epsilon to publish for a noisy [`centre`](Self::centre), exact or rounded up: as
    /// [`bound`](Self::bound).
    #[must_use]
    pub fn bound_of(&self, noisy_rdp: f64) -> f64 {
        let rdp = if noisy_rdp.is_nan() {
            self.highest_rdp
        } else {
            noisy_rdp.clamp(0.0, self.highest_rdp.max(0.0))
        };
        self.conversion
            .epsilon(self.settings.order, rdp + self.release_rdp, self.delta)
    }

    /// The epsilon to publish, for one standard normal draw: with probability 1 - failure
    /// probability over the draw, an upper bound on the data-dependent epsilon of all answers and
    /// of this release. Never above the data-independent epsilon of the same at the order.
    #[must_use]
    pub fn bound(&self, standard_normal: f64) -> f64 {
        self.bound_of(self.centre() + self.noise_standard_deviation() * standard_normal)
    }
}
