//! Features in the place of inputs, before anything is trained.

use std::path::{Path, PathBuf};

use anyhow::Result;
use etcetera::base_strategy::{BaseStrategy, choose_native_strategy};
use privet_training::data::{Dataset, FeatureFiles, Fitting, RowStore};
use serde_json::json;

use super::engine::Engine;
use super::row_store::SharedRows;
use crate::config::Experiment;
use crate::errors::usage;
use crate::progress::Progress;

/// What was fitted, in a run's directory.
const FILE: &str = "features.safetensors";

/// Fits what is to be fitted on the public pool, or reads it from the run's directory where it lies, and
/// represents every part of the data; takes both from runs that have done it, those of all parts in the folder `share`.
pub(crate) fn represent(
    dataset: &mut Dataset,
    engine: &Engine,
    experiment: &Experiment,
    progress: Progress,
    (directory, share): (Option<&Path>, Option<&Path>),
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
    let cache = cache();
    let file = directory.map(|directory| directory.join(FILE));
    let rows = share
        .map(|folder| SharedRows::open(folder, progress))
        .transpose()?;
    let files = FeatureFiles {
        run: file.as_deref(),
        cache: cache.as_deref(),
        rows: rows.as_ref().map(|rows| rows as &dyn RowStore),
    };
    dataset
        .represent(fitting, files)
        .map_err(|error| usage(error.to_string()))?;
    phase.finish();
    Ok(())
}

/// The folder of fitted features that all runs share, in `PRIVET_CACHE_DIR` or the platform's place for
/// what can be made again; none where the variable is empty. All that lies in it was made of public rows.
fn cache() -> Option<PathBuf> {
    let folder = match std::env::var_os("PRIVET_CACHE_DIR") {
        Some(given) => (!given.is_empty()).then(|| PathBuf::from(given)),
        None => choose_native_strategy()
            .ok()
            .map(|platform| platform.cache_dir().join("privet")),
    };
    folder.map(|folder| folder.join("features"))
}
