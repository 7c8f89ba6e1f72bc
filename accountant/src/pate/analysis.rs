//! From votes to epsilon.
//!
//! [`Votes`] and an [`Aggregator`] go in, with [`Settings`] for everything else; an [`Analysis`]
//! comes out. Its data-independent epsilon is public. The others depend on the votes: they come
//! as [`DataDependent`] values, and are for private diagnostics only, but for what
//! [`SanitizedEpsilonPlan::bound`] makes of one draw of noise. A value that cannot be given is an
//! [`Unavailable`], which says why.
//!
//! ```
//! use privet_accountant::Conversion;
//! use privet_accountant::pate::analysis::{Settings, analyze};
//! use privet_accountant::pate::sanitized::SanitizeSettings;
//! use privet_accountant::pate::{Aggregator, Votes};
//! use privet_accountant::rdp::Order;
//! # fn main() -> Result<(), privet_accountant::pate::PateError> {
//! // NPY files hold floating-point counts, row after row; `first` is `--queries`.
//! let votes = Votes::from_floats(&[240.0, 8.0, 2.0, 120.0, 90.0, 40.0], 3)?.first(640);
//! let aggregator = Aggregator::confident_gn_max(200.0, 150.0, 40.0)?;
//! let settings = Settings::new(1e-5)?
//!     .with_conversion(Conversion::Mironov2017) // "classic"; "improved" is the default
//!     .with_sanitized(SanitizeSettings::for_order(Order::new(8.0)?, 0.05)?);
//! let analysis = analyze(&votes, &aggregator, &settings)?;
//! println!("epsilon = {} whatever the votes", analysis.data_independent.epsilon);
//!
//! // To be published: one draw by a generator fit for privacy noise, made once.
//! let draw = 0.3;
//! match analysis.sanitized {
//!     Ok(plan) => println!("epsilon = {}", plan.reveal_for_private_diagnostics().bound(draw)),
//!     Err(reason) => println!("no sanitised epsilon: {reason}"),
//! }
//!
//! // Never to be published, unless the votes are public.
//! if let Ok(private) = analysis.data_dependent {
//!     let _ = private.reveal_for_private_diagnostics().epsilon;
//!     let _ = analysis.expected_answered.reveal_for_private_diagnostics();
//! }
//! # Ok(()) }
//! ```

mod curve;
mod labels;
mod proved;
mod queries;
mod settings;

use curve::{Curve, independent};
use proved::ProvedCurve;
use queries::Queries;

pub use labels::{LabelAnalysis, analyze_labels};
pub use settings::Settings;

use super::sanitized::SanitizedEpsilonPlan;
use super::smooth::total::{Charge, TotalSensitivity};
use super::{Aggregator, DataDependent, PateError, Unavailable, Votes};
use crate::Conversion;
use crate::event::ChangedVotes;

/// Costs per query are good to 1e-12 of themselves; so are their sums.
const ERROR_ALLOWANCE: f64 = 4e-12;

/// An epsilon and the Renyi order that gives it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EpsilonAtOrder {
    /// Epsilon, rounded up.
    pub epsilon: f64,
    /// The order alpha.
    pub order: f64,
}

/// What the answers to all the queries cost.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Analysis {
    /// Delta of every epsilon below.
    pub delta: f64,
    /// How RDP became epsilon.
    pub conversion: Conversion,
    /// Whatever the votes: every query answered, or as many as the public cap. Public.
    pub data_independent: EpsilonAtOrder,
    /// By the published analysis of these votes: each answer is charged its cost times the
    /// probability that the query is answered. With a check this is an expectation of costs and
    /// a planning estimate, no bound; without one it is a bound for these votes.
    pub data_dependent: Result<DataDependent<EpsilonAtOrder>, Unavailable>,
    /// A proved bound for these votes, with the exact divergence of checks, and of answers
    /// between two classes: `Pr[M(x) in S] <= e^epsilon Pr[M(x') in S] + delta` for the votes x
    /// at hand and every x' with one changed voter. Queries must not depend on earlier answers.
    pub data_dependent_bound: Result<DataDependent<EpsilonAtOrder>, Unavailable>,
    /// The expected number of answered queries: a planning estimate.
    pub expected_answered: DataDependent<f64>,
    /// What a publishable epsilon needs, but for one draw of noise.
    pub sanitized: Result<DataDependent<SanitizedEpsilonPlan>, Unavailable>,
}

