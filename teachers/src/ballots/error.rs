//! What can be wrong with a file of ballots.

use std::io;
use std::path::Path;

use thiserror::Error;

/// Why a file of ballots cannot be written or used.
#[derive(Debug, Error)]
pub enum BallotLogError {
    /// The file cannot be read or written.
    #[error(
        "cannot write {file}, where the teachers' ballots are kept: check the path, its permissions and \
         the free space, then resume; the teachers that are in the file keep their ballots"
    )]
    File {
        /// The file.
        file: String,
        /// What the operating system says.
        source: io::Error,
    },
    /// Another process has the file open.
    #[error("{0} is being written by another process: wait for it, or end it")]
    Busy(String),
    /// A file that is no such log.
    #[error("{0} holds no ballots that this version of privet wrote: move it away")]
    Foreign(String),
    /// Ballots of other teachers.
    #[error(
        "the ballots in {file} belong to another ensemble (its {what} differ): resume with the data \
         and the configuration that they were cast for, or move the file away to start anew"
    )]
    Mismatch {
        /// The file.
        file: String,
        /// What differs.
        what: &'static str,
    },
    /// More than a file can describe.
    #[error("{what} = {value}: a file of ballots takes at most {most}")]
    TooMany {
        /// What there are too many of.
        what: &'static str,
        /// How many.
        value: usize,
        /// How many there may be.
        most: usize,
    },
}

impl BallotLogError {
    pub(super) fn file(path: &Path) -> impl Fn(io::Error) -> Self {
        let file = path.display().to_string();
        move |source| Self::File {
            file: file.clone(),
            source,
        }
    }
}
