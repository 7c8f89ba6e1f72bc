//! The cost as a picture.

mod curves;
mod trade_off;

use std::fs::{self, OpenOptions};
use std::path::{Path, PathBuf};

use anyhow::Result;
use privet_report::svg;

use super::{Plan, Question};
use crate::errors::usage;
use crate::run_dir::atomic::{self, Access};

/// A place for a picture that can be written to.
#[derive(Debug)]
pub(crate) struct PlotFile(PathBuf);

impl PlotFile {
    /// Checks the place before anything is computed.
    ///
    /// # Errors
    /// A usage error for a name that does not end in `.svg`, a directory that is not there, or one
    /// that cannot be written to.
    pub(crate) fn at(path: &Path) -> Result<Self> {
        let refuse = |why: String| Err(usage(format!("--plot {}: {why}", path.display())));
        let extension = path.extension().unwrap_or_default();
        if !extension.eq_ignore_ascii_case("svg") {
            return refuse("the picture is an SVG: give a name that ends in .svg".into());
        }
        if path.is_dir() {
            return refuse("is a directory: give the name of a file".into());
        }
        let directory = atomic::directory_of(path);
        if !directory.is_dir() {
            let directory = directory.display();
            return refuse(format!("{directory} is not a directory: make it first"));
        }
        // Tried, since permissions alone do not tell (a read-only mount, another user's file).
        let mut name = path.file_name().unwrap_or_default().to_os_string();
        name.push(".partial");
        let trial = path.with_file_name(name);
        let opened = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .open(&trial);
        match opened.and_then(|_| fs::remove_file(&trial)) {
            Ok(()) => Ok(Self(path.to_path_buf())),
            Err(error) => refuse(format!("cannot be written ({error})")),
        }
    }

    /// Draws the plan's cost.
    pub(crate) fn write(&self, plan: &Plan, question: Question) -> Result<()> {
        let svg = svg::beside(&plan.subject, &curves::figures(plan, question));
        atomic::write(&self.0, svg.as_bytes(), Access::Shared)
    }
}
