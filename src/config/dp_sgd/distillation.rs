//! `[student]` and `[distillation]` of noisy SGD: a student of what its model says of public examples.

use anyhow::{Result, ensure};
use privet_student::StudentTraining;

use crate::config::file::ExperimentFile;
use crate::config::pate::student;

/// A student of noisy SGD.
#[derive(Debug)]
pub(crate) struct Distillation {
    /// Share of the public pool that is labelled.
    pub(crate) keep: f64,
    /// The student.
    pub(crate) student: StudentTraining,
}

impl Distillation {
    /// None where no student is asked for.
    pub(in crate::config) fn of(file: &ExperimentFile) -> Result<Option<Self>> {
        let Some(training) = &file.student else {
            ensure!(
                file.distillation.is_none(),
                "[distillation] labels public examples for a student: add a table [student], or leave it \
                 out"
            );
            return Ok(None);
        };
        Ok(Some(Self {
            keep: file.distillation.unwrap_or_default().share()?,
            student: student(training.clone())?,
        }))
    }
}
