//! What a report can stumble over.

use std::io;
use std::path::PathBuf;

use privet_accountant::AccountantError;
use thiserror::Error;

/// Why a run, a figure or a page is not there.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ReportError {
    /// A path that is no run directory.
    #[error(
        "{} is no run: give the directory that `privet run` made (it holds result.json), or that of \
         a sweep (it holds points/*/result.json)",
        path.display()
    )]
    NotARun {
        /// The path.
        path: PathBuf,
    },
    /// A run that has begun and has no result.
    #[error(
        "{0} is not finished (it has no result.json): finish it with `privet run CONFIG --resume \
         --out {0}`; what it has spent is in its ledger.json",
        path.display()
    )]
    Unfinished {
        /// The run directory.
        path: PathBuf,
    },
    /// A file that cannot be read.
    #[error("cannot read {}: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// A file that does not hold what a run writes.
    #[error("{} is damaged: {why}; restore it from a copy, or run again with another --out DIR", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// A picture that cannot be drawn.
    #[error("the figure {name} cannot be drawn as PNG: {why}")]
    Picture {
        /// Name of the figure.
        name: String,
        /// What is wrong.
        why: String,
    },
    /// A page or table that cannot be written as text.
    #[error("the report cannot be written as text: {0}")]
    Text(String),
    /// What the owner of a model says of it, and cannot be so.
    #[error("[export.owner] {key} = {value:?}: {why}")]
    Owner {
        /// The key.
        key: String,
        /// What stands there.
        value: String,
        /// What is wrong, and the way out.
        why: &'static str,
    },
    /// Events that no accountant bounds.
    #[error(transparent)]
    Accountant(#[from] AccountantError),
}
