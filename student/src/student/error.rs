//! What can be wrong with a student.

use privet_training::gradient::GradientError;
use privet_training::plain::TrainingError;
use thiserror::Error;

use crate::SettingError;

/// Why there is no student.
#[derive(Debug, Error)]
pub enum StudentError {
    /// The settings cannot be.
    #[error("`student`: {0}")]
    Setting(#[from] SettingError),
    /// The training stopped.
    #[error("training the student: {0}")]
    Training(#[from] TrainingError),
    /// The engine cannot run the trained student.
    #[error("asking the student: {0}")]
    Asking(#[from] GradientError),
    /// Inputs of another length than the network takes.
    #[error("the student takes inputs of {expected} values, these have {found}")]
    Width {
        /// Values that the network takes.
        expected: usize,
        /// Values of each given input.
        found: usize,
    },
    /// More labels than a regression can have.
    #[error("a regression of {labels} labels is asked for, but it can have {most} at most")]
    TooManyLabels {
        /// The labels.
        labels: usize,
        /// How many there can be.
        most: usize,
    },
    /// Labels have no regression.
    #[error(
        "the regression of the labels has no finite solution: look for values in the features that are \
         far too large or no numbers"
    )]
    Regression,
    /// A position outside the inputs.
    #[error("position {position} is asked for, but there are only {inputs} public inputs")]
    NoSuchInput {
        /// The position.
        position: usize,
        /// Number of inputs.
        inputs: usize,
    },
}
