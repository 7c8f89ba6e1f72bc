//! Which directories are meant, and what they are called.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::Run;
use crate::ReportError;

/// The run directories at `paths`, those of sweeps in their place, each once.
pub(super) fn directories(paths: &[PathBuf]) -> Vec<Result<PathBuf, ReportError>> {
    let mut seen = BTreeSet::new();
    let all = paths.iter().flat_map(|path| at(path));
    all.filter(|found| match found {
        Ok(path) => seen.insert(fs::canonicalize(path).unwrap_or_else(|_| path.clone())),
        Err(_) => true,
    })
    .collect()
}

fn at(path: &Path) -> Vec<Result<PathBuf, ReportError>> {
    if path.join("result.json").exists() {
        return vec![Ok(path.to_path_buf())];
    }
    if let Ok(entries) = fs::read_dir(path.join("points")) {
        let mut points: Vec<PathBuf> = entries
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|point| point.is_dir())
            .collect();
        points.sort_by_key(|point| natural(point));
        if !points.is_empty() {
            return points.into_iter().map(finished).collect();
        }
    }
    vec![finished(path.to_path_buf())]
}

fn finished(path: PathBuf) -> Result<PathBuf, ReportError> {
    if path.join("result.json").exists() {
        Ok(path)
    } else if ["config.resolved.toml", "candidates.toml"]
        .iter()
        .any(|name| path.join(name).exists())
    {
        Err(ReportError::Unfinished { path })
    } else {
        Err(ReportError::NotARun { path })
    }
}

/// Point 10 comes after point 9.
fn natural(path: &Path) -> (String, u64, String) {
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let letters = name
        .find(|c: char| c.is_ascii_digit())
        .unwrap_or(name.len());
    let (letters, rest) = name.split_at(letters);
    let digits = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    (
        letters.into(),
        rest[..digits].parse().unwrap_or(0),
        rest[digits..].into(),
    )
}

/// Gives directories of one name (`points/1` of two sweeps) those of their parents too.
pub(super) fn name_apart(runs: &mut [Run]) {
    for depth in 1..=8 {
        let names: Vec<String> = runs.iter().map(|run| tail(&run.directory, depth)).collect();
        let mut uses: BTreeMap<&str, u32> = BTreeMap::new();
        for run in runs.iter() {
            *uses.entry(run.name.as_str()).or_default() += 1;
        }
        let twice: Vec<bool> = runs.iter().map(|run| uses[run.name.as_str()] > 1).collect();
        for ((run, name), twice) in runs.iter_mut().zip(names).zip(twice) {
            if twice {
                run.name = name;
            }
        }
    }
}

/// The last parts of a path.
pub(super) fn tail(path: &Path, depth: usize) -> String {
    let whole = fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf());
    let parts: Vec<_> = whole.components().collect();
    let last = parts.iter().skip(parts.len().saturating_sub(depth));
    let names = last.map(|part| part.as_os_str().to_string_lossy().into_owned());
    names.collect::<Vec<String>>().join("/")
}
