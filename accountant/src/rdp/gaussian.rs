//! RDP of the Gaussian mechanism.

use super::Order;
use crate::event::NoiseMultiplier;

/// RDP of Gaussian noise of standard deviation `noise_multiplier` at sensitivity `sensitivity`
/// (both in the same unit): `alpha sensitivity^2 / (2 sigma^2)`, exact, for L2 sensitivity
/// (Mironov 2017, proposition 7 and corollary 3). Infinite at infinite order or without noise.
#[must_use]
pub fn rdp(noise_multiplier: NoiseMultiplier, sensitivity: f64, order: Order) -> f64 {
    let ratio = sensitivity / noise_multiplier.get();
    // A positive cost stays positive when it underflows; no sensitivity and no noise is no cost.
    if sensitivity > 0.0 {
        (0.5 * order.get() * ratio * ratio).max(f64::MIN_POSITIVE)
    } else {
        0.0
    }
}
