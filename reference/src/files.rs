//! Reading files.

use std::fs;
use std::path::{Path, PathBuf};

use crate::ReferenceError;

/// A TOML file.
pub(crate) fn table(path: &Path) -> Result<toml::Table, ReferenceError> {
    toml::from_str(&read(path)?).map_err(|error| ReferenceError::Parse {
        place: path.display().to_string(),
        problem: error.to_string(),
    })
}

/// The text of a file.
pub(crate) fn read(path: &Path) -> Result<String, ReferenceError> {
    fs::read_to_string(path).map_err(|source| ReferenceError::Read {
        path: path.to_owned(),
        source,
    })
}

/// All files below a folder whose name ends so, in order.
pub(crate) fn below(folder: &Path, ending: &str) -> Result<Vec<PathBuf>, ReferenceError> {
    let read_error = |source| ReferenceError::Read {
        path: folder.to_owned(),
        source,
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(read_error)? {
        let path = entry.map_err(read_error)?.path();
        if path.is_dir() {
            files.extend(below(&path, ending)?);
        } else if path.extension().is_some_and(|found| found == ending) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
