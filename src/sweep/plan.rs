//! `--dry-run`: what a sweep would do and cost.

use std::collections::HashMap;
use std::fmt::Write;
use std::path::Path;

use anyhow::{Context, Result};
use privet_training::data::Dataset;
use serde_json::{Value, json};

use super::composed::{Charged, Composed, composed};
use super::folder::Folder;
use super::point::Point;
use super::table::COMPARED;
use crate::config::{self, Experiment};
use crate::display::epsilon;
use crate::run::{Estimator, Preview, preview};

/// A point that has not begun.
struct Planned<'a> {
    point: &'a Point,
    finished: bool,
    preview: Result<Preview>,
}

/// The plan of a sweep.
pub(super) struct SweepPlan<'a> {
    planned: Vec<Planned<'a>>,
    together: Vec<Composed>,
    jobs: usize,
}

impl<'a> SweepPlan<'a> {
    /// Plans every point; points of one `[data]` table share its data set. What one of them is
    /// refused for is told beside it.
    pub(super) fn new(
        points: &'a [Point],
        folder: Option<&Folder>,
        (data_dir, jobs): (&Path, usize),
    ) -> Result<Self> {
        let mut datasets: HashMap<String, Dataset> = HashMap::new();
        let mut estimator = Estimator::default();
        let mut plan = |point: &Point| -> Result<Preview> {
            let experiment = config::load(&point.base, &point.assignments(), None)?;
            let key = format!(
                "{} {:?} {:?}",
                experiment.base.display(),
                experiment.file.data,
                experiment.units()
            );
            if !datasets.contains_key(&key) {
                datasets.insert(key.clone(), load(&experiment, data_dir)?);
            }
            preview(&experiment, &datasets[&key], &mut estimator)
        };
        let planned: Vec<Planned<'a>> = points
            .iter()
            .map(|point| Planned {
                point,
                finished: folder.is_some_and(|folder| folder.is_finished(point)),
                preview: plan(point),
            })
            .collect();
        let mut charged = Vec::new();
        for charge in planned.iter().filter_map(Planned::charge) {
            charged.push(Charged {
                event: charge.release.event.clone(),
                relation: charge.release.relation,
                unit: charge.release.unit,
                delta: charge.guarantee.delta,
            });
        }
        Ok(Self {
            planned,
            together: composed(&charged)?,
            jobs,
        })
    }

    /// How many points cannot be run.
    pub(super) fn refused(&self) -> usize {
        self.planned
            .iter()
            .filter(|planned| planned.preview.is_err())
            .count()
    }

    fn seconds(&self) -> f64 {
        let open = self.planned.iter().filter(|planned| !planned.finished);
        let seconds = open.filter_map(|planned| planned.preview.as_ref().ok());
        seconds.map(|preview| preview.seconds).sum()
    }

    pub(super) fn to_json(&self) -> Value {
        let planned = self.planned.iter();
        let points: Vec<Value> = planned.map(Planned::to_json).collect();
        json!({"points": points, "composed": self.together, "jobs": self.jobs,
            "estimated_seconds_of_one_job": self.seconds()})
    }

    pub(super) fn to_text(&self) -> String {
        let names = self.planned.iter().map(|planned| planned.point.name.len());
        let width = names.max().unwrap_or(0).max(5);
        let mut text = format!("\n{:<width$}   epsilon  about seconds\n", "point");
        // Writing to a string cannot fail.
        for Planned {
            point,
            finished,
            preview,
        } in &self.planned
        {
            let told = match preview {
                Ok(preview) => {
                    let cost = match &preview.charge {
                        Some(charge) if charge.is_private() => epsilon(charge.guarantee.epsilon),
                        _ => "none".into(),
                    };
                    let done = if *finished { "   finished" } else { "" };
                    format!("{cost:>8}  {:>13.1}{done}", preview.seconds)
                }
                Err(error) => format!("refused: {error:#}"),
            };
            let _ = writeln!(text, "{:<width$}  {told}", point.name);
        }
        text.push('\n');
        for together in &self.together {
            let _ = writeln!(
                text,
                "{} private runs together: epsilon = {} at delta = {:e} ({}, unit: {}, {})",
                together.runs,
                epsilon(together.epsilon),
                together.delta,
                together.neighboring,
                together.unit,
                together.accountant
            );
        }
        let left = self
            .planned
            .iter()
            .filter(|planned| !planned.finished)
            .count();
        let _ = writeln!(
            text,
            "{left} of {} points are left: about {:.0} s of gradients, one after another on this machine \
             (loading, votes and noise come on top; votes that points share are counted for each)",
            self.planned.len(),
            self.seconds()
        );
        let _ = writeln!(text, "{COMPARED}");
        text
    }
}

impl Planned<'_> {
    fn charge(&self) -> Option<&crate::run::Charge> {
        let charge = self.preview.as_ref().ok()?.charge.as_ref();
        charge.filter(|charge| charge.is_private())
    }

    fn to_json(&self) -> Value {
        let mut told = json!({"point": self.point.name, "finished": self.finished});
        match &self.preview {
            Ok(preview) => {
                told["method"] = json!(preview.method);
                told["dataset"] = json!(preview.dataset);
                told["mechanism"] = json!(preview.mechanism);
                told["warnings"] = json!(preview.warnings);
                told["estimated_seconds"] = json!(preview.seconds);
                told["guarantee"] = json!(self.charge().map(|charge| &charge.guarantee));
            }
            Err(error) => told["refused"] = json!(format!("{error:#}")),
        }
        told
    }
}

fn load(experiment: &Experiment, data_dir: &Path) -> Result<Dataset> {
    let loaded = (experiment.file.data).load(&experiment.base, data_dir, experiment.units());
    loaded.with_context(|| format!("[data] of {}", experiment.base.display()))
}
