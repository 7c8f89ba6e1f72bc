//! From what the user typed to what it means: the file, overrides, and a checked [`Experiment`].

mod distillation;
mod dp_sgd;
mod experiment;
pub(crate) mod file;
mod noise;
mod overrides;
pub(crate) mod pate;
pub(crate) mod unknown_key;

use std::path::Path;

use anyhow::Result;
use toml::Table;

use crate::errors::usage;
use file::ExperimentFile;

pub(crate) use dp_sgd::{Distillation, StatisticsTable};
pub(crate) use experiment::{DpSgd, Experiment, Method, PrivacyTarget, Warning};
pub(crate) use pate::Pate;

/// Reads a config, applies `--set` and `--seed`, and checks everything.
///
/// Every error here is the user's to mend: it names the file, the key and the way out.
pub(crate) fn load(path: &Path, set: &[String], seed: Option<u64>) -> Result<Experiment> {
    let text = std::fs::read_to_string(path).map_err(|error| {
        usage(format!(
            "cannot read the config {}: {error}",
            path.display()
        ))
    })?;
    let in_file = |message: &str| {
        let message = unknown_key::with_suggestion(message.trim_end());
        usage(format!("{}: {message}", path.display()))
    };
    // With overrides the positions in the text no longer hold, so they are shown only without.
    let overridden = !set.is_empty() || seed.is_some();
    let file: ExperimentFile = if overridden {
        let mut table: Table = text
            .parse()
            .map_err(|e: toml::de::Error| in_file(&e.to_string()))?;
        for assignment in set {
            overrides::apply(&mut table, assignment).map_err(|e| usage(e.to_string()))?;
        }
        if let Some(seed) = seed {
            overrides::apply(&mut table, &format!("seed={seed}"))
                .map_err(|e| usage(e.to_string()))?;
        }
        table
            .try_into()
            .map_err(|e: toml::de::Error| in_file(&e.to_string()))?
    } else {
        toml::from_str(&text).map_err(|e| in_file(&e.to_string()))?
    };
    // Paths in a config are relative to the config, so that it works from any directory.
    let base = path.parent().unwrap_or(Path::new("."));
    Experiment::new(file, base).map_err(|error| in_file(&format!("{error:#}")))
}
