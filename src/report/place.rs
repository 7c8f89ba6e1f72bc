//! Where a report goes.

use std::path::{Path, PathBuf};

use anyhow::Result;
use privet_report::Runs;

use crate::errors::usage;
use crate::run_dir::atomic;

/// The files of a report.
pub(super) struct Place {
    /// The page.
    pub(super) page: PathBuf,
    /// The CSV beside it.
    pub(super) table: PathBuf,
    /// The directory of its figures.
    pub(super) figures: PathBuf,
}

impl Place {
    /// `out`, or `report.html` in the directory of a single run, or here.
    ///
    /// # Errors
    /// A usage error for a name that does not end in `.html`, or a directory that is not there.
    pub(super) fn of(runs: &Runs, out: Option<&Path>) -> Result<Self> {
        let page = match (out, &runs.runs[..]) {
            (Some(out), _) => out.to_path_buf(),
            (None, [run]) => run.directory.join("report.html"),
            (None, _) => PathBuf::from("report.html"),
        };
        let refuse = |why: String| Err(usage(format!("--out {}: {why}", page.display())));
        let extension = page.extension().unwrap_or_default();
        if !extension.eq_ignore_ascii_case("html") {
            return refuse("the page is HTML: give a name that ends in .html".into());
        }
        if page.is_dir() {
            return refuse("is a directory: give the name of a file".into());
        }
        let directory = atomic::directory_of(&page);
        if !directory.is_dir() {
            let directory = directory.display();
            return refuse(format!("{directory} is not a directory: make it first"));
        }
        Ok(Self {
            table: page.with_extension("csv"),
            figures: page.with_extension(""),
            page,
        })
    }
}
