//! Small data sets, ensembles and their votes.

use burn::tensor::Device;
use ndarray::{Array2, ArrayView2};
use privet_mechanisms::Sensitive;
use privet_teachers::{
    Ensemble, Learner, LinearDiscriminant, Partition, PartitionRule, RidgeRegression,
    TeacherOutcome, TeachersError,
};
use privet_training::data::{Examples, InputShape};
use privet_training::gradient::BurnEngine;
use privet_training::network::{Architecture, LayerSpec, NetworkSpec};
use privet_training::optimizer::{OptimizerSpec, SgdSpec};
use privet_training::plain::PlainTraining;
use privet_training::seed::seeded_generator;
use rand::RngExt;

pub(crate) const HASH: PartitionRule = PartitionRule::RecordHash { seed: 1 };

pub(crate) fn numbers(count: usize, name: &str) -> Vec<f32> {
    let mut generator = seeded_generator(17, name, 0);
    (0..count)
        .map(|_| generator.random_range(-1.0..1.0))
        .collect()
}

/// Points of a square with three noisy classes, so that teachers disagree about many queries.
pub(crate) fn noisy_points(records: usize) -> Examples {
    let inputs = Array2::from_shape_vec((records, 2), numbers(2 * records, "points")).unwrap();
    let noise = numbers(records, "label noise");
    let labels = inputs
        .rows()
        .into_iter()
        .zip(noise)
        .map(|(point, noise)| match point[0] + point[1] + 0.8 * noise {
            sum if sum < -0.4 => 0,
            sum if sum < 0.4 => 1,
            _ => 2,
        })
        .collect();
    Examples::new(inputs, labels, 3, "test").unwrap()
}

pub(crate) fn queries(count: usize) -> Array2<f32> {
    Array2::from_shape_vec((count, 2), numbers(2 * count, "queries")).unwrap()
}

/// What teachers learn and how; the rest of an [`Ensemble`] borrows from it.
pub(crate) struct Setup {
    pub(crate) architecture: Architecture,
    pub(crate) training: PlainTraining,
    pub(crate) workers: usize,
    pub(crate) seed: u64,
    /// Instead of the network.
    pub(crate) closed_form: Option<Learner<'static>>,
}

/// Linear teachers for [`noisy_points`].
pub(crate) fn linear() -> Setup {
    Setup {
        architecture: Architecture::new(
            InputShape::flat(2),
            vec![LayerSpec::Linear { outputs: 3 }],
            3,
        )
        .unwrap(),
        training: PlainTraining {
            network: NetworkSpec::default(),
            epochs: 3,
            batch_size: 4,
            optimizer: OptimizerSpec::Sgd(SgdSpec {
                momentum: 0.5,
                ..SgdSpec::new(0.5)
            }),
            augment: None,
        },
        workers: 2,
        seed: 9,
        closed_form: None,
    }
}

/// Every kind of teacher.
pub(crate) fn every_learner() -> [Setup; 3] {
    let closed_form = |learner| Setup {
        closed_form: Some(learner),
        ..linear()
    };
    [
        linear(),
        closed_form(Learner::Ridge(RidgeRegression::new(0.5).unwrap())),
        closed_form(Learner::LinearDiscriminant(
            LinearDiscriminant::new(0.2).unwrap(),
        )),
    ]
}

/// Votes `[queries, classes]` and how each teacher ended.
pub(crate) type Counted = (Array2<u32>, Vec<TeacherOutcome>);

impl Setup {
    pub(crate) fn ensemble<'a>(&'a self, engine: &'a BurnEngine) -> Ensemble<'a> {
        let network = || Learner::Network {
            architecture: &self.architecture,
            training: &self.training,
            engine,
            device: Device::flex(),
        };
        Ensemble {
            learner: self.closed_form.clone().unwrap_or_else(network),
            seed: self.seed,
            workers: self.workers,
        }
    }

    pub(crate) fn try_vote(
        &self,
        examples: &Examples,
        teachers: usize,
        rule: PartitionRule,
        queries: ArrayView2<'_, f32>,
        progress: &(dyn Fn(usize) -> bool + Sync),
    ) -> Result<Counted, TeachersError> {
        let examples = Sensitive::new(examples.clone());
        let partition = Partition::new(&examples, teachers, rule)?;
        let engine = BurnEngine::default();
        let ensemble = self.ensemble(&engine);
        let (votes, outcomes) =
            ensemble.train_and_vote(&examples, &partition, queries, progress)?;
        assert_eq!(votes.queries(), queries.nrows());
        let counts = votes.counts().expose_sensitive().clone();
        Ok((counts, outcomes.into_exposed_sensitive()))
    }

    pub(crate) fn vote(
        &self,
        examples: &Examples,
        teachers: usize,
        rule: PartitionRule,
        queries: ArrayView2<'_, f32>,
    ) -> Counted {
        self.try_vote(examples, teachers, rule, queries, &|_| true)
            .unwrap()
    }
}

/// The shards of a partition as positions of records.
pub(crate) fn shards(examples: &Examples, teachers: usize, rule: PartitionRule) -> Vec<Vec<usize>> {
    let partition = Partition::new(&Sensitive::new(examples.clone()), teachers, rule).unwrap();
    assert_eq!(partition.teachers(), teachers);
    (0..teachers)
        .map(|teacher| partition.shard(teacher).expose_sensitive().to_vec())
        .collect()
}

/// The data set that has all of these records but the one at `position`, numbered afresh as if it
/// had been read from a file of its own.
pub(crate) fn without(examples: &Examples, position: usize) -> Examples {
    let kept: Vec<usize> = (0..examples.len()).filter(|&i| i != position).collect();
    afresh(&examples.select(&kept))
}

/// The same records, numbered from 0.
pub(crate) fn afresh(examples: &Examples) -> Examples {
    let (inputs, labels) = (examples.inputs().to_owned(), examples.labels().to_vec());
    Examples::new(inputs, labels, examples.classes(), "test").unwrap()
}
