//! Shards: disjoint, complete, and blind to everything but the record itself.

use ndarray::{Array2, array};
use privet_accountant::NeighboringRelation::{self, AddOrRemoveOne, ReplaceOne, ReplaceSpecial};
use privet_mechanisms::{ChangedVotes, Sensitive};
use privet_teachers::{Partition, PartitionRule, TeachersError};
use privet_training::data::Examples;

use crate::support::{HASH, afresh, noisy_points, shards, without};

const RULES: [PartitionRule; 2] = [HASH, PartitionRule::Position];

#[test]
fn shards_are_disjoint_and_hold_every_record() {
    for rule in RULES {
        for (records, teachers) in [(0, 3), (1, 1), (50, 7), (5, 40)] {
            let shards = shards(&noisy_points(records), teachers, rule);
            assert_eq!(shards.len(), teachers);
            let mut all: Vec<usize> = shards.concat();
            all.sort_unstable();
            assert_eq!(all, (0..records).collect::<Vec<_>>());
        }
    }
}

/// The number of teachers is a public constant, so it may exceed the number of records.
#[test]
fn more_teachers_than_records_leave_shards_empty() {
    for rule in RULES {
        let shards = shards(&noisy_points(3), 10, rule);
        assert!(shards.iter().filter(|shard| shard.is_empty()).count() >= 7);
    }
    let examples = Sensitive::new(noisy_points(3));
    let none = Partition::new(&examples, 0, HASH);
    assert!(matches!(none, Err(TeachersError::NoTeachers)));
}

fn shard_of(shards: &[Vec<usize>], record: usize) -> usize {
    shards
        .iter()
        .position(|shard| shard.contains(&record))
        .unwrap()
}

/// A record alone finds the shard that it has among others: neither their number nor their labels
/// move it, so nothing is balanced or stratified.
#[test]
fn the_hash_rule_looks_at_one_record() {
    let examples = noisy_points(60);
    let together = shards(&examples, 8, HASH);
    for record in 0..examples.len() {
        let alone = shards(&examples.select(&[record]), 8, HASH);
        assert_eq!(shard_of(&alone, 0), shard_of(&together, record));
    }
}

#[test]
fn the_position_rule_looks_at_the_position() {
    let examples = noisy_points(60);
    let others = Examples::new(Array2::zeros((60, 1)), vec![0; 60], 1, "test").unwrap();
    let rule = PartitionRule::Position;
    assert_eq!(shards(&examples, 8, rule), shards(&others, 8, rule));
    assert_eq!(
        shards(&examples, 8, rule)[3],
        [3, 11, 19, 27, 35, 43, 51, 59]
    );
}

/// Where the private records are split off a file with public ones, a record that turns public
/// must not move those behind it: the position is that in the file.
#[test]
fn the_position_is_that_in_the_file() {
    let file = noisy_points(60);
    let before: Vec<usize> = (0..60).filter(|i| i % 3 != 0).collect();
    let after: Vec<usize> = before.iter().copied().filter(|&i| i != 10).collect();
    let of_file = |private: &[usize]| -> Vec<Vec<usize>> {
        shards(&file.select(private), 8, PartitionRule::Position)
            .iter()
            .map(|shard| shard.iter().map(|&index| private[index]).collect())
            .collect()
    };
    let (before, after) = (of_file(&before), of_file(&after));
    let changed: Vec<usize> = (0..8).filter(|&i| before[i] != after[i]).collect();
    assert_eq!(changed, [10 % 8]);
}

/// Equal records have equal canonical bytes, and the digest that guards a resumed run is of those
/// bytes: were the two zeros told apart here, the digest would miss a change of the shards.
#[test]
fn equal_records_go_together() {
    let inputs = array![[0.0, 1.0], [2.0, 2.0], [-0.0, 1.0], [0.0, 1.0]];
    let examples = Examples::new(inputs, vec![1, 1, 1, 1], 2, "test").unwrap();
    // So many teachers that a meeting by chance has a probability of one in a million.
    let shards = shards(&examples, 1_000_000, HASH);
    assert_eq!(shards[shard_of(&shards, 0)], [0, 2, 3]);
    assert_ne!(shard_of(&shards, 0), shard_of(&shards, 1));
}

#[test]
fn inputs_label_and_seed_all_count() {
    let base = noisy_points(40);
    let first = shards(&base, 8, HASH);
    assert_eq!(first, shards(&base, 8, HASH));
    assert_ne!(
        first,
        shards(&base, 8, PartitionRule::RecordHash { seed: 2 })
    );
    let labels = base.labels().iter().map(|label| (label + 1) % 3).collect();
    let relabelled = Examples::new(base.inputs().to_owned(), labels, 3, "test").unwrap();
    assert_ne!(first, shards(&relabelled, 8, HASH));
    let shifted = base.inputs().mapv(|value| value + 1.0);
    let shifted = Examples::new(shifted, base.labels().to_vec(), 3, "test").unwrap();
    assert_ne!(first, shards(&shifted, 8, HASH));
}

/// Chi-square with 9 degrees of freedom: P(X > 51) < 1e-7.
#[test]
fn hashed_shards_are_of_like_size() {
    let (records, teachers) = (20_000, 10);
    let expected = records as f64 / teachers as f64;
    let statistic: f64 = shards(&noisy_points(records), teachers, HASH)
        .iter()
        .map(|shard| (shard.len() as f64 - expected).powi(2) / expected)
        .sum();
    assert!(statistic < 51.0, "{statistic}");
    // Nor are they all of one size, as they would be if someone dealt them out.
    assert!(statistic > 0.1, "{statistic}");
}

#[test]
fn each_relation_has_a_rule_under_which_one_ballot_changes() {
    for relation in [AddOrRemoveOne, ReplaceOne, ReplaceSpecial] {
        let rule = PartitionRule::for_relation(relation, 1);
        assert_eq!(rule.changed_votes(relation), Some(ChangedVotes::ONE));
    }
}

#[test]
fn the_stated_number_of_changed_votes_is_that_of_the_design() {
    let stated = |rule: PartitionRule, relation: NeighboringRelation| {
        rule.changed_votes(relation).map(ChangedVotes::get)
    };
    assert_eq!(stated(HASH, AddOrRemoveOne), Some(1));
    assert_eq!(stated(HASH, ReplaceSpecial), Some(1));
    assert_eq!(stated(HASH, ReplaceOne), Some(2));
    assert_eq!(stated(PartitionRule::Position, ReplaceOne), Some(1));
    assert_eq!(stated(PartitionRule::Position, ReplaceSpecial), Some(1));
    assert_eq!(stated(PartitionRule::Position, AddOrRemoveOne), None);
}

/// Why there is no bound: the records behind the removed one all move.
#[test]
fn removing_a_record_moves_all_later_positions() {
    let examples = noisy_points(40);
    let contents = |examples: &Examples| -> Vec<Examples> {
        shards(examples, 8, PartitionRule::Position)
            .iter()
            .map(|shard| afresh(&examples.select(shard)))
            .collect()
    };
    let (with, without) = (contents(&examples), contents(&without(&examples, 0)));
    let changed = with.iter().zip(&without).filter(|(a, b)| a != b).count();
    assert_eq!(changed, 8);
}
