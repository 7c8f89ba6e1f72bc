//! Released labels, which only a mechanism can make, and small problems to learn.

use ndarray::Array2;
use privet_mechanisms::{
    ChangedVotes, ConfidentGnMax, ConfidentScales, NoiseKey, NoiseSource, NoisyMax, ReleasedLabel,
    Sensitive, VoteHistogram, VoteQueries,
};

use privet_student::LabeledSet;
use privet_training::data::PublicInputs;
use privet_training::seed::{seeded_generator, standard_normal};
use rand::RngExt;

/// A problem of two classes: a pool of public inputs, some of them labelled, and a test set.
pub(crate) struct Problem {
    pub(crate) pool: PublicInputs,
    pub(crate) set: LabeledSet,
    pub(crate) tests: Array2<f32>,
    pub(crate) truth: Vec<u32>,
}

/// Two interleaved half circles of radius 1 with noise of 0.1, and this many labels of each class.
pub(crate) fn two_moons(seed: u64, labels_a_class: usize) -> Problem {
    let (pool, classes) = moons(seed, "pool", 600);
    let (tests, truth) = moons(seed, "tests", 500);
    let asked: Vec<usize> = (0..2 * labels_a_class).collect();
    let answers: Vec<Option<usize>> = classes[..asked.len()].iter().map(|&c| Some(c)).collect();
    let pool = PublicInputs::new(pool, "test").unwrap();
    Problem {
        set: LabeledSet::new(&pool.select(&asked), &released(&answers, 2)).unwrap(),
        pool,
        tests,
        truth: truth.into_iter().map(|class| class as u32).collect(),
    }
}

/// The classes take turns, so that any even number of rows has as many of each.
fn moons(seed: u64, name: &str, count: usize) -> (Array2<f32>, Vec<usize>) {
    let mut generator = seeded_generator(seed, name, 0);
    let classes: Vec<usize> = (0..count).map(|row| row % 2).collect();
    let mut points = Array2::zeros((count, 2));
    for (mut point, class) in points.rows_mut().into_iter().zip(&classes) {
        let angle = generator.random_range(0.0..std::f32::consts::PI);
        let (across, up) = (angle.cos(), angle.sin());
        let [x, y] = match class {
            0 => [across, up],
            _ => [1.0 - across, 0.5 - up],
        };
        point[0] = x + 0.1 * standard_normal(&mut generator);
        point[1] = y + 0.1 * standard_normal(&mut generator);
    }
    (points, classes)
}

/// Labels with the given classes; `None` is a query on which the teachers do not agree, so that it
/// gets no label. The noise is too small to decide anything.
pub(crate) fn released(answers: &[Option<usize>], classes: usize) -> Vec<ReleasedLabel> {
    let scales = ConfidentScales {
        threshold: 80.0,
        threshold_scale: 1e-6,
        vote_scale: 1e-6,
    };
    let queries = VoteQueries {
        classes,
        queries: answers.len() as u64,
        changed_votes: ChangedVotes::ONE,
    };
    let plan = ConfidentGnMax::new(scales, answers.len() as u64, queries).unwrap();
    let key = NoiseKey::from_bytes(&[1; 32]).unwrap();
    let mut aggregator = plan.start(&NoiseSource::from_key(&key)).unwrap();
    let mut labels = Vec::new();
    for (query, answer) in answers.iter().enumerate() {
        let mut votes = vec![50; classes];
        if let Some(class) = answer {
            votes = vec![0; classes];
            votes[*class] = 100;
        }
        let votes = Sensitive::new(VoteHistogram::new(votes).unwrap());
        labels.extend(aggregator.release(query as u64, &votes).unwrap().label());
    }
    labels
}
