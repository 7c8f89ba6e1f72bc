//! The author of the student: labels that somebody else released, and public data.

use std::path::Path;

use anyhow::Result;
use privet_report::run::Origin;
use privet_training::data::Dataset;
use privet_training::network::Architecture;

use super::data_dependent::Findings;
use super::distillation::{self, Crossed};
use crate::config::{Experiment, Pate};
use crate::run::artefacts::{Claim, Outcome, Released};
use crate::run::context::Context;
use crate::run::privacy_report::PoolIdentity;
use crate::run::released_labels::ReleasedLabels;
use crate::run::result::Utility;
use crate::run::student;

/// A student whose labels have been read and fit the pool.
pub(crate) struct StudentPlan<'a> {
    config: &'a Pate,
    student: Architecture,
    labels: ReleasedLabels,
}

impl<'a> StudentPlan<'a> {
    pub(crate) fn new(
        config: &'a Pate,
        experiment: &Experiment,
        dataset: &Dataset,
        labels: &Path,
    ) -> Result<Self> {
        let student = student::network(config.student()?, experiment, dataset)?;
        let pool = PoolIdentity::of(dataset.raw_pool().inputs());
        let released = ReleasedLabels::read(labels, &dataset.info.classes, &pool)?;
        if config.distillation.is_some() {
            distillation::check((released.labels.len() + released.reinforced.len()) as u64)?;
        }
        Ok(Self {
            config,
            student,
            labels: released,
        })
    }

    /// Whether the labels are.
    pub(crate) fn is_private(&self) -> bool {
        self.labels.stated.private
    }

    pub(crate) fn run(&self, context: &mut Context) -> Result<Outcome> {
        let ReleasedLabels {
            asked,
            labels,
            reinforced,
            stated,
        } = &self.labels;
        let training = self.config.student()?;
        let crossed = Crossed {
            asked,
            labels,
            reinforced,
        };
        let keep = self.config.distillation;
        let (set, distilled) = crossed.lesson(context, training.inputs, keep)?;
        let (network, confusion) = student::measured(context, training, &self.student, &set)?;
        let truth = context.dataset.pool_truth.as_ref();
        Ok(Outcome {
            network: Some(network),
            confusion: Some(confusion),
            utility: Utility {
                labels_released: Some(labels.len()),
                labels_reinforced: Some(reinforced.len()).filter(|&count| count > 0),
                label_accuracy: truth.and_then(|truth| truth.agreement(asked, labels)),
                distilled,
                ..Utility::default()
            },
            claim: Claim::Labels(Box::new(stated.clone())),
            mechanism: Vec::new(),
            assumptions: Vec::new(),
            // It came with the labels.
            origin: Origin::default(),
            steps: None,
            bytes_released: 4 * (labels.len() + reinforced.len()) as u64,
            votes: Findings::default(),
            released: Released::Nothing,
            warnings: Vec::new(),
        })
    }
}
