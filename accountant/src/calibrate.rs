//! Accountants backwards: the least noise or the most uses for a target guarantee.
//!
//! ```
//! use privet_accountant::calibrate::{self, Target};
//! use privet_accountant::{DpEvent, NeighboringRelation, RdpAccountant};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let target = Target::new(2.0, 1e-5)?;
//! let accountant = || RdpAccountant::new(NeighboringRelation::AddOrRemoveOne);
//! let training = |noise| {
//!     let step = DpEvent::poisson_sampled(0.01, DpEvent::gaussian(noise)?)?;
//!     DpEvent::self_composed(step, 1000)
//! };
//! let calibrated = calibrate::smallest_noise(accountant, target, training)?;
//! assert!((calibrated.noise - 1.02).abs() < 0.01 && calibrated.guarantee.epsilon <= 2.0);
//! # Ok(()) }
//! ```

mod count;
mod noise;

use thiserror::Error;

use crate::{AccountantError, DpEvent, EventError, Guarantee, PrivacyAccountant};

pub use count::{CalibratedCount, largest_count};
pub use noise::{CalibratedNoise, smallest_noise};

/// The guarantee that is wanted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Target {
    epsilon: f64,
    delta: f64,
}

impl Target {
    /// At most `epsilon` (above 0) at `delta` (in [0, 1]).
    ///
    /// # Errors
    /// [`CalibrationError::InvalidTarget`] for an epsilon that is not above 0 and finite,
    /// [`AccountantError::InvalidDelta`] for a delta outside [0, 1].
    pub fn new(epsilon: f64, delta: f64) -> Result<Self, CalibrationError> {
        let delta = AccountantError::check_delta(delta)?;
        if epsilon > 0.0 && epsilon.is_finite() {
            Ok(Self { epsilon, delta })
        } else {
            Err(CalibrationError::InvalidTarget { epsilon })
        }
    }

    /// The largest epsilon allowed.
    #[must_use]
    pub const fn epsilon(self) -> f64 {
        self.epsilon
    }

    /// The delta at which it is.
    #[must_use]
    pub const fn delta(self) -> f64 {
        self.delta
    }

    /// What `event` costs, and whether that is within the target.
    fn check<A: PrivacyAccountant>(
        self,
        mut accountant: A,
        event: &DpEvent,
    ) -> Result<(Guarantee, bool), CalibrationError> {
        accountant.compose(event, 1)?;
        let guarantee = accountant.epsilon(self.delta)?;
        let met = guarantee.epsilon <= self.epsilon;
        Ok((guarantee, met))
    }
}

/// Why there is no calibrated value.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum CalibrationError {
    /// A target epsilon that no noise can meet.
    #[error("target epsilon = {epsilon} is not allowed: give a finite number above 0")]
    InvalidTarget {
        /// The refused value.
        epsilon: f64,
    },
    /// Even the most noise that was tried is not enough.
    #[error(
        "epsilon = {target} cannot be reached: at noise {noise:e} it is still {epsilon}; allow a \
         larger epsilon or delta, or check that the noise reaches every event"
    )]
    Unreachable {
        /// The target epsilon.
        target: f64,
        /// The most noise that was tried.
        noise: f64,
        /// Epsilon at that noise.
        epsilon: f64,
    },
    /// What the accountant holds already costs more than the target.
    #[error("epsilon = {target} is already spent: what was composed before costs {epsilon}")]
    Overspent {
        /// The target epsilon.
        target: f64,
        /// Epsilon before the first use.
        epsilon: f64,
    },
    /// Any noise, however little, or any count, however large, meets the target.
    #[error(
        "epsilon = {target} does not limit the {what}: at {value:e} it is {epsilon}; choose the \
         {what} for other reasons, or check that it reaches the event"
    )]
    Unbounded {
        /// What was searched: `noise` or `count`.
        what: &'static str,
        /// The target epsilon.
        target: f64,
        /// The least noise or largest count that was tried.
        value: f64,
        /// Epsilon there.
        epsilon: f64,
    },
    /// The accountant refused an event.
    #[error(transparent)]
    Accountant(#[from] AccountantError),
    /// The event could not be made.
    #[error(transparent)]
    Event(#[from] EventError),
    /// The plan that is to be calibrated refuses a noise, with its own words.
    #[error("{0}")]
    Plan(String),
}