/// Computes the cost of answering all of `votes` by `aggregator`.
///
/// The queries are fixed in advance, or chosen without looking at earlier answers: then the costs
/// of one set of votes add up.
///
/// # Errors
/// [`PateError::UnequalLength`] if predictions are missing or do not fit the votes;
/// [`PateError::OutOfRange`] for a prediction that is no probability.
pub fn analyze(
    votes: &Votes,
    aggregator: &Aggregator,
    settings: &Settings,
) -> Result<Analysis, PateError> {
    let queries = Queries::new(votes, aggregator, settings.predictions.as_deref())?;
    Ok(Analysis {
        delta: settings.delta,
        conversion: settings.conversion,
        data_independent: data_independent(votes.queries() as f64, aggregator, settings),
        data_dependent: data_dependent(&queries, aggregator, settings).map(DataDependent::new),
        data_dependent_bound: data_dependent_bound(votes, &queries, aggregator, settings)
            .map(DataDependent::new),
        expected_answered: DataDependent::new(queries.expected_answered()),
        sanitized: sanitized(votes, aggregator, settings).map(DataDependent::new),
    })
}

fn sanitized(
    votes: &Votes,
    aggregator: &Aggregator,
    settings: &Settings,
) -> Result<SanitizedEpsilonPlan, Unavailable> {
    let sanitize = settings.sanitize.ok_or(Unavailable::NotRequested)?;
    let order = sanitize.order();
    let total = TotalSensitivity::new(votes, aggregator, order, Charge::Pairs)?;
    let (check, answer) = independent(aggregator, order);
    let highest = votes.queries() as f64 * (check + answer) * (1.0 + ERROR_ALLOWANCE);
    SanitizedEpsilonPlan::new(
        sanitize,
        &total,
        highest,
        settings.conversion,
        settings.delta,
    )
}

fn data_independent(queries: f64, aggregator: &Aggregator, settings: &Settings) -> EpsilonAtOrder {
    let answers = settings
        .max_answers
        .map_or(queries, |most| queries.min(most as f64));
    let total = |order| {
        let (check, answer) = independent(aggregator, order);
        let times = |count: f64, cost: f64| if count > 0.0 { count * cost } else { 0.0 };
        (times(queries, check) + times(answers, answer)) * (1.0 + ERROR_ALLOWANCE)
    };
    settings.best(total, total)
}

fn data_dependent(
    queries: &Queries,
    aggregator: &Aggregator,
    settings: &Settings,
) -> Result<EpsilonAtOrder, Unavailable> {
    if aggregator.changed_votes != ChangedVotes::ONE {
        return Err(Unavailable::SeveralChangedVotes);
    }
    let exact = Curve::exact(queries, aggregator);
    let coarse = Curve::coarse(queries, aggregator);
    Ok(settings.best(|order| coarse.rdp(order), |order| exact.rdp(order)))
}

fn data_dependent_bound(
    votes: &Votes,
    queries: &Queries,
    aggregator: &Aggregator,
    settings: &Settings,
) -> Result<EpsilonAtOrder, Unavailable> {
    if !settings.proved_bound {
        return Err(Unavailable::NotRequested);
    }
    if aggregator.changed_votes != ChangedVotes::ONE {
        return Err(Unavailable::SeveralChangedVotes);
    }
    let exact = ProvedCurve::exact(votes, queries, aggregator);
    let coarse = ProvedCurve::coarse(votes, queries, aggregator);
    Ok(settings.best(|order| coarse.rdp(order), |order| exact.rdp(order)))
}
