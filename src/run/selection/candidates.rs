//! What there is to choose from: trainings that differ in nothing that their cost depends on.

use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use privet_accountant::Guarantee;
use privet_ledger::Unit;
use privet_mechanisms::NoiseOrigin;
use privet_training::data::Dataset;
use serde_json::json;
use toml::{Table, Value};

use super::SelectionNumbers;
use crate::config::{Experiment, Method, PrivacyTarget};
use crate::display::epsilon;
use crate::errors::usage;
use crate::ledger::PlannedRelease;
use crate::output;
use crate::run::pate::check_stage;
use crate::run::{Plan, Stage};

/// One setting.
#[derive(Debug)]
pub(crate) struct Candidate {
    /// What it is called.
    pub(crate) name: String,
    /// The training.
    pub(crate) experiment: Experiment,
}

/// What all candidates have in common.
pub(super) struct Agreed<'a> {
    pub(super) first: &'a Experiment,
    pub(super) privacy: PrivacyTarget,
    /// What each of them would be charged alone.
    pub(super) release: PlannedRelease,
    /// How many right predictions a neighbour can change.
    pub(super) score_sensitivity: u32,
    alone: Guarantee,
    count: usize,
}

impl<'a> Agreed<'a> {
    /// # Errors
    /// Candidates of different data, guarantees or costs, or with noise that somebody can predict;
    /// and whatever a run of one of them would be refused for.
    pub(super) fn of(candidates: &'a [Candidate], data_dir: &Path) -> Result<Self> {
        let Some(Candidate { experiment, .. }) = candidates.first() else {
            bail!(usage("[selection]: there is nothing to choose from"));
        };
        let data = |experiment: &Experiment| {
            let (base, data) = (experiment.base.display(), &experiment.file.data);
            let ledger = &experiment.file.ledger;
            format!("{base} {data:?} {:?} {ledger:?}", experiment.units())
        };
        let dataset = load(experiment, data_dir)?;
        let mut agreed: Option<Self> = None;
        for Candidate { name, experiment } in candidates {
            let refused = |why: String| usage(format!("[selection]: {name}: {why}"));
            if let Method::Pate(pate) = &experiment.method {
                check_stage(pate, &Stage::All).map_err(|error| refused(error.to_string()))?;
            }
            if let Some(agreed) = &agreed
                && data(agreed.first) != data(experiment)
            {
                return Err(refused(
                    "[data] and [ledger] must be those of the first candidate".into(),
                ));
            }
            if experiment.takes_raw_inputs() {
                return Err(refused(
                    "[student] inputs = \"raw\": candidates are scored on the private records, of which the \
                     features alone are kept: use inputs = \"features\""
                        .into(),
                ));
            }
            let plan = Plan::new(experiment, &dataset, &Stage::All)
                .map_err(|error| refused(format!("{error:#}")))?;
            let Some(charge) = plan.charge()? else {
                return Err(refused(
                    "it guarantees nothing: choose among private methods".into(),
                ));
            };
            if charge.release.noise != NoiseOrigin::OsEntropy {
                return Err(refused(
                    "[privacy] danger_fixed_noise_seed: a choice by private data needs private noise"
                        .into(),
                ));
            }
            let privacy = privacy(experiment)?;
            match &agreed {
                None => {
                    agreed = Some(Self {
                        first: experiment,
                        score_sensitivity: sensitivity(privacy)
                            .map_err(|e| refused(e.to_string()))?,
                        privacy: privacy.clone(),
                        release: charge.release,
                        alone: charge.guarantee,
                        count: candidates.len(),
                    });
                }
                Some(first) => first
                    .check(privacy, &charge.release)
                    .map_err(|e| refused(e.to_string()))?,
            }
        }
        agreed.context("there is nothing to choose from")
    }

    /// Refuses a candidate whose cost is another one.
    fn check(&self, privacy: &PrivacyTarget, release: &PlannedRelease) -> Result<()> {
        ensure!(
            self.release.event == release.event,
            "it costs another thing than the first candidate, so that a trial would be a mixture whose \
             cost is not known: vary only keys that the cost does not depend on (networks, learning \
             rates, clipping norms, epochs of teachers and students), and give the noise itself rather \
             than a budget where steps or sampling are varied"
        );
        let same = self.privacy.delta == privacy.delta
            && self.release.relation == release.relation
            && self.release.unit == release.unit
            && self.privacy.unit == privacy.unit;
        ensure!(
            same,
            "[privacy] delta, neighboring and unit must be those of the first candidate"
        );
        Ok(())
    }

    pub(super) fn load(&self, data_dir: &Path) -> Result<Dataset> {
        load(self.first, data_dir)
    }

    pub(super) fn print_cost(&self, all: &Guarantee, json: bool) -> Result<()> {
        if json {
            let plan =
                json!({"candidates": self.count, "one_training": self.alone, "selection": all});
            return output::print(&format!("{plan:#}\n"));
        }
        output::print(&format!(
            "a private selection among {} candidates\n  one training    epsilon = {} at delta = {:e}\n  \
             the selection   epsilon = {} at delta = {:e}, whatever the number of trials turns out to be\n",
            self.count,
            epsilon(self.alone.epsilon),
            self.alone.delta,
            epsilon(all.epsilon),
            all.delta
        ))
    }
}

/// The configs of all candidates, as they are kept in the directory: `[[candidate]]` with `name` and
/// `config`, below the numbers of the selection.
pub(super) fn resolved(candidates: &[Candidate], numbers: SelectionNumbers) -> Result<String> {
    let tables = candidates.iter().map(|Candidate { name, experiment }| {
        let mut table = Table::new();
        table.insert("name".into(), name.as_str().into());
        table.insert(
            "config".into(),
            Value::Table(experiment.to_toml()?.parse()?),
        );
        Ok(Value::Table(table))
    });
    let mut all = Table::new();
    all.insert("mean_trials".into(), numbers.mean_trials.into());
    all.insert("score_noise".into(), numbers.score_noise.into());
    if let Some(epsilon) = numbers.epsilon {
        all.insert("epsilon".into(), epsilon.into());
    }
    all.insert(
        "candidate".into(),
        Value::Array(tables.collect::<Result<_>>()?),
    );
    Ok(toml::to_string(&all)?)
}

pub(super) fn load(experiment: &Experiment, data_dir: &Path) -> Result<Dataset> {
    let data = &experiment.file.data;
    let loaded = data.load(&experiment.base, data_dir, experiment.units());
    loaded.map_err(|error| usage(error.to_string()))
}

fn privacy(experiment: &Experiment) -> Result<&PrivacyTarget> {
    match &experiment.method {
        Method::Pate(pate) => Ok(&pate.privacy),
        Method::DpSgd(dp_sgd) => Ok(&dp_sgd.privacy),
        Method::Baseline(_) => bail!("it guarantees nothing"),
    }
}

/// How many of the counted records can be those of one unit.
fn sensitivity(privacy: &PrivacyTarget) -> Result<u32> {
    let Some(unit) = &privacy.unit else {
        return Ok(1);
    };
    ensure!(
        privacy.protected() == Unit::User,
        "no unit that a count is known for"
    );
    let most = unit
        .maximum_records
        .and_then(|most| u32::try_from(most.get()).ok());
    most.context(
        "[privacy] unit: maximum_records is missing: a score counts at most so many records of one user",
    )
}
