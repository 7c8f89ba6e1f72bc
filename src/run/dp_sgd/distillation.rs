//! A student of the trained model, which is published in its place.

use anyhow::Result;
use privet_report::run::Confusion;
use privet_student::{LabeledSet, LabeledSetError, StudentError, kept, surest_answers};
use privet_training::data::Dataset;
use privet_training::network::{Architecture, Network};

use crate::config::{Distillation, Experiment};
use crate::run::context::Context;
use crate::run::estimate::Work;
use crate::run::result::{Distilled, LabelledBy};
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

/// What became of the student.
pub(super) enum Lesson {
    Learned(Box<Taught>),
    /// It could not be trained, for instance since its training diverged. It would not with another attempt
    /// either, and what is paid for must not be lost: the noisy model remains.
    Failed(String),
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
        let labeled = kept(self.config.keep, pool);
        Work {
            network: &self.student,
            rows: self.config.student.rows(labeled, pool) as f64,
        }
    }

    /// What is done after the last step.
    pub(super) fn in_words(&self) -> String {
        student::in_words("the model that the steps gave", self.config.keep)
    }

    /// Lets a student learn what the noisy model, which measured so well, says of the pool.
    pub(super) fn teach(
        &self,
        context: &mut Context,
        noisy: &Network,
        noisy_accuracy: f64,
    ) -> Result<Lesson> {
        match self.taught(context, noisy, noisy_accuracy) {
            Ok(taught) => Ok(Lesson::Learned(Box::new(taught))),
            Err(error) if error.is::<StudentError>() || error.is::<LabeledSetError>() => {
                Ok(Lesson::Failed(format!("{error:#}")))
            }
            Err(error) => Err(error),
        }
    }

    fn taught(
        &self,
        context: &mut Context,
        noisy: &Network,
        noisy_accuracy: f64,
    ) -> Result<Taught> {
        let training = &self.config.student;
        let features = context.dataset.pool.inputs();
        let answers = surest_answers(noisy, &context.engine, features, self.config.keep)?;
        let set = LabeledSet::distilled(context.student_pool(training.inputs), &answers)?;
        let (network, confusion) = student::measured(context, training, &self.student, &set)?;
        Ok(Taught {
            network,
            confusion,
            learned: Distilled {
                by: LabelledBy::NoisyModel,
                examples: answers.len(),
                model_accuracy: noisy_accuracy,
            },
        })
    }
}
