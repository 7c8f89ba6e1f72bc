//! What a teacher is and how it learns from its shard.

mod cholesky;
mod linear;
mod linear_discriminant;
mod network;
#[cfg(test)]
mod reference_tests;
mod regularised;
mod ridge;

use burn::tensor::Device;
use ndarray::ArrayView2;
use privet_mechanisms::Sensitive;
use privet_training::data::Examples;
use privet_training::gradient::GradientEngine;
use privet_training::network::{Architecture, NetworkError};
use privet_training::plain::PlainTraining;

use crate::TeachersError;
use crate::ballots::Ballots;
use linear::LinearTutor;
pub use linear_discriminant::LinearDiscriminant;
use network::NetworkTutor;
pub use ridge::RidgeRegression;

/// The model of every teacher of an ensemble, and how it is fitted to a shard.
#[derive(Clone)]
pub enum Learner<'a> {
    /// A network, trained by gradient descent.
    Network {
        /// The network, its initial parameters drawn for each teacher.
        architecture: &'a Architecture,
        /// The training.
        training: &'a PlainTraining,
        /// The gradient engine.
        engine: &'a dyn GradientEngine,
        /// The device that draws the initial parameters.
        device: Device,
    },
    /// A linear classifier by regularised least squares, in closed form.
    Ridge(RidgeRegression),
    /// A linear classifier by Gaussian classes with one covariance, in closed form.
    LinearDiscriminant(LinearDiscriminant),
}

impl Learner<'_> {
    /// Classes that a ballot may name, a public constant.
    pub(crate) fn classes(&self, examples: &Examples) -> usize {
        match self {
            Self::Network { architecture, .. } => architecture.classes(),
            Self::Ridge(_) | Self::LinearDiscriminant(_) => examples.classes(),
        }
    }

    /// What does not fit is refused before any teacher is trained, and whatever the shards hold: the
    /// widths and the number of classes are public.
    pub(crate) fn check(
        &self,
        examples: &Examples,
        queries: ArrayView2<'_, f32>,
    ) -> Result<(), TeachersError> {
        let width = match self {
            Self::Network { architecture, .. } => architecture.input().len(),
            Self::Ridge(_) | Self::LinearDiscriminant(_) => examples.inputs().ncols(),
        };
        for (what, found) in [
            ("records", examples.inputs().ncols()),
            ("queries", queries.ncols()),
        ] {
            if found != width {
                return Err(NetworkError::Parameters(format!(
                    "the {what} have {found} values each, but the teachers take {width}"
                ))
                .into());
            }
        }
        let classes = self.classes(examples);
        if examples.classes() > classes {
            return Err(NetworkError::Parameters(format!(
                "the records have {} classes, but the teachers' network has {classes}",
                examples.classes()
            ))
            .into());
        }
        Ok(())
    }

    /// How many teachers a tutor takes at a time: those whose numbers, divided by it, have one
    /// quotient.
    pub(crate) fn teachers_together(&self, class: Classroom<'_>) -> usize {
        match self {
            Self::Network { .. } => 1,
            Self::Ridge(_) | Self::LinearDiscriminant(_) => {
                let width = class.examples.expose_sensitive().inputs().ncols();
                linear::teachers_together(class.teachers, width, class.classes)
            }
        }
    }

    /// What one thread needs to train teachers and ask them.
    pub(crate) fn tutor<'a>(
        &'a self,
        class: Classroom<'a>,
    ) -> Result<Box<dyn Tutor + 'a>, TeachersError> {
        Ok(match self {
            Self::Network {
                architecture,
                training,
                engine,
                device,
            } => Box::new(NetworkTutor {
                architecture,
                training,
                engine: *engine,
                device,
                class,
            }),
            Self::Ridge(ridge) => Box::new(LinearTutor::new(ridge, class)?),
            Self::LinearDiscriminant(discriminant) => {
                Box::new(LinearTutor::new(discriminant, class)?)
            }
        })
    }
}

/// What all teachers have in common.
#[derive(Clone, Copy)]
pub(crate) struct Classroom<'a> {
    /// All private records, of which a teacher sees its shard.
    pub(crate) examples: &'a Sensitive<Examples>,
    /// What every teacher is asked, row after row.
    pub(crate) queries: &'a [f32],
    /// Number of queries.
    pub(crate) count: usize,
    /// Number of teachers of the ensemble.
    pub(crate) teachers: usize,
    /// Classes that a ballot may name.
    pub(crate) classes: usize,
    /// The experiment's seed.
    pub(crate) seed: u64,
}

/// The records of one teacher, at least one.
pub(crate) struct Shard<'a> {
    /// Number of the teacher.
    pub(crate) teacher: usize,
    /// Which of the examples it learns from.
    pub(crate) records: Sensitive<&'a [usize]>,
}

/// Trains teachers, asks them, and forgets them.
pub(crate) trait Tutor {
    /// The ballots of one teacher a shard, in the order of the shards, which are of teachers that
    /// [`Learner::teachers_together`] puts together. Those of one teacher depend on
    /// its shard, its number and the seed, and on nothing that the other shards hold.
    ///
    /// # Errors
    /// What has nothing to do with the records.
    fn ballots(&mut self, shards: &[Shard<'_>]) -> Result<Vec<Ballots>, TeachersError>;
}
