//! `[student]` and `[distillation]` of noisy SGD: a student of what its model says of public examples.

use anyhow::{Result, ensure};
use privet_student::StudentTraining;
use serde::{Deserialize, Serialize};

use crate::config::file::ExperimentFile;
use crate::config::pate::student;

/// `[distillation]`: which public examples the model of noisy SGD labels. All of it is post-processing of
/// a released model, and costs nothing.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DistillationTable {
    /// Share of the public pool that is labelled, in (0, 1]: the examples that the model is surest of. A
    /// student may learn from the others without labels.
    #[serde(default = "all")]
    pub(crate) keep: f64,
}

fn all() -> f64 {
    1.0
}

impl Default for DistillationTable {
    fn default() -> Self {
        Self { keep: all() }
    }
}

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
        let DistillationTable { keep } = file.distillation.unwrap_or_default();
        ensure!(
            keep > 0.0 && keep <= 1.0,
            "[distillation] keep = {keep}: it is a share of the public pool, above 0 and at most 1, for \
             example 0.9"
        );
        Ok(Some(Self {
            keep,
            student: student(training.clone())?,
        }))
    }
}
