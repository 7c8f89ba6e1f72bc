//! Teachers vote alone: no ballot depends on another shard, on threads or on the number of records.

use std::sync::Mutex;

use ndarray::Array2;
use privet_accountant::NeighboringRelation::{AddOrRemoveOne, ReplaceOne};
use privet_teachers::{FIXED_VOTE, PartitionRule, TeacherOutcome, TeachersError};
use privet_training::data::{Examples, InputShape};
use privet_training::network::{Architecture, LayerSpec};

use crate::support::{HASH, afresh, every_learner, linear, noisy_points, queries, shards, without};

const RECORDS: usize = 120;
const TEACHERS: usize = 9;

/// The number of ballots that differ between the votes on one query, from the counts: a changed
/// ballot takes a vote from one class and gives it to another.
fn changed_ballots(one: &Array2<u32>, other: &Array2<u32>) -> u32 {
    one.rows()
        .into_iter()
        .zip(other.rows())
        .map(|(one, other)| {
            let distance: u32 = one.iter().zip(other).map(|(a, b)| a.abs_diff(*b)).sum();
            distance / 2
        })
        .max()
        .unwrap_or(0)
}

#[test]
fn every_query_has_one_ballot_of_each_teacher() {
    let queries = queries(50);
    let (counts, outcomes) = linear().vote(&noisy_points(RECORDS), TEACHERS, HASH, queries.view());
    assert_eq!(counts.dim(), (50, 3));
    for row in counts.rows() {
        assert_eq!(row.sum(), TEACHERS as u32);
    }
    assert_eq!(outcomes, [TeacherOutcome::Trained; TEACHERS]);
    // The teachers disagree often, or the other tests here would see little.
    let split = counts
        .rows()
        .into_iter()
        .filter(|row| row.iter().max() < Some(&9));
    assert!(split.count() > 15);
}

/// With all other shards empty, each of the others casts the fixed vote, and what is left is the
/// ballot of this teacher: the same that it casts among the others.
#[test]
fn a_teacher_votes_alone_as_it_does_among_the_others() {
    let examples = noisy_points(RECORDS);
    let queries = queries(80);
    for setup in every_learner() {
        let (together, _) = setup.vote(&examples, TEACHERS, HASH, queries.view());
        let mut sum = Array2::zeros(together.dim());
        for shard in shards(&examples, TEACHERS, HASH) {
            let (mut alone, outcomes) =
                setup.vote(&examples.select(&shard), TEACHERS, HASH, queries.view());
            let empty = outcomes
                .iter()
                .filter(|o| **o == TeacherOutcome::EmptyShard);
            assert_eq!(empty.count(), TEACHERS - 1);
            for mut row in alone.rows_mut() {
                row[FIXED_VOTE as usize] -= TEACHERS as u32 - 1;
                assert_eq!(row.sum(), 1);
            }
            sum += &alone;
        }
        assert_eq!(sum, together);
    }
}

#[test]
fn votes_do_not_depend_on_the_number_of_workers() {
    let examples = noisy_points(RECORDS);
    let queries = queries(80);
    for mut setup in every_learner() {
        for teachers in [TEACHERS, 40] {
            let expected = setup.vote(&examples, teachers, HASH, queries.view());
            for workers in [0, 1, 4, 30] {
                setup.workers = workers;
                assert_eq!(
                    setup.vote(&examples, teachers, HASH, queries.view()),
                    expected
                );
            }
        }
    }
}

#[test]
fn another_seed_gives_other_teachers() {
    let examples = noisy_points(RECORDS);
    let queries = queries(80);
    let mut setup = linear();
    let (first, _) = setup.vote(&examples, TEACHERS, HASH, queries.view());
    setup.seed += 1;
    let (second, _) = setup.vote(&examples, TEACHERS, HASH, queries.view());
    assert_ne!(first, second);
}

