//! What became of a point, as its directory tells.

use std::fs;

use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::child::read_if_there;
use super::composed::Charged;
use super::folder::Folder;
use super::point::Point;
use crate::ledger::RunLedger;

/// A point and how far it came.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Outcome {
    pub(super) point: String,
    pub(super) settings: Map<String, Value>,
    /// The point but for its seed.
    #[serde(skip)]
    pub(super) repetition_of: String,
    #[serde(flatten)]
    pub(super) state: State,
    /// What was charged by a private run; of unfinished ones too, where anything was.
    #[serde(skip)]
    pub(super) charged: Option<Charged>,
}

/// How far a point came.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
pub(super) enum State {
    /// It has a result.
    Finished {
        method: String,
        dataset: String,
        /// Absent where nothing is guaranteed.
        epsilon: Option<f64>,
        delta: Option<f64>,
        test_accuracy: Option<f64>,
        seconds: Option<f64>,
    },
    /// It failed last time.
    Failed { error: String },
    /// It has not begun, or was stopped.
    Unfinished,
}

impl Outcome {
    /// As it stands.
    pub(super) fn read(folder: &Folder, point: &Point) -> Result<Self> {
        let root = folder.point(point);
        let path = root.join("result.json");
        let state = match read_if_there(&path)? {
            Some(text) => {
                let result: Value = serde_json::from_str(&text)
                    .with_context(|| format!("{} is damaged", path.display()))?;
                finished(&result)
            }
            None => match folder.failure(point)? {
                Some(error) => State::Failed { error },
                None => State::Unfinished,
            },
        };
        let delta = match &state {
            State::Finished { delta, .. } => *delta,
            State::Failed { .. } | State::Unfinished => configured_delta(&root),
        };
        let ledger = read_if_there(&root.join("ledger.json"))?;
        // A ledger that guarantees nothing is that of a run which says so itself.
        let charged = ledger
            .and_then(|text| RunLedger::parse(&text).ok())
            .and_then(|(ledger, unit)| {
                let spent = !ledger.entries().is_empty();
                let delta = delta.filter(|_| spent)?;
                Some(Charged {
                    ledger,
                    unit,
                    delta,
                })
            });
        let settings = point.settings.iter();
        let settings = settings.map(|(key, value)| (key.clone(), json!(value)));
        Ok(Self {
            point: point.name.clone(),
            settings: settings.collect(),
            repetition_of: point.without_seed(),
            state,
            charged,
        })
    }
}

fn finished(result: &Value) -> State {
    let text = |key: &str| result[key].as_str().unwrap_or_default().to_owned();
    let privacy = &result["privacy"];
    let private = privacy["private"].as_bool().unwrap_or(false);
    State::Finished {
        method: text("method"),
        dataset: text("dataset"),
        epsilon: privacy["epsilon"].as_f64().filter(|_| private),
        delta: privacy["delta"].as_f64().filter(|_| private),
        test_accuracy: result["utility"]["test_accuracy"].as_f64(),
        seconds: result["cost"]["wall_seconds"]["total"].as_f64(),
    }
}

/// Delta of a run that is not finished.
fn configured_delta(root: &std::path::Path) -> Option<f64> {
    let text = fs::read_to_string(root.join("config.resolved.toml")).ok()?;
    let table: toml::Table = text.parse().ok()?;
    table.get("privacy")?.get("delta")?.as_float()
}
