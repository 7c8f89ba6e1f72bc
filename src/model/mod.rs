//! An exported model at work: found, read, and asked.

mod answers;
mod predictor;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use privet_export::ModelFile;

use crate::errors::usage;

pub(crate) use answers::{Answer, Answering};
pub(crate) use predictor::{Predictor, probabilities};

/// The model file at `path`, which is one or a run directory.
pub(crate) fn locate(path: &Path) -> PathBuf {
    match path.is_dir() {
        true => in_run(path),
        false => path.to_path_buf(),
    }
}

/// The model of a run directory; one that is not private may lie inside.
pub(crate) fn in_run(root: &Path) -> PathBuf {
    let [released, private] =
        ["released", "private"].map(|part| root.join(part).join("model.safetensors"));
    match private.exists() && !released.exists() {
        true => private,
        false => released,
    }
}

/// Reads a model file.
pub(crate) fn read(path: &Path) -> Result<ModelFile> {
    let in_model = |error: &dyn std::fmt::Display| usage(format!("{}: {error}", path.display()));
    let bytes = fs::read(path).map_err(|error| in_model(&error))?;
    ModelFile::read(&bytes).map_err(|error| in_model(&error))
}
