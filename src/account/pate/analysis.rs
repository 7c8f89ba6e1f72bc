//! What the votes themselves say about the cost.

use anyhow::Result;
use privet_accountant::Conversion;
use privet_accountant::pate::aggregator::Score;
use privet_accountant::pate::analysis::{Settings, analyze};
use privet_accountant::pate::sanitized::{SanitizeSettings, SanitizedEpsilonPlan};
use privet_accountant::pate::{Aggregator, DataDependent, PateError};
use privet_mechanisms::{NoiseKey, NoiseSource, NoiseStream, Sensitive, noisy_ceiling};

use super::{PateScales, Votes};
use crate::errors::usage;

/// What was found in a set of votes. Where a value cannot be given, the reason stands in its place.
#[derive(Clone, Debug)]
pub(super) struct Findings {
    /// Epsilon by the published analysis. Private.
    pub(super) epsilon: Result<DataDependent<f64>, String>,
    /// Private.
    pub(super) expected_answered: DataDependent<f64>,
    /// An upper bound on epsilon with noise on it, which may be published.
    pub(super) sanitized: Result<f64, String>,
}

/// Analyses the first queries of `votes`.
///
/// # Errors
/// A usage error for numbers that the analysis refuses; another if there is no randomness.
pub(super) fn findings(
    votes: &Votes,
    scales: PateScales,
    delta: f64,
    conversion: Conversion,
    sanitize: Option<&SanitizeSettings>,
) -> Result<Findings> {
    let refused = |error: PateError| usage(error.to_string());
    let mut settings = Settings::new(delta)
        .map_err(refused)?
        .with_conversion(conversion)
        .with_max_answers(scales.max_answers);
    if let Some(sanitize) = sanitize {
        settings = settings.with_sanitized(*sanitize);
    }
    let queries = usize::try_from(scales.queries).unwrap_or(usize::MAX);
    let votes = votes.0.clone().first(queries);
    let aggregator = aggregator(scales).map_err(refused)?;
    let analysis = analyze(&votes, &aggregator, &settings).map_err(refused)?;
    let sanitized = match analysis.sanitized {
        Ok(plan) => {
            let plan = plan.reveal_for_private_diagnostics();
            Ok(plan.bound_of(noisy(&plan)?))
        }
        Err(why) => Err(why.to_string()),
    };
    Ok(Findings {
        epsilon: match analysis.data_dependent {
            Ok(found) => Ok(found.map(|found| found.epsilon)),
            Err(why) => Err(why.to_string()),
        },
        expected_answered: analysis.expected_answered,
        sanitized,
    })
}

/// The cost with its noise, under a fresh key of the operating system: what may be published.
fn noisy(plan: &SanitizedEpsilonPlan) -> Result<f64> {
    let source = NoiseSource::from_key(&NoiseKey::generate()?);
    sanitized_cost(plan, &mut source.stream("sanitized epsilon", 0))
}

/// Spacing of the published cost, in nats: it is rounded up to a multiple.
const SPACING: f64 = 1.0 / 65_536.0;

/// The least noise on it. A smooth sensitivity that is raised to a constant stays smooth, and whether
/// the votes ask for less must not decide whether anything is published.
const LEAST_NOISE: f64 = SPACING / 524_288.0;

/// The largest cost and noise that are told from larger ones, in nats.
const LARGEST: f64 = 1_048_576.0;

/// The total cost with noise scaled to its smooth sensitivity, rounded up.
///
/// # Errors
/// Numbers that no noise can be drawn for; that they are such is private.
pub(crate) fn sanitized_cost(plan: &SanitizedEpsilonPlan, stream: &mut NoiseStream) -> Result<f64> {
    // A minimum with a constant moves by no more than the number, and keeps a smooth sensitivity
    // smooth; eight deviations of the least noise keep the bound one.
    let centre = (plan.centre() + 8.0 * LEAST_NOISE).min(LARGEST);
    let noise = plan.noise_standard_deviation().clamp(LEAST_NOISE, LARGEST);
    let (centre, noise) = (Sensitive::new(centre), Sensitive::new(noise));
    Ok(noisy_ceiling(&centre, &noise, SPACING, stream)?)
}

fn aggregator(scales: PateScales) -> Result<Aggregator, PateError> {
    let mut aggregator = Aggregator::noisy_max(scales.noise, scales.scale)?;
    if let Some(scale) = scales.sigma_threshold {
        let threshold = scales.threshold.unwrap_or(f64::NAN);
        aggregator = aggregator.with_check(Score::LargestCount, threshold, scales.noise, scale)?;
    }
    aggregator.with_changed_votes(scales.changed_votes)
}
