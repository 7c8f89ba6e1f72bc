//! Teachers that have nothing to learn from, or that diverge: whether one does depends on private
//! records, so it must neither stop the run nor be visible in anything but its own ballot.

use ndarray::{Array2, Axis, concatenate};
use privet_teachers::{FIXED_VOTE, PartitionRule, TeacherOutcome};
use privet_training::data::{Examples, InputShape};
use privet_training::network::{Architecture, LayerSpec};
use privet_training::optimizer::OptimizerSpec;

use crate::support::{HASH, every_learner, linear, noisy_points, numbers, queries};

fn all_fixed(counts: &Array2<u32>, teachers: u32) {
    for row in counts.rows() {
        assert_eq!(row[FIXED_VOTE as usize], teachers);
        assert_eq!(row.sum(), teachers);
    }
}

#[test]
fn without_records_every_ballot_is_the_fixed_vote() {
    let nobody = noisy_points(5).select(&[]);
    let queries = queries(10);
    for setup in every_learner() {
        let (counts, outcomes) = setup.vote(&nobody, 4, HASH, queries.view());
        assert_eq!(outcomes, [TeacherOutcome::EmptyShard; 4]);
        all_fixed(&counts, 4);
    }
}

#[test]
fn teachers_that_diverge_cast_the_fixed_vote() {
    let mut setup = linear();
    setup.training.optimizer = OptimizerSpec::sgd(1e60);
    let queries = queries(10);
    let (counts, outcomes) = setup.vote(&noisy_points(60), 4, HASH, queries.view());
    assert_eq!(outcomes, [TeacherOutcome::Diverged; 4]);
    all_fixed(&counts, 4);
}

/// The very last step may be the one that diverges; no loss is computed after it.
#[test]
fn a_teacher_that_diverges_in_its_last_step_casts_the_fixed_vote() {
    let mut setup = linear();
    setup.training.epochs = 1;
    setup.training.batch_size = 100;
    setup.training.optimizer = OptimizerSpec::sgd(f64::MAX);
    let queries = queries(10);
    let (counts, outcomes) = setup.vote(&noisy_points(60), 4, HASH, queries.view());
    assert_eq!(outcomes, [TeacherOutcome::Diverged; 4]);
    all_fixed(&counts, 4);
}

/// One record can break its own teacher and no other.
#[test]
fn a_record_that_breaks_its_teacher_changes_one_ballot() {
    let mut setup = linear();
    setup.architecture = Architecture::new(
        InputShape::flat(2),
        vec![
            LayerSpec::Linear { outputs: 3 },
            LayerSpec::Square,
            LayerSpec::Linear { outputs: 3 },
        ],
        3,
    )
    .unwrap();
    let clean = noisy_points(60);
    let poison = ndarray::array![[f32::MAX, f32::MAX]];
    let inputs = concatenate(Axis(0), &[clean.inputs(), poison.view()]).unwrap();
    let labels = [clean.labels(), &[2]].concat();
    let poisoned = Examples::new(inputs, labels, 3, "test").unwrap();
    let queries = queries(40);
    let (before, _) = setup.vote(&clean, 5, HASH, queries.view());
    let (after, outcomes) = setup.vote(&poisoned, 5, HASH, queries.view());
    let diverged = outcomes.iter().filter(|o| **o == TeacherOutcome::Diverged);
    assert_eq!(diverged.count(), 1);
    for (before, after) in before.rows().into_iter().zip(after.rows()) {
        let distance: u32 = before.iter().zip(after).map(|(a, b)| a.abs_diff(*b)).sum();
        assert!(distance <= 2);
        assert_eq!(after.sum(), 5);
    }
}

