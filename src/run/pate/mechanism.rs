//! From `[aggregator]` to a mechanism whose noise is fixed and within the budget.

use anyhow::{Result, bail, ensure};
use privet_accountant::DpEvent;
use privet_mechanisms::{ChangedVotes, VoteQueries};

use super::labels::PURPOSE;
use super::release::{Release, ReleaseNumbers};
use crate::config::{Pate, PrivacyTarget};
use crate::ledger::PlannedRelease;
use crate::run::plan::Accounting;

/// In votes: where each accountant is tried before the noise is known.
const TRIAL_SCALE: f64 = 100.0;

/// A mechanism with all its numbers.
pub(crate) struct Mechanism {
    /// What releases labels.
    pub(crate) release: Release,
    /// The most labels that it releases.
    pub(crate) max_answers: u64,
    /// Scale of the noise on counts, in votes.
    pub(crate) scale: f64,
    /// Everything that is released: the labels, and a sanitised epsilon where one is asked for.
    pub(crate) event: DpEvent,
}

impl Mechanism {
    /// What a run with this guarantee asked for will release.
    pub(super) fn planned(&self, privacy: &PrivacyTarget) -> PlannedRelease {
        PlannedRelease {
            event: self.event.clone(),
            relation: privacy.relation,
            unit: privacy.protected(),
            noise: privacy.noise_origin(),
            purpose: PURPOSE,
        }
    }
}

/// The mechanism, and the accountant that answers for it. The noise is calibrated to the budget, or
/// the answers are counted by it, where the config leaves them open.
pub(crate) fn mechanism(
    config: &Pate,
    classes: usize,
    changed_votes: ChangedVotes,
) -> Result<(Mechanism, Accounting)> {
    let aggregation = &config.aggregation;
    let queries = VoteQueries {
        classes,
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
    let teachers = config.teachers().map_or(0, |table| table.count);
    let make = |scale, max_answers| {
        let numbers = ReleaseNumbers {
            answering: aggregation.answering,
            noise: aggregation.noise,
            scale,
            check: aggregation.check,
            max_answers,
            teachers: u32::try_from(teachers).unwrap_or(u32::MAX),
            queries,
        };
        numbers.plan()
    };
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
    let release = make(scale, answers)?;
    let event = all(release.event());
    accounting.check_budget(&event, scale_key)?;
    let mechanism = Mechanism {
        release,
        max_answers: answers,
        scale,
        event,
    };
    Ok((mechanism, accounting))
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
