//! What became of a point, as its directory tells.

use std::path::Path;

use anyhow::{Context, Result};
use privet_accountant::DpEvent;
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
    /// The point but for its seed and fold.
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
        test_size: Option<usize>,
        seconds: Option<f64>,
        bytes_released: Option<u64>,
    },
    /// It failed last time.
    Failed {
        /// What it said, for its owner: it can quote a record.
        #[serde(skip)]
        error: String,
    },
    /// It has not begun, or was stopped.
    Unfinished,
}

impl Outcome {
    /// As it stands.
    pub(super) fn read(folder: &Folder, point: &Point) -> Result<Self> {
        let root = folder.point(point);
        let path = root.join("result.json");
        let result = read_if_there(&path)?;
        let result: Option<Value> = result
            .map(|text| serde_json::from_str(&text))
            .transpose()
            .with_context(|| format!("{} is damaged", path.display()))?;
        let state = match &result {
            _ if root.exists() && !folder.is_of(point) => State::Failed {
                error: format!(
                    "{} was made by another config: remove it, or give --out another directory",
                    root.display()
                ),
            },
            Some(result) => finished(result),
            None => match folder.failure(point)? {
                Some(error) => State::Failed { error },
                None => State::Unfinished,
            },
        };
        let charged = charged(&root, result.as_ref())?;
        let settings = point.settings.iter();
        let settings = settings.map(|(key, value)| (key.clone(), json!(value)));
        Ok(Self {
            point: point.name.clone(),
            settings: settings.collect(),
            repetition_of: point.without_repetition(),
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
        test_size: result["utility"]["test_size"]
            .as_u64()
            .map(|size| size as usize),
        seconds: result["cost"]["wall_seconds"]["total"].as_f64(),
        bytes_released: result["cost"]["bytes_released"].as_u64(),
    }
}

/// What a run in this directory has cost, finished or not; none where nothing is guaranteed.
///
/// A run that was charged more than once states its budget, which bounded the charges beforehand.
///
/// # Errors
/// A ledger that cannot be read: what was spent is not known then.
fn charged(root: &Path, result: Option<&Value>) -> Result<Option<Charged>> {
    let path = root.join("ledger.json");
    let config = read_if_there(&root.join("config.resolved.toml"))?;
    let (Some(text), Some(config)) = (read_if_there(&path)?, config) else {
        return Ok(None);
    };
    let config: toml::Table = config.parse().context("reading the config of a point")?;
    let privacy = config.get("privacy").and_then(toml::Value::as_table);
    let Some(privacy) = privacy.filter(|table| !table.contains_key("danger_fixed_noise_seed"))
    else {
        return Ok(None);
    };
    let number = |key| privacy.get(key).and_then(toml::Value::as_float);
    let (ledger, unit) = RunLedger::parse(&text)
        .with_context(|| format!("{}: what it spent is not known", path.display()))?;
    let delta = number("delta").with_context(|| format!("{} has no delta", root.display()))?;
    let stated = result.and_then(|result| result["privacy"]["epsilon"].as_f64());
    let event = match ledger.entries().len() {
        0 => return Ok(None),
        1 => ledger.as_event(),
        _ => {
            let epsilon = stated.or(number("epsilon")).unwrap_or(f64::INFINITY);
            DpEvent::epsilon_delta(epsilon, delta).unwrap_or_else(|_| DpEvent::non_private())
        }
    };
    Ok(Some(Charged {
        event,
        relation: ledger.neighboring_relation(),
        unit,
        delta,
    }))
}