/// Pools and normalisations meet NaN and infinity when a convolutional teacher diverges.
#[test]
fn a_convolutional_teacher_diverges_without_a_panic() {
    let layers = vec![
        LayerSpec::Conv2d {
            channels: 4,
            kernel: 3,
            stride: 1,
            padding: 1,
            groups: 1,
        },
        LayerSpec::GroupNorm { groups: 2 },
        LayerSpec::Tanh,
        LayerSpec::MaxPool {
            kernel: 2,
            stride: Some(1),
        },
        LayerSpec::AvgPool {
            kernel: 2,
            stride: None,
        },
        LayerSpec::Flatten,
        LayerSpec::Linear { outputs: 3 },
    ];
    let mut setup = linear();
    setup.architecture = Architecture::new(InputShape::image(1, 6, 6), layers, 3).unwrap();
    setup.training.optimizer = OptimizerSpec::sgd(1e60);
    let rows =
        |count, name| Array2::from_shape_vec((count, 36), numbers(36 * count, name)).unwrap();
    let labels = (0..20).map(|record| record % 3).collect();
    let examples = Examples::new(rows(20, "images"), labels, 3, "test").unwrap();
    let (counts, outcomes) = setup.vote(&examples, 3, HASH, rows(4, "asked").view());
    assert_eq!(outcomes, [TeacherOutcome::Diverged; 3]);
    all_fixed(&counts, 3);
}

/// A token beyond the vocabulary fails the training of its own teacher; that it is there must show in
/// that teacher's ballot alone.
#[test]
fn a_token_that_no_network_takes_changes_one_ballot() {
    let mut setup = linear();
    let embedding = LayerSpec::Embedding {
        vocabulary: 4,
        width: 3,
    };
    let layers = vec![
        embedding,
        LayerSpec::Flatten,
        LayerSpec::Linear { outputs: 3 },
    ];
    setup.architecture = Architecture::new(InputShape::flat(2), layers, 3).unwrap();
    let tokens = |count: usize, last: f32| {
        let mut tokens = Array2::from_shape_fn((count, 2), |(i, j)| ((3 * i + j) % 4) as f32);
        tokens[[count - 1, 0]] = last;
        tokens
    };
    let labels: Vec<u32> = (0..30).map(|record| record % 3).collect();
    let examples = |last| Examples::new(tokens(30, last), labels.clone(), 3, "test").unwrap();
    let queries = tokens(12, 1.0);
    for strange in [4.0, -1.0, 2.5] {
        let (before, _) = setup.vote(&examples(1.0), 5, PartitionRule::Position, queries.view());
        let (after, outcomes) = setup.vote(
            &examples(strange),
            5,
            PartitionRule::Position,
            queries.view(),
        );
        let diverged = outcomes.iter().filter(|o| **o == TeacherOutcome::Diverged);
        assert_eq!(diverged.count(), 1, "{strange}");
        for (before, after) in before.rows().into_iter().zip(after.rows()) {
            let distance: u32 = before.iter().zip(after).map(|(a, b)| a.abs_diff(*b)).sum();
            assert!(distance <= 2);
            assert_eq!(after.sum(), 5);
        }
    }
}

/// The largest numbers there are change the ballot of their own teacher alone, in closed form too.
#[test]
fn extreme_records_do_not_reach_other_teachers() {
    let clean = noisy_points(60);
    let queries = queries(40);
    for poison in [
        [f32::MAX, f32::MAX],
        [f32::MIN, f32::MAX],
        [f32::MIN_POSITIVE, 0.0],
    ] {
        let poison = Array2::from_shape_vec((1, 2), poison.to_vec()).unwrap();
        let inputs = concatenate(Axis(0), &[clean.inputs(), poison.view()]).unwrap();
        let labels = [clean.labels(), &[2]].concat();
        let poisoned = Examples::new(inputs, labels, 3, "test").unwrap();
        for setup in every_learner() {
            let (before, _) = setup.vote(&clean, 5, HASH, queries.view());
            let (after, outcomes) = setup.vote(&poisoned, 5, HASH, queries.view());
            let diverged = outcomes.iter().filter(|o| **o == TeacherOutcome::Diverged);
            assert!(diverged.count() <= 1);
            for (before, after) in before.rows().into_iter().zip(after.rows()) {
                let distance: u32 = before.iter().zip(after).map(|(a, b)| a.abs_diff(*b)).sum();
                assert!(distance <= 2);
                assert_eq!(after.sum(), 5);
            }
        }
    }
}
