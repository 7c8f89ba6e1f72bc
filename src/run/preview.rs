//! What a run would do and cost, without doing it.

use anyhow::Result;
use privet_accountant::Guarantee;
use privet_mechanisms::NoiseOrigin;
use privet_report::run::Origin;
use privet_training::data::Dataset;

use super::engine::Engine;
use super::estimate::{Estimator, Work};
use super::pate::check_stage;
use super::{Plan, Stage};
use crate::config::{Experiment, Method};
use crate::ledger::PlannedRelease;

/// A run that has not begun.
#[derive(Clone, Debug)]
pub(crate) struct Preview {
    pub(crate) method: &'static str,
    pub(crate) dataset: String,
    /// What would be charged; none for a run that guarantees nothing.
    pub(crate) charge: Option<Charge>,
    /// What would be done to the records, in words.
    pub(crate) mechanism: Vec<String>,
    pub(crate) warnings: Vec<String>,
    /// About how long it takes on this machine.
    pub(crate) seconds: f64,
}

/// The cost of a run, before it begins.
#[derive(Clone, Debug)]
pub(crate) struct Charge {
    pub(crate) release: PlannedRelease,
    pub(crate) guarantee: Guarantee,
}

impl Charge {
    /// Whether its noise is private.
    pub(crate) fn is_private(&self) -> bool {
        self.release.noise == NoiseOrigin::OsEntropy
    }
}

/// The preview of a whole run.
///
/// # Errors
/// Everything that would be refused before the run's work begins.
pub(crate) fn preview(
    experiment: &Experiment,
    dataset: &Dataset,
    estimator: &mut Estimator,
) -> Result<Preview> {
    if let Method::Pate(pate) = &experiment.method {
        check_stage(pate, &Stage::All)?;
    }
    let plan = Plan::new(experiment, dataset, &Stage::All)?;
    let engine = Engine::new(experiment.file.engine);
    let pool = dataset.pool.inputs();
    Ok(Preview {
        method: experiment.file.method.as_str(),
        dataset: dataset.info.name.clone(),
        charge: plan.charge()?,
        mechanism: plan.mechanism(),
        warnings: plan.warnings().iter().map(ToString::to_string).collect(),
        seconds: estimator.seconds(&engine, pool, &plan.work(dataset))?,
    })
}

impl Plan<'_> {
    pub(super) fn charge(&self) -> Result<Option<Charge>> {
        let Some(release) = self.release(&Stage::All)? else {
            return Ok(None);
        };
        let accounting = match self {
            Self::Pate(plan) => plan.accounting(),
            Self::MultiLabel(plan) => plan.accounting(),
            Self::DpSgd(plan) => plan.accounting(),
            // What is learned from released labels is charged where they are released.
            Self::Student(_) | Self::Baseline(_) => return Ok(None),
        };
        let guarantee = accounting.guarantee(&release.event)?;
        Ok(Some(Charge { release, guarantee }))
    }

    pub(super) fn mechanism(&self) -> Vec<String> {
        match self {
            Self::Pate(plan) => plan.in_words(),
            Self::DpSgd(plan) => plan.in_words(),
            Self::MultiLabel(_) | Self::Student(_) | Self::Baseline(_) => Vec::new(),
        }
    }

    /// What its cost rests on beside what that of every run rests on.
    pub(super) fn assumptions(&self) -> Vec<String> {
        match self {
            Self::Pate(plan) => plan.assumptions(),
            Self::DpSgd(plan) => plan.assumptions(),
            Self::MultiLabel(_) | Self::Student(_) | Self::Baseline(_) => Vec::new(),
        }
    }

    /// How what it releases comes about.
    pub(super) fn origin(&self) -> Origin {
        match self {
            Self::Pate(plan) => plan.origin(),
            _ => Origin::default(),
        }
    }

    fn work(&self, dataset: &Dataset) -> Vec<Work<'_>> {
        let records = dataset.info.declared_size.unwrap_or_default() as f64;
        match self {
            Self::Pate(plan) => plan.work(records, dataset.pool.len()),
            Self::DpSgd(plan) => plan.work(records, dataset.pool.len()),
            Self::Baseline(plan) => vec![plan.work(records)],
            Self::MultiLabel(_) | Self::Student(_) => Vec::new(),
        }
    }
}
