//! The directory of a sweep.
//!
//! `points/NAME` is the run directory of each point, `private/failures/NAME.txt` what a point said
//! that failed last time (which can quote a record), `private/votes` what points share, `sweep.json` the
//! results.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::child::read_if_there;
use super::point::Point;
use crate::errors::usage;
use crate::run_dir::atomic::{self, Access};
use crate::run_dir::restrict;
use crate::vote_share::lock;

/// The directory, which several processes may use at once.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Takes the directory; a new one must not exist yet.
    pub(super) fn open(root: &Path, may_exist: bool) -> Result<Self> {
        if root.exists() && !may_exist {
            return Err(usage(format!(
                "{} exists already: choose another with --out DIR, continue it with --resume, or \
                 remove it",
                root.display()
            )));
        }
        let folder = Self(root.to_path_buf());
        for path in [root.join("points"), folder.failures(), folder.votes()] {
            fs::create_dir_all(&path).map_err(|error| {
                usage(format!(
                    "cannot make {}: {error}; choose a writable place with --out DIR",
                    path.display()
                ))
            })?;
        }
        restrict(&root.join("private"))?;
        restrict(&folder.votes())?;
        Ok(folder)
    }

    /// The directory as it is, to look into.
    pub(super) fn existing(root: &Path) -> Self {
        Self(root.to_path_buf())
    }

    /// Held while results of all shards are gathered.
    pub(super) fn lock(&self) -> Result<File> {
        lock(&self.0.join("private").join("lock"), || {})
    }

    pub(super) fn root(&self) -> &Path {
        &self.0
    }

    /// The run directory of a point.
    pub(super) fn point(&self, point: &Point) -> PathBuf {
        self.0.join("points").join(&point.name)
    }

    /// Where points share votes.
    pub(super) fn votes(&self) -> PathBuf {
        self.0.join("private").join("votes")
    }

    /// Whether the point is finished. One of another config is not: its process says so.
    pub(super) fn is_finished(&self, point: &Point) -> bool {
        self.point(point).join("result.json").exists() && self.is_of(point)
    }

    /// Whether the point's directory was made by its config.
    pub(super) fn is_of(&self, point: &Point) -> bool {
        let path = self.point(point).join("config.resolved.toml");
        fs::read_to_string(path).is_ok_and(|config| config == point.resolved)
    }

    fn failures(&self) -> PathBuf {
        self.0.join("private").join("failures")
    }

    /// What a point said that failed.
    pub(super) fn failure(&self, point: &Point) -> Result<Option<String>> {
        read_if_there(&self.failure_path(point))
    }

    pub(super) fn note_failure(&self, point: &Point, said: &str) -> Result<()> {
        atomic::write(&self.failure_path(point), said.as_bytes(), Access::Owner)
    }

    pub(super) fn forget_failure(&self, point: &Point) -> Result<()> {
        let path = self.failure_path(point);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot remove {}", path.display()))
            }
            _ => Ok(()),
        }
    }

    /// Writes a file of results.
    pub(super) fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        atomic::write(&self.0.join(name), bytes, Access::Shared)
    }

    fn failure_path(&self, point: &Point) -> PathBuf {
        self.failures().join(format!("{}.txt", point.name))
    }
}
