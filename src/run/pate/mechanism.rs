//! From `[aggregator]` to a mechanism whose noise is fixed and within the budget.

use anyhow::{Result, bail, ensure};
use privet_accountant::{DpEvent, VoteNoise};
use privet_mechanisms::{
    ChangedVotes, ConfidentGnMax, ConfidentScales, GnMax, LnMax, MechanismError, NoisyMax,
    VoteQueries,
};
use privet_training::data::Dataset;

use crate::config::Pate;
use crate::config::pate::Aggregation;
use crate::run::plan::Accounting;

/// In votes: where each accountant is tried before the noise is known.
const TRIAL_SCALE: f64 = 100.0;

/// A mechanism with all its numbers.
pub(super) struct Mechanism {
    /// From votes to labels.
    pub(super) plan: Box<dyn NoisyMax>,
    /// Scale of the noise on counts, in votes.
    pub(super) scale: f64,
    /// Everything that is released: the labels, and a sanitised epsilon where one is asked for.
    pub(super) event: DpEvent,
}

/// The mechanism, and the accountant that answers for it. The noise is calibrated to the budget, or
/// the answers are counted by it, where the config leaves them open.
pub(super) fn mechanism(
    config: &Pate,
    dataset: &Dataset,
    changed_votes: ChangedVotes,
) -> Result<(Mechanism, Accounting)> {
    let aggregation = &config.aggregation;
    let queries = VoteQueries {
        classes: dataset.info.classes.len(),
        queries: aggregation.queries,
        changed_votes,
    };
    let sanitized = config
        .sanitize
        .map(|settings| settings.event())
        .transpose()?;
    let all = |labels: DpEvent| match &sanitized {
        Some(sanitized) => DpEvent::composed(vec![labels, sanitized.clone()]),
        None => labels,
    };
    let make = |scale, answers| planned(aggregation, scale, answers, queries);
    let event = |scale, answers| make(scale, answers).map(|plan| all(plan.event()));
    let scale_key = aggregation.scale_key;

    let trial = aggregation.scale.unwrap_or(TRIAL_SCALE);
    let most = aggregation.max_answers.unwrap_or(aggregation.queries);
    let accounting = Accounting::new(&config.privacy, &event(trial, most)?);
    let is_checked = aggregation.check.is_some();
    let (scale, answers) = match (aggregation.scale, aggregation.max_answers) {
        (Some(scale), None) if is_checked => {
            let event = |answers| Ok(event(scale, answers)?);
            (scale, affordable(&accounting, most, event)?)
        }
        (Some(scale), _) => (scale, most),
        (None, None) if is_checked => bail!(
            "[aggregator] max_answers is missing: give it and {scale_key} is calibrated to the \
             budget, or give {scale_key} and as many answers are allowed as the budget pays for"
        ),
        (None, _) => {
            let scale = accounting.calibrate(scale_key, |scale| event(scale, most))?;
            (scale, most)
        }
    };
    let plan = make(scale, answers)?;
    let event = all(plan.event());
    accounting.check_budget(&event, scale_key)?;
    Ok((Mechanism { plan, scale, event }, accounting))
}

/// The most answers within the budget; all of them without one.
fn affordable(
    accounting: &Accounting,
    most: u64,
    event: impl Fn(u64) -> Result<DpEvent>,
) -> Result<u64> {
    let answers = accounting.most(most, event)?;
    ensure!(
        answers > 0,
        "[privacy] epsilon does not pay for the checks of all [aggregator] queries and a single \
         answer: ask fewer queries, or raise sigma_threshold, sigma or the budget"
    );
    Ok(answers)
}

fn planned(
    aggregation: &Aggregation,
    scale: f64,
    max_answers: u64,
    queries: VoteQueries,
) -> Result<Box<dyn NoisyMax>, MechanismError> {
    Ok(match (aggregation.noise, aggregation.check) {
        (VoteNoise::Laplace, _) => Box::new(LnMax::new(scale, queries)?),
        (_, None) => Box::new(GnMax::new(scale, queries)?),
        (_, Some(check)) => {
            let scales = ConfidentScales {
                threshold: check.threshold,
                threshold_scale: check.scale,
                vote_scale: scale,
            };
            Box::new(ConfidentGnMax::new(scales, max_answers, queries)?)
        }
    })
}
