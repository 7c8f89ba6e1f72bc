//! What the tables of a PATE experiment mean together.

use anyhow::{Result, anyhow, ensure};
use privet_accountant::pate::sanitized::SanitizeSettings;
use privet_student::{StudentInputs, StudentTraining};
use privet_training::plain::PlainTraining;

use super::{Aggregation, Answering, QuestionsTable, SanitizeTable, TeachersTable};
use crate::config::distillation::DistillationTable;
use crate::config::experiment::{PrivacyTarget, baseline, privacy, required};
use crate::config::file::ExperimentFile;

/// Settings of PATE.
#[derive(Debug)]
pub(crate) struct Pate {
    /// The guarantee asked for.
    pub(crate) privacy: PrivacyTarget,
    /// The teachers; none where the records themselves vote.
    teachers: Option<TeachersTable>,
    /// How votes become labels.
    pub(crate) aggregation: Aggregation,
    /// A data-dependent epsilon that is published.
    pub(crate) sanitize: Option<SanitizeSettings>,
    /// Which public examples are asked about.
    pub(crate) questions: QuestionsTable,
    /// Share of the public pool that a regression of the labels labels for the student; none where it learns
    /// from the labels themselves.
    pub(crate) distillation: Option<f64>,
    /// The student; none where labels are all that is made.
    student: Option<StudentTraining>,
    /// A model without privacy to compare with.
    pub(crate) baseline: Option<PlainTraining>,
}

impl Pate {
    /// The teachers.
    ///
    /// # Errors
    /// There are none.
    pub(crate) fn teachers(&self) -> Result<&TeachersTable> {
        let teachers = self.teachers.as_ref();
        teachers.ok_or_else(|| anyhow!("this mechanism has no teachers"))
    }

    /// The student.
    ///
    /// # Errors
    /// There is none.
    pub(crate) fn student(&self) -> Result<&StudentTraining> {
        let student = self.student.as_ref();
        student.ok_or_else(|| anyhow!("this mechanism has no student"))
    }

    /// Whether teachers vote with vectors over labels.
    pub(crate) fn is_multi_label(&self) -> bool {
        matches!(self.aggregation.answering, Answering::Labels { .. })
    }
}

/// Checks the tables of PATE.
pub(in crate::config) fn pate(file: &ExperimentFile) -> Result<Pate> {
    let privacy = privacy(file)?;
    let sanitize = file.privacy.as_ref().and_then(|table| table.sanitize);
    let aggregation = required(file, &file.aggregator, "aggregator")?.check()?;
    let of_records = aggregation.of_records();
    if let Some(name) = of_records {
        ensure!(
            privacy.unit.is_none(),
            "[privacy] unit: {name} protects records, since all records of one unit can vote: leave it \
             out, or let teachers vote"
        );
        ensure!(
            file.teachers.is_none(),
            "[teachers] has no meaning for mechanism = \"{name}\", which trains none: remove the table"
        );
    }
    let teachers = match of_records {
        Some(_) => None,
        None => Some(required(file, &file.teachers, "teachers")?),
    };
    teachers.as_ref().map(TeachersTable::check).transpose()?;
    let by_label = matches!(aggregation.answering, Answering::Labels { .. });
    let questions = file.questions.unwrap_or_default();
    if by_label {
        refuse_training(file, questions)?;
    }
    let interactive = matches!(aggregation.answering, Answering::Interactive { .. });
    questions.check(aggregation.queries, interactive)?;
    let all_at_once = matches!(aggregation.answering, Answering::NearestQuestions { .. });
    ensure!(
        questions.rounds == 1 || !all_at_once,
        "[questions] rounds = {}: with mechanism = \"nearest-questions\" a record finds its questions among \
         all of them, which must be known before the first is answered; use rounds = 1",
        questions.rounds
    );
    let student = match by_label {
        true => None,
        false => Some(student(required(file, &file.student, "student")?)?),
    };
    ensure!(
        questions.rounds == 1
            || (student.as_ref()).is_none_or(|student| student.inputs != StudentInputs::Raw),
        "[student] inputs = \"raw\": questions in rounds are chosen by a student of the features; use \
         rounds = 1"
    );
    Ok(Pate {
        privacy,
        teachers,
        sanitize: sanitize.map(SanitizeTable::check).transpose()?,
        aggregation,
        questions,
        distillation: file
            .distillation
            .map(DistillationTable::share)
            .transpose()?,
        student,
        baseline: baseline(file)?,
    })
}

/// Labels of examples that have several are released, and nothing learns from them here.
fn refuse_training(file: &ExperimentFile, questions: QuestionsTable) -> Result<()> {
    let sanitize = file.privacy.as_ref().and_then(|table| table.sanitize);
    for (table, given) in [
        ("[student]", file.student.is_some()),
        ("[distillation]", file.distillation.is_some()),
        ("[baseline]", file.baseline.is_some()),
    ] {
        ensure!(
            !given,
            "{table} has no meaning for mechanism = \"multi-label\": labels are released, and models \
             of several labels an example are trained elsewhere; remove the table"
        );
    }
    ensure!(
        sanitize.is_none(),
        "[privacy] sanitize: no smooth sensitivity is proved for mechanism = \"multi-label\": leave it \
         out"
    );
    ensure!(
        questions.rounds == 1,
        "[questions] rounds = {}: mechanism = \"multi-label\" has no student to ask in rounds; leave \
         it out",
        questions.rounds
    );
    Ok(())
}

pub(in crate::config) fn student(training: StudentTraining) -> Result<StudentTraining> {
    training
        .validate()
        .map_err(|error| anyhow!("[student] {error}"))?;
    Ok(training)
}
