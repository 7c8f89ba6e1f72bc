//! Features in the place of inputs, before anything is trained.

use std::path::Path;

use anyhow::Result;
use privet_training::data::{Dataset, Fitting};
use serde_json::json;

use super::engine::Engine;
use crate::config::Experiment;
use crate::errors::usage;
use crate::progress::Progress;

/// Fits what is to be fitted on the public pool, or reads it from `file` where it lies, and represents
/// every part of the data.
pub(crate) fn represent(
    dataset: &mut Dataset,
    engine: &Engine,
    experiment: &Experiment,
    progress: Progress,
    file: Option<&Path>,
) -> Result<()> {
    let Some(features) = &experiment.file.data.features else {
        return Ok(());
    };
    let phase = progress.phase("features", features.epochs() as u64);
    let told = |stage: &str, epoch: usize, _: usize| {
        phase.message(stage.to_owned(), json!({ "stage": stage }));
        phase.update(epoch as u64);
    };
    let fitting = Fitting {
        engine,
        seed: experiment.file.seed,
        progress: &told,
    };
    dataset
        .represent(fitting, file)
        .map_err(|error| usage(error.to_string()))?;
    phase.finish();
    Ok(())
}
