//! Which part of a run is asked for. The files between two stages are the boundary between the owner
//! of the records and the author of the student.

use std::path::PathBuf;

/// All of a run, or a stage of PATE.
#[derive(Debug)]
pub(crate) enum Stage {
    /// Everything.
    All,
    /// Teachers are trained, and their votes stored under `private/`. Nothing is released.
    Teachers,
    /// Labels are released, with their statement.
    Labels {
        /// Votes of teachers elsewhere, in NPY.
        votes: Option<PathBuf>,
    },
    /// A student learns from released labels.
    Student {
        /// `labels.csv`, with `privacy.json` and `statement.md` beside it.
        labels: PathBuf,
    },
}

impl Stage {
    /// Whether the private records are not needed, and so not opened.
    pub(super) fn is_public(&self) -> bool {
        matches!(self, Self::Student { .. } | Self::Labels { votes: Some(_) })
    }

    /// Whether it goes on in the directory of the stage before it.
    pub(super) fn continues(&self) -> bool {
        matches!(self, Self::Labels { votes: None })
    }

    /// What a stage was given beside the config, for the head of the resolved one: a directory is gone
    /// on with for the same files only.
    pub(super) fn remark(&self) -> String {
        match self {
            Self::Labels { votes: Some(file) } => format!("# votes: {}\n", file.display()),
            Self::Student { labels } => format!("# labels: {}\n", labels.display()),
            Self::All | Self::Teachers | Self::Labels { votes: None } => String::new(),
        }
    }

    /// The name of the command.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::All => "run",
            Self::Teachers => "teachers",
            Self::Labels { .. } => "label",
            Self::Student { .. } => "student",
        }
    }
}
