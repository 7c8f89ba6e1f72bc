//! The most uses.

use super::{CalibrationError, Target};
use crate::{DpEvent, Guarantee, PrivacyAccountant};

/// The largest count that is tried: every whole number up to it is an exact double.
const LARGEST: u64 = 1 << 53;

/// A count that meets a target, and the guarantee that it gives.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct CalibratedCount {
    /// The number of uses; 0 if not even one fits.
    pub count: u64,
    /// What the accountant says at this very count.
    pub guarantee: Guarantee,
}

/// The largest number of uses of `event` (steps, queries) within the target.
///
/// `accountant` gives the accountant to charge to, as in
/// [`smallest_noise`](super::smallest_noise). The answer has been checked by the accountant at
/// that value, and the next larger count costs more than the target.
///
/// # Errors
/// - [`CalibrationError::Overspent`] if what the accountant already holds is over the target;
/// - [`CalibrationError::Unbounded`] if 2^53 uses fit;
/// - what the accountant refuses.
pub fn largest_count<A: PrivacyAccountant>(
    accountant: impl Fn() -> A,
    target: Target,
    event: &DpEvent,
) -> Result<CalibratedCount, CalibrationError> {
    let try_count = |count: u64| match count {
        0 => target.check(accountant(), &DpEvent::no_op()),
        1 => target.check(accountant(), event),
        _ => {
            let many = DpEvent::self_composed(event.clone(), count)?;
            target.check(accountant(), &many)
        }
    };

    let mut fits = 0;
    let (mut guarantee, met) = try_count(fits)?;
    if !met {
        let (target, epsilon) = (target.epsilon(), guarantee.epsilon);
        return Err(CalibrationError::Overspent { target, epsilon });
    }
    let mut too_many = 1;
    loop {
        let (at_count, met) = try_count(too_many)?;
        if !met {
            break;
        }
        if too_many >= LARGEST {
            return Err(CalibrationError::Unbounded {
                what: "count",
                target: target.epsilon(),
                value: too_many as f64,
                epsilon: at_count.epsilon,
            });
        }
        (fits, guarantee) = (too_many, at_count);
        too_many *= 2;
    }
    while too_many - fits > 1 {
        let middle = fits + (too_many - fits) / 2;
        let (at_middle, met) = try_count(middle)?;
        if met {
            (fits, guarantee) = (middle, at_middle);
        } else {
            too_many = middle;
        }
    }
    Ok(CalibratedCount {
        count: fits,
        guarantee,
    })
}
