//! Sizes and costs that are checked before any work.

use anyhow::{Result, ensure};
use privet_accountant::{Conversion, DpEvent, Guarantee, Ledger, PrivacyAccountant, RdpAccountant};
use privet_training::data::Dataset;

use crate::config::{PrivacyTarget, Warning};

/// The public number of records that delta, sampling and shards are judged by.
pub(super) fn declared_size(dataset: &Dataset) -> Result<usize> {
    let Some(size) = dataset.info.declared_size else {
        anyhow::bail!(
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
pub(super) fn guarantees(privacy: &PrivacyTarget, ledger: &Ledger) -> Result<Vec<Guarantee>> {
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
            "this plan costs epsilon = {:.4} at delta = {:e}, above the budget [privacy] epsilon = \
             {budget}: raise the budget, or leave {noise_key} out and it is calibrated",
            guarantee.epsilon,
            privacy.delta
        );
    }
    Ok(())
}

/// The baseline of a private run, where it may be shown.
pub(super) fn comparison<'a>(
    baseline: Option<&'a privet_training::plain::PlainTraining>,
    dataset: &Dataset,
    warnings: &mut Vec<Warning>,
) -> Option<&'a privet_training::plain::PlainTraining> {
    if baseline.is_some() && !dataset.info.public_benchmark {
        warnings.push(Warning::NoBaselineOnPrivateData);
        return None;
    }
    baseline
}
