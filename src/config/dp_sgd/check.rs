//! What can be said of `[dp_sgd]` without the data.

use anyhow::{Result, anyhow, ensure};
use privet_mechanisms::ClippingPlan;

use super::{Batches, DpSgdTable, Duration, SamplingTable, StatisticsTable};

/// Checks `[dp_sgd]` as far as that is possible without the data.
pub(in crate::config) fn check(table: &DpSgdTable) -> Result<()> {
    let batches = table.batches()?;
    if let Batches::Of(SamplingTable::Poisson { probability: q })
    | Batches::Of(SamplingTable::TruncatedPoisson { probability: q, .. })
    | Batches::Of(SamplingTable::CyclicPoisson { probability: q, .. }) = batches
    {
        let key = match table.sampling {
            Some(_) => "sampling.probability",
            None => "sampling_probability",
        };
        ensure!(
            q > 0.0 && q <= 1.0,
            "[dp_sgd] {key} = {q}: it must be above 0 and at most 1"
        );
    }
    ensure!(
        !matches!(batches, Batches::OfSize(0)),
        "[dp_sgd] batch_size = 0: give at least 1"
    );
    match table.duration()? {
        Duration::Steps(steps) => ensure!(steps >= 1, "[dp_sgd] steps = 0: give at least one step"),
        Duration::Epochs(epochs) => ensure!(
            epochs.is_finite() && epochs > 0.0,
            "[dp_sgd] epochs = {epochs}: it must be a finite number above 0"
        ),
    }
    for (key, value) in [
        ("clipping_norm", table.clipping_norm),
        ("noise_multiplier", table.noise_multiplier),
    ] {
        if let Some(value) = value {
            ensure!(
                value.is_finite() && value > 0.0,
                "[dp_sgd] {key} = {value}: it must be a finite number above 0"
            );
        }
    }
    table.statistics.map(StatisticsTable::check).transpose()?;
    // The size of a batch is not known yet, and decides nothing but a default.
    if let ClippingPlan::Fixed(clipping) = table.clipping_plan(1.0)? {
        clipping
            .validate()
            .map_err(|error| anyhow!("[dp_sgd] clipping: {error}"))?;
    }
    ensure!(
        table.checkpoint_every != Some(0),
        "[dp_sgd] checkpoint_every = 0: give at least one step, or leave it out"
    );
    ensure!(
        !table.stop_at_budget || table.noise_multiplier.is_some(),
        "[dp_sgd] stop_at_budget = true, but no noise_multiplier is given, so the noise is calibrated \
         to the budget and all steps are taken: give noise_multiplier, or leave stop_at_budget out"
    );
    let named = |key: &'static str| move |error| anyhow!("[dp_sgd] {key}: {error}");
    table.optimizer.validate().map_err(named("optimizer"))?;
    if let Some(average) = &table.weight_average {
        average.validate().map_err(named("weight_average"))?;
    }
    let settings = table.settings(0).validate();
    settings.map_err(|error| anyhow!("[dp_sgd] {error}"))
}
