//! What the student learns from: the labels, or what a regression of them says of the pool.

use anyhow::{Result, ensure};
use privet_mechanisms::ReleasedLabel;
use privet_student::{LabelRegression, LabeledSet, PseudoLabel, StudentInputs};
use privet_training::data::PublicInputs;

use crate::run::context::Context;
use crate::run::result::{Distilled, LabelledBy};

/// Refuses a regression of more labels than it can have, before anything is paid for them.
pub(super) fn check(labels: u64) -> Result<()> {
    let most = LabelRegression::MOST_LABELS;
    ensure!(
        labels <= most as u64,
        "[distillation] takes a regression of up to {labels} labels, but it can have {most} at most: ask fewer \
         queries, or leave the table out, since so many labels teach a student by themselves"
    );
    Ok(())
}

/// What crossed from the private side.
#[derive(Clone, Copy)]
pub(super) struct Crossed<'a> {
    /// The position in the pool of each query.
    pub(super) asked: &'a [usize],
    /// The labels that came back.
    pub(super) labels: &'a [ReleasedLabel],
    /// What a student said of examples where the teachers did not contradict it.
    pub(super) reinforced: &'a [PseudoLabel],
}

impl Crossed<'_> {
    /// The labels beside their inputs, as they stand in `pool`.
    pub(super) fn set(&self, pool: &PublicInputs) -> Result<LabeledSet> {
        let mut set = LabeledSet::new(&pool.select(self.asked), self.labels)?;
        set.add_pseudo_labels(pool, self.reinforced)?;
        Ok(set)
    }

    /// What a student that is given such inputs learns from; where a share `keep` is given, the examples that
    /// a regression of the labels on the features is surest of.
    pub(super) fn lesson(
        &self,
        context: &Context,
        inputs: StudentInputs,
        keep: Option<f64>,
    ) -> Result<(LabeledSet, Option<Distilled>)> {
        let Some(keep) = keep else {
            return Ok((self.set(context.student_pool(inputs))?, None));
        };
        let (pool, test) = (context.dataset.pool.inputs(), &context.dataset.test);
        let classes = context.dataset.info.classes.len();
        let regression = LabelRegression::fit(&self.set(pool)?, pool, classes)?;
        let answers = regression.surest_answers(pool, keep)?;
        let given = regression.answers(test.inputs())?;
        let right = given
            .iter()
            .zip(test.labels())
            .filter(|(given, label)| given.is_some_and(|(class, _)| class == **label));
        let distilled = Distilled {
            by: LabelledBy::Regression,
            examples: answers.len(),
            model_accuracy: right.count() as f64 / test.len().max(1) as f64,
        };
        let set = LabeledSet::distilled(context.student_pool(inputs), &answers)?;
        Ok((set, Some(distilled)))
    }
}
