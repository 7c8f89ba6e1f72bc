//! A student of the trained model, which is published in its place.

use anyhow::{Context as _, Result};
use privet_report::run::Confusion;
use privet_student::{LabeledSet, surest_answers};
use privet_training::data::Dataset;
use privet_training::network::{Architecture, Network};

use crate::config::{Distillation, Experiment};
use crate::run::context::Context;
use crate::run::estimate::Work;
use crate::run::result::Distilled;
use crate::run::student;

/// A student whose network fits.
pub(super) struct DistillationPlan<'a> {
    config: &'a Distillation,
    student: Architecture,
}

/// The student, what it makes of the public test data, and what it learned from.
pub(super) struct Taught {
    pub(super) network: Network,
    pub(super) confusion: Confusion,
    pub(super) learned: Distilled,
}

impl<'a> DistillationPlan<'a> {
    pub(super) fn new(
        config: &'a Distillation,
        experiment: &Experiment,
        dataset: &Dataset,
    ) -> Result<Self> {
        Ok(Self {
            config,
            student: student::network(&config.student, experiment, dataset)?,
        })
    }

    /// The student's gradients, on a pool of so many examples.
    pub(super) fn work(&self, pool: usize) -> Work<'_> {
        let labeled = (self.config.keep * pool as f64).ceil() as usize;
        Work {
            network: &self.student,
            rows: self.config.student.rows(labeled, pool) as f64,
        }
    }

    /// What is done after the last step.
    pub(super) fn in_words(&self) -> String {
        let labeled = match self.config.keep {
            1.0 => "the public pool".to_owned(),
            keep => format!(
                "the {} % of the public pool that it was surest of",
                100.0 * keep
            ),
        };
        format!(
            "student: the model after the last step labelled {labeled}; the model that is published \
             learned from these labels and from public inputs alone (post-processing)"
        )
    }

    /// Lets a student learn what the noisy model, which measured so well, says of the pool.
    pub(super) fn teach(
        &self,
        context: &mut Context,
        noisy: &Network,
        noisy_accuracy: f64,
    ) -> Result<Taught> {
        let training = &self.config.student;
        let features = context.dataset.pool.inputs();
        let answers = surest_answers(noisy, &context.engine, features, self.config.keep)?;
        let set = LabeledSet::distilled(context.student_pool(training.inputs), &answers)?;
        let (network, confusion) = student::measured(context, training, &self.student, &set)
            .context("training the student; the steps are paid for: go on with --resume")?;
        Ok(Taught {
            network,
            confusion,
            learned: Distilled {
                examples: answers.len(),
                model_accuracy: noisy_accuracy,
            },
        })
    }
}
