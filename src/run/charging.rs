//! A run's dealings with the ledger of all runs, from its plan to its end.

use std::path::Path;

use anyhow::Result;
use privet_mechanisms::Sensitive;
use privet_training::data::Dataset;

use super::stage::Stage;
use crate::config::{Experiment, Warning};
use crate::digest;
use crate::ledger::{Charge, PlannedRelease, RunAccount};
use crate::progress::Progress;
use crate::run_dir::RunDir;

/// Who pays for a run.
#[derive(Debug)]
pub(super) enum Charging {
    /// Nobody: it releases nothing that was not paid for before.
    Nothing,
    /// Nobody, though it releases something.
    Unaccounted,
    /// A population.
    Planned { charge: Box<Charge> },
}

impl Charging {
    /// What the config and the environment say of a plan that makes this release, if any.
    pub(super) fn new(
        experiment: &Experiment,
        dataset: &Dataset,
        stage: &Stage,
        release: Option<PlannedRelease>,
        progress: Progress,
    ) -> Result<Self> {
        let Some(release) = release else {
            return Ok(Self::Nothing);
        };
        let public = dataset.info.public_benchmark;
        let Some(settings) = experiment.ledger(public)? else {
            if !public {
                progress.warn(&Warning::NoLedger.to_string());
            }
            return Ok(Self::Unaccounted);
        };
        let charge = Charge::new(settings, release, content(dataset, stage)?);
        Ok(Self::Planned {
            charge: Box::new(charge),
        })
    }

    /// Refuses a run that does not fit, where it would be a new one: nothing is left behind then.
    pub(super) fn check(&self, root: &Path) -> Result<()> {
        match self {
            Self::Planned { charge } if !root.exists() => charge.check(),
            _ => Ok(()),
        }
    }

    /// Reserves the cost of the run in `dir`, before any work; each release there is paid for from
    /// now on.
    pub(super) fn begin(&self, dir: &mut RunDir) -> Result<Option<RunAccount>> {
        match self {
            Self::Nothing => Ok(None),
            Self::Unaccounted => RunAccount::refuse_without(dir).map(|()| None),
            Self::Planned { charge } => {
                let account = charge.begin(dir)?;
                dir.charge_to(account.clone());
                Ok(Some(account))
            }
        }
    }

    /// Settles a run that was complete before this process took it up.
    pub(super) fn settle_finished(&self, dir: &RunDir) -> Result<()> {
        match self {
            Self::Planned { charge } => charge.settle_finished(dir),
            _ => Ok(()),
        }
    }
}

/// A digest of the private content that a release is made from: the records, or the votes of teachers
/// elsewhere.
fn content(dataset: &Dataset, stage: &Stage) -> Result<Sensitive<[u8; 32]>> {
    if let Stage::Labels { votes: Some(file) } = stage {
        return digest::of_file(file);
    }
    let records = digest::of_examples(dataset.private.examples(), &[]);
    Ok(match dataset.private.units() {
        None => records,
        Some(units) => digest::of_units(units, records),
    })
}
