//! Teachers that are networks.

use burn::tensor::Device;
use ndarray::Axis;
use privet_mechanisms::Sensitive;
use privet_training::evaluate;
use privet_training::gradient::{GradientEngine, GradientError};
use privet_training::network::{Architecture, Network};
use privet_training::plain::{LabeledRows, PlainTraining, SeedName, TrainingError, train};

use super::{Classroom, Shard, Tutor};
use crate::ballots::Ballots;
use crate::{TeacherOutcome, TeachersError};

/// Trains one network a shard by gradient descent.
pub(crate) struct NetworkTutor<'a> {
    pub(crate) architecture: &'a Architecture,
    pub(crate) training: &'a PlainTraining,
    pub(crate) engine: &'a dyn GradientEngine,
    pub(crate) device: &'a Device,
    pub(crate) class: Classroom<'a>,
}

impl NetworkTutor<'_> {
    fn teacher(&self, shard: &Shard<'_>) -> Result<Ballots, TeachersError> {
        let examples = self.class.examples.expose_sensitive();
        let records = *shard.records.expose_sensitive();
        let inputs = examples.inputs().select(Axis(0), records);
        let labels: Vec<u32> = records.iter().map(|&i| examples.labels()[i]).collect();
        // Each draws from generators of its own.
        let name = SeedName {
            seed: self.class.seed,
            purpose: "teacher",
            index: shard.teacher as u64,
        };
        let network = Network::new(
            self.architecture.clone(),
            name.seed,
            name.purpose,
            name.index,
            self.device,
        );
        // A worker of its own as well: nothing that another shard left in memory can be met here.
        // Making one takes microseconds.
        let mut worker = self
            .engine
            .worker(self.architecture)
            .map_err(TrainingError::from)?;
        let trained = train(
            worker.as_mut(),
            self.architecture,
            network.flat_parameters(),
            LabeledRows {
                inputs: inputs.view(),
                labels: &labels,
            },
            self.training,
            name,
            |_, _| {},
        );
        match trained {
            Ok(parameters) => {
                let scores = worker
                    .scores(&parameters, self.class.queries)
                    .map_err(TrainingError::from)?;
                let classes = evaluate::best_classes(&scores, self.class.classes);
                Ok(Ballots {
                    outcome: TeacherOutcome::Trained,
                    classes: Sensitive::new(classes),
                })
            }
            // Whether a teacher diverges, or meets a value that no network takes, depends on its
            // records: it must neither stop the run nor show, so the fixed vote stands in.
            Err(
                TrainingError::Diverged { .. }
                | TrainingError::Gradient(GradientError::Token { .. } | GradientError::Label { .. }),
            ) => Ok(Ballots::fixed(TeacherOutcome::Diverged, self.class.count)),
            Err(error) => Err(error.into()),
        }
    }
}

impl Tutor for NetworkTutor<'_> {
    fn ballots(&mut self, shards: &[Shard<'_>]) -> Result<Vec<Ballots>, TeachersError> {
        shards.iter().map(|shard| self.teacher(shard)).collect()
    }
}
