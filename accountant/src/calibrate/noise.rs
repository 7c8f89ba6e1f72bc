//! The least noise.

use super::{CalibrationError, Target};
use crate::{DpEvent, Guarantee, PrivacyAccountant};

/// The search ends when the bracket is this narrow, relative to the noise.
const RELATIVE_TOLERANCE: f64 = 1e-8;
/// The least and the most noise that are tried.
const RANGE: (f64, f64) = (1e-6, 1e12);

/// Noise that meets a target, and the guarantee that it gives.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CalibratedNoise {
    /// The parameter given to the event.
    pub noise: f64,
    /// What the accountant says of the event at this very noise.
    pub guarantee: Guarantee,
}

/// The smallest noise whose event has at most the target's epsilon.
///
/// `accountant` gives an accountant to charge the event to: a fresh one, or a copy of one that
/// holds what is already spent. `event` makes the event from the noise parameter (in whatever
/// unit it takes), and epsilon must not increase with that parameter. The answer is on the safe
/// side, at most 1e-8 of itself above the smallest noise, and has been checked by the
/// accountant at that value.
///
/// # Errors
/// - [`CalibrationError::Unreachable`] if noise 1e12 is not enough;
/// - [`CalibrationError::Unbounded`] if noise 1e-6 is;
/// - what the accountant or `event` refuses.
pub fn smallest_noise<A: PrivacyAccountant, E: std::fmt::Display>(
    accountant: impl Fn() -> A,
    target: Target,
    event: impl Fn(f64) -> Result<DpEvent, E>,
) -> Result<CalibratedNoise, CalibrationError> {
    let try_noise = |noise: f64| {
        let event = event(noise).map_err(|error| CalibrationError::Plan(error.to_string()))?;
        target.check(accountant(), &event)
    };
    let unreachable = |noise: f64, guarantee: &Guarantee| CalibrationError::Unreachable {
        target: target.epsilon(),
        noise,
        epsilon: guarantee.epsilon,
    };

    // Bracket: `too_little` fails, `enough` meets the target.
    let mut enough = 1.0;
    let (mut guarantee, mut met) = try_noise(enough)?;
    let mut too_little = enough;
    let mut factor = 2.0;
    while !met {
        if enough >= RANGE.1 {
            return Err(unreachable(enough, &guarantee));
        }
        too_little = enough;
        enough = (enough * factor).min(RANGE.1);
        factor *= factor.min(16.0);
        (guarantee, met) = try_noise(enough)?;
    }
    let mut factor = 2.0;
    while too_little == enough {
        if enough <= RANGE.0 {
            return Err(CalibrationError::Unbounded {
                what: "noise",
                target: target.epsilon(),
                value: enough,
                epsilon: guarantee.epsilon,
            });
        }
        let less = (enough / factor).max(RANGE.0);
        factor *= factor.min(16.0);
        let (at_less, met) = try_noise(less)?;
        too_little = less;
        if met {
            (enough, guarantee) = (less, at_less);
        }
    }

    while enough - too_little > RELATIVE_TOLERANCE * enough {
        // The geometric mean while the bracket spans more than a factor of 2.
        let middle = if enough > 2.0 * too_little {
            (enough * too_little).sqrt()
        } else {
            0.5 * (enough + too_little)
        };
        let (at_middle, met) = try_noise(middle)?;
        if met {
            (enough, guarantee) = (middle, at_middle);
        } else {
            too_little = middle;
        }
    }
    Ok(CalibratedNoise {
        noise: enough,
        guarantee,
    })
}
