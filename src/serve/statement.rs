//! The guarantee in words, which should lie beside the model.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use privet_export::ModelFile;

/// `statement.md` beside a model.
pub(super) enum Statement {
    /// It is the one that the model was exported with.
    Fits(String),
    /// It is another, was changed, or cannot be read.
    Differs(PathBuf),
    /// There is none.
    Absent,
}

impl Statement {
    pub(super) fn beside(path: &Path, file: &ModelFile) -> Self {
        let beside = path.with_file_name("statement.md");
        match std::fs::read_to_string(&beside) {
            Ok(text)
                if file.description.statement_sha256 == Some(crate::digest::of_text(&text)) =>
            {
                Self::Fits(text)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Self::Absent,
            _ => Self::Differs(beside),
        }
    }

    /// What should be known before anybody asks.
    pub(super) fn warning(&self) -> Option<String> {
        match self {
            Self::Differs(beside) => Some(format!(
                "{} is not the statement that this model was exported with, and is not shown: put that one \
                 beside the model, or see what differs with `privet export --verify`",
                beside.display()
            )),
            Self::Fits(_) | Self::Absent => None,
        }
    }

    /// What the page shows.
    pub(super) fn text(self) -> String {
        match self {
            Self::Fits(text) => text,
            Self::Differs(_) => {
                "A statement.md lies beside this model, but it is not the one that the model was exported \
                 with, and so it is not shown."
                    .into()
            }
            Self::Absent => {
                "The statement, statement.md of the run that made this model, does not lie beside it.".into()
            }
        }
    }
}
