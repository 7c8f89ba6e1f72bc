//! Sizes and costs that are checked before any work.

use anyhow::{Result, bail, ensure};
use privet_accountant::{Conversion, DpEvent, Guarantee, Ledger, PrivacyAccountant, RdpAccountant};
use privet_training::data::Dataset;

use crate::config::PrivacyTarget;
use crate::display::epsilon;
use crate::ledger::RunLedger;

/// The public number of records that delta, sampling and shards are judged by.
pub(super) fn declared_size(dataset: &Dataset) -> Result<usize> {
    let Some(size) = dataset.info.declared_size else {
        bail!(
            "[data] declared_size is missing: give the public, approximate number of private \
             records; the true number is private and is never used"
        );
    };
    ensure!(
        size > 0,
        "[data] declared_size = 0: give the number of private records"
    );
    Ok(size)
}

/// The guarantee of one event under the run's relation, by the default accountant.
pub(super) fn guarantee(privacy: &PrivacyTarget, event: &DpEvent) -> Result<Guarantee> {
    let mut accountant = RdpAccountant::new(privacy.relation);
    accountant.compose(event, 1)?;
    Ok(accountant.epsilon(privacy.delta)?)
}

/// The guarantee of everything in a ledger, by each accountant and conversion; the headline first.
///
/// Where a run was charged more than once, every epsilon is at least the budget: see [`afford`].
pub(super) fn guarantees(privacy: &PrivacyTarget, ledger: &Ledger) -> Result<Vec<Guarantee>> {
    let mut guarantees = by_conversion(privacy, ledger)?;
    if let Some(budget) = privacy.epsilon.filter(|_| ledger.entries().len() > 1) {
        for guarantee in &mut guarantees {
            guarantee.epsilon = guarantee.epsilon.max(budget);
            guarantee.optimal_order = None;
        }
    }
    Ok(guarantees)
}

fn by_conversion(privacy: &PrivacyTarget, ledger: &Ledger) -> Result<Vec<Guarantee>> {
    [
        Conversion::CanonneKamathSteinke2020,
        Conversion::Mironov2017,
    ]
    .into_iter()
    .map(|conversion| {
        let mut accountant = RdpAccountant::with_conversion(privacy.relation, conversion);
        accountant.compose(&ledger.as_event(), 1)?;
        Ok(accountant.epsilon(privacy.delta)?)
    })
    .collect()
}

/// Refuses a plan that costs more than the budget.
pub(super) fn check_budget(
    privacy: &PrivacyTarget,
    event: &DpEvent,
    noise_key: &str,
) -> Result<()> {
    let guarantee = guarantee(privacy, event)?;
    ensure!(
        guarantee.epsilon.is_finite(),
        "this plan has no finite epsilon at delta = {:e}: add noise ({noise_key})",
        privacy.delta
    );
    if let Some(budget) = privacy.epsilon {
        ensure!(
            guarantee.epsilon <= budget,
            "this plan costs epsilon = {} at delta = {:e}, above the budget [privacy] epsilon = \
             {budget}: raise the budget, or leave {noise_key} out and it is calibrated",
            epsilon(guarantee.epsilon),
            privacy.delta
        );
    }
    Ok(())
}

/// Refuses a second charge in one run directory unless the budget covers both.
///
/// All charges of a run are the same event, fixed by its config, so the budget fixes beforehand how
/// many of them there can be: every path of an adaptive sequence of charges costs at most that many,
/// at every Renyi order (a Renyi filter, Feldman and Zrnic 2021). Without a budget there is no such
/// bound.
pub(super) fn afford(privacy: &PrivacyTarget, ledger: &RunLedger, event: &DpEvent) -> Result<()> {
    ensure!(
        ledger
            .reservations()
            .iter()
            .all(|earlier| earlier.event == *event),
        "this run has been charged for another plan, by another version of this program: start a new \
         run with --out DIR, and count this one as spent"
    );
    let spent = ledger.to_ledger()?.as_event();
    let both = DpEvent::composed(vec![spent, event.clone()]);
    let total = guarantee(privacy, &both)?.epsilon;
    match privacy.epsilon {
        Some(budget) if total <= budget => Ok(()),
        budget => bail!(
            "this run has been charged already, for other data or another program, or its noise key \
             is gone; a second charge would make epsilon = {} and {}: start a new run with --out \
             DIR, and count this one as spent",
            epsilon(total),
            budget.map_or(
                "there is no [privacy] epsilon to bound it".to_string(),
                |budget| { format!("the budget is {}", epsilon(budget)) }
            )
        ),
    }
}
