//! One parameter that meets a target, by the accountant that is asked for.

use std::fmt::Display;

use anyhow::Result;
use privet_accountant::calibrate::{self, CalibrationError, Target};
use privet_accountant::{
    AccountantError, DpEvent, Guarantee, PldAccountant, PrivacyAccountant, RdpAccountant,
};

use super::exact;
use super::question::Question;
use crate::errors::usage;

/// By which accountant a parameter is calibrated.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Deserialize, serde::Serialize,
)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Accountant {
    /// The exact value's upper end
    Pld,
    /// Renyi divergences
    Rdp,
}

impl Accountant {
    /// Its name in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pld => exact::NAME,
            Self::Rdp => "rdp",
        }
    }

    /// The given one, or the tightest that supports `event`.
    pub(crate) fn choose(given: Option<Self>, event: &DpEvent, question: Question) -> Self {
        let tightest = match exact::accountant(question.relation).supports(event) {
            Ok(()) => Self::Pld,
            Err(_) => Self::Rdp,
        };
        given.unwrap_or(tightest)
    }

    /// The upper bound on epsilon at a delta.
    ///
    /// # Errors
    /// An event that this accountant cannot bound.
    pub(crate) fn guarantee(
        self,
        question: Question,
        event: &DpEvent,
        delta: f64,
    ) -> Result<Guarantee, AccountantError> {
        let mut accountant: Box<dyn PrivacyAccountant> = match self {
            Self::Pld => Box::new(pld(question)),
            Self::Rdp => Box::new(rdp(question)),
        };
        accountant.compose(event, 1)?;
        accountant.epsilon(delta)
    }
}

/// The smallest noise whose event meets the target.
///
/// # Errors
/// A usage error where no noise meets it, or any does.
pub(crate) fn smallest_noise<E: Display>(
    by: Accountant,
    question: Question,
    target: Target,
    event: impl Fn(f64) -> Result<DpEvent, E>,
) -> Result<f64> {
    noise(by, question, target, event).map_err(|error| usage(error.to_string()))
}

fn noise<E: Display>(
    by: Accountant,
    question: Question,
    target: Target,
    event: impl Fn(f64) -> Result<DpEvent, E>,
) -> Result<f64, CalibrationError> {
    let found = match by {
        Accountant::Pld => calibrate::smallest_noise(|| pld(question), target, event),
        Accountant::Rdp => calibrate::smallest_noise(|| rdp(question), target, event),
    };
    Ok(found?.noise)
}

/// The largest number of uses of `event` that meets the target.
///
/// # Errors
/// A usage error where not one use meets it, or any number does.
pub(crate) fn largest_count(
    by: Accountant,
    question: Question,
    target: Target,
    what: &str,
    event: &DpEvent,
) -> Result<u64> {
    let found = match by {
        Accountant::Pld => calibrate::largest_count(|| pld(question), target, event),
        Accountant::Rdp => calibrate::largest_count(|| rdp(question), target, event),
    };
    let found = found.map_err(|error| usage(error.to_string()))?;
    match found.count {
        0 => Err(usage(format!(
            "epsilon = {} at delta = {:e} is not enough for one of the {what}: allow a larger \
             epsilon or delta, or add noise",
            target.epsilon(),
            target.delta()
        ))),
        count => Ok(count),
    }
}

/// The largest sampling probability whose event meets the target; 1 where that does.
///
/// # Errors
/// A usage error where no probability of at least 1e-12 meets it.
pub(crate) fn largest_probability<E: Display>(
    by: Accountant,
    question: Question,
    target: Target,
    event: impl Fn(f64) -> Result<DpEvent, E>,
) -> Result<f64> {
    // A record costs less the rarer it is sampled: one over the probability acts as noise does.
    let probability = |rarity: f64| rarity.recip().min(1.0);
    match noise(by, question, target, |rarity| event(probability(rarity))) {
        Ok(rarity) => Ok(probability(rarity)),
        Err(CalibrationError::Unbounded { .. }) => Ok(1.0),
        Err(CalibrationError::Unreachable { epsilon, .. }) => Err(usage(format!(
            "epsilon = {} cannot be reached: at sampling_probability = 1e-12 it is still \
             {epsilon}; allow a larger epsilon or delta, or add noise",
            target.epsilon()
        ))),
        Err(error) => Err(usage(error.to_string())),
    }
}

fn pld(question: Question) -> PldAccountant {
    exact::accountant(question.relation)
}

fn rdp(question: Question) -> RdpAccountant {
    RdpAccountant::with_conversion(question.relation, question.conversion)
}
