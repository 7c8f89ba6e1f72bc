//! `[privacy] sanitize`: a data-dependent epsilon that may be published.

use anyhow::{Result, anyhow};
use privet_accountant::pate::sanitized::SanitizeSettings;
use privet_accountant::rdp::Order;
use serde::{Deserialize, Serialize};

/// `sanitize = { order = 8.0 }`: public constants, fixed before there are votes.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SanitizeTable {
    /// The Renyi order at which the cost is computed.
    order: f64,
    /// beta of the smooth sensitivity; 0.2 / order when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    smoothness: Option<f64>,
    /// Standard deviation of the noise over the smooth sensitivity; 5 sqrt(order / 8) when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    noise_multiplier: Option<f64>,
    /// Probability with which the published bound may be too low.
    #[serde(default = "default_failure_probability")]
    failure_probability: f64,
}

fn default_failure_probability() -> f64 {
    1e-3
}

impl SanitizeTable {
    /// The settings.
    pub(in crate::config) fn check(self) -> Result<SanitizeSettings> {
        let settings = || {
            let order = Order::new(self.order).map_err(|error| anyhow!("{error}"))?;
            let usual = SanitizeSettings::for_order(order, self.failure_probability)?;
            let beta = self.smoothness.unwrap_or(usual.beta());
            let noise = self.noise_multiplier.unwrap_or(usual.noise_multiplier());
            anyhow::Ok(SanitizeSettings::new(
                order,
                beta,
                noise,
                self.failure_probability,
            )?)
        };
        settings().map_err(|error| anyhow!("[privacy] sanitize: {error}"))
    }
}