/// Teachers with equal shards differ by their own initial parameters and order of examples.
#[test]
fn teachers_with_equal_records_are_not_copies() {
    let one = noisy_points(8);
    let twice: Vec<usize> = (0..8).flat_map(|record| [record, record]).collect();
    let queries = queries(80);
    let (counts, _) = linear().vote(
        &afresh(&one.select(&twice)),
        2,
        PartitionRule::Position,
        queries.view(),
    );
    assert!(counts.iter().any(|&count| count == 1));
}

#[test]
fn removing_any_record_changes_at_most_one_ballot() {
    let examples = noisy_points(RECORDS);
    let queries = queries(60);
    let stated = HASH.changed_votes(AddOrRemoveOne).unwrap().get();
    for setup in every_learner() {
        let (with, _) = setup.vote(&examples, TEACHERS, HASH, queries.view());
        let changes = (0..RECORDS).step_by(7).map(|record| {
            let neighbour = without(&examples, record);
            let (less, _) = setup.vote(&neighbour, TEACHERS, HASH, queries.view());
            changed_ballots(&with, &less)
        });
        assert_eq!(changes.max(), Some(stated));
    }
}

#[test]
fn replacing_any_record_changes_at_most_the_stated_ballots() {
    let examples = noisy_points(RECORDS);
    let queries = queries(60);
    for rule in [HASH, PartitionRule::Position] {
        let stated = rule.changed_votes(ReplaceOne).unwrap().get();
        let (before, _) = linear().vote(&examples, TEACHERS, rule, queries.view());
        for record in (0..RECORDS).step_by(11) {
            let mut inputs = examples.inputs().to_owned();
            inputs.row_mut(record).fill(3.0);
            let mut labels = examples.labels().to_vec();
            labels[record] = (labels[record] + 1) % 3;
            let neighbour = Examples::new(inputs, labels, 3, "test").unwrap();
            let (after, _) = linear().vote(&neighbour, TEACHERS, rule, queries.view());
            assert!(changed_ballots(&before, &after) <= stated);
        }
    }
}

#[test]
fn progress_counts_the_teachers_done() {
    let told = Mutex::new(Vec::new());
    let progress = |done| {
        told.lock().unwrap().push(done);
        true
    };
    let queries = queries(5);
    linear()
        .try_vote(&noisy_points(30), 6, HASH, queries.view(), &progress)
        .unwrap();
    assert_eq!(told.into_inner().unwrap(), [1, 2, 3, 4, 5, 6]);
}

#[test]
fn a_run_that_is_told_to_stop_stops_without_votes() {
    for workers in [1, 3] {
        let mut setup = linear();
        setup.workers = workers;
        let last = Mutex::new(0);
        let progress = |done| {
            *last.lock().unwrap() = done;
            done < 3
        };
        let queries = queries(5);
        let result = setup.try_vote(&noisy_points(200), 50, HASH, queries.view(), &progress);
        assert!(matches!(result, Err(TeachersError::Interrupted)));
        // Those that were being trained may end.
        assert!(*last.lock().unwrap() < 3 + workers);
    }
}

/// These are mistakes of the caller, not of a record: they stop the run whatever the records are.
#[test]
fn what_does_not_fit_the_network_is_an_error() {
    let mut setup = linear();
    let fitting = queries(5);
    let wide = Array2::zeros((5, 3));
    let result = setup.try_vote(&noisy_points(30), 3, HASH, wide.view(), &|_| true);
    assert!(result.is_err(), "queries of another width");
    let layers = || vec![LayerSpec::Linear { outputs: 2 }];
    setup.architecture = Architecture::new(InputShape::flat(2), layers(), 2).unwrap();
    let result = setup.try_vote(&noisy_points(30), 3, HASH, fitting.view(), &|_| true);
    assert!(result.is_err(), "fewer classes than the labels have");
    setup.architecture = Architecture::new(InputShape::flat(3), layers(), 2).unwrap();
    let result = setup.try_vote(&noisy_points(30), 3, HASH, wide.view(), &|_| true);
    assert!(result.is_err(), "records of another width");
}
