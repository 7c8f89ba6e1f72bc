//! From a run directory to a [`Run`].

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{Evaluation, Inside, Membership, Privacy, Run, RunResult, VoteGaps, find, settings};
use crate::ReportError;

impl Run {
    /// Reads a finished run.
    ///
    /// # Errors
    /// A file that is missing, cannot be read or does not hold what a run writes.
    pub fn read(directory: &Path) -> Result<Self, ReportError> {
        let file = |name: &str| directory.join(name);
        let result: RunResult = json(&file("result.json"))?;
        let stated = file("released/privacy.json");
        let privacy: Privacy = json(&stated)?;
        agree(&result, &privacy, &stated)?;
        let config = file("config.resolved.toml");
        let settings = settings::read(&text(&config)?).map_err(|why| damaged(&config, why))?;
        Ok(Self {
            name: find::tail(directory, 1),
            directory: directory.to_path_buf(),
            result,
            privacy,
            statement: text(&file("released/statement.md"))?,
            evaluation: optional::<Evaluation>(&file("evaluation.json"))?,
            settings,
            inside: inside(directory)?,
        })
    }
}

/// The data set of an audit, and how well its attack by the loss tells members from others.
///
/// # Errors
/// A directory that is no audit's, or of one that measured nothing of the kind.
pub fn audited(directory: &Path) -> Result<(String, Membership), ReportError> {
    let path = directory.join("private/audit.json");
    let audit: Value = json(&path)?;
    let dataset = audit
        .get("dataset")
        .and_then(Value::as_str)
        .map(String::from);
    let measured = dataset.zip(Membership::of_audit(&audit));
    measured.ok_or_else(|| {
        damaged(
            &path,
            "it holds no membership attack (of `privet audit dp-sgd`)".into(),
        )
    })
}

fn inside(directory: &Path) -> Result<Inside, ReportError> {
    let private = directory.join("private");
    let audit: Option<Value> = optional(&private.join("audit.json"))?;
    Ok(Inside {
        vote_gaps: optional::<VoteGaps>(&private.join("vote_gaps.json"))?,
        membership: audit.as_ref().and_then(Membership::of_audit),
    })
}

/// Two files that tell one story must not tell two.
pub(crate) fn agree(result: &RunResult, privacy: &Privacy, path: &Path) -> Result<(), ReportError> {
    let headline = result.privacy.as_ref();
    let pairs = [
        (
            "epsilon",
            headline.map(|headline| headline.epsilon),
            privacy.epsilon,
        ),
        (
            "delta",
            headline.map(|headline| headline.delta),
            privacy.delta,
        ),
    ];
    for (key, in_result, here) in pairs {
        if in_result != here {
            let shown = |value: Option<f64>| value.map_or("none".into(), |value| value.to_string());
            let (in_result, here) = (shown(in_result), shown(here));
            let why = format!("{key} is {here}, but result.json says {in_result}");
            return Err(damaged(path, why));
        }
    }
    let relation = privacy.neighboring_relation.map(|relation| relation.name());
    if relation != headline.map(|headline| headline.neighboring.as_str()) {
        return Err(damaged(
            path,
            "neighboring_relation is not that of result.json".into(),
        ));
    }
    Ok(())
}

pub(crate) fn text(path: &Path) -> Result<String, ReportError> {
    fs::read_to_string(path).map_err(|source| ReportError::Unreadable {
        path: path.to_path_buf(),
        source,
    })
}

pub(crate) fn json<T: DeserializeOwned>(path: &Path) -> Result<T, ReportError> {
    serde_json::from_str(&text(path)?).map_err(|error| damaged(path, error.to_string()))
}

pub(crate) fn optional<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, ReportError> {
    match json(path) {
        Ok(value) => Ok(Some(value)),
        Err(ReportError::Unreadable { source, .. }) if source.kind() == ErrorKind::NotFound => {
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

pub(crate) fn damaged(path: &Path, why: String) -> ReportError {
    ReportError::Damaged {
        path: PathBuf::from(path),
        why,
    }
}
