//! Brute force over neighbouring data sets: how many shards differ, and by what.

use std::cell::Cell;

use ndarray::Array2;
use privet_accountant::NeighboringRelation::{AddOrRemoveOne, ReplaceOne};
use privet_teachers::PartitionRule;
use privet_training::data::Examples;
use proptest::prelude::*;

use crate::support::{HASH, shards, without};

/// Two coarse inputs and a label: few possible records, so that many occur more than once.
type Record = (i8, i8, u32);

fn record() -> impl Strategy<Value = Record> {
    (-2..3_i8, 0..2_i8, 0..3_u32)
}

fn examples(records: &[Record]) -> Examples {
    let inputs = Array2::from_shape_fn((records.len(), 2), |(row, column)| {
        let (first, second, _) = records[row];
        f32::from([first, second][column])
    });
    let labels = records.iter().map(|record| record.2).collect();
    Examples::new(inputs, labels, 3, "test").unwrap()
}

/// What each teacher learns from, in its order.
fn contents(records: &[Record], teachers: usize, rule: PartitionRule) -> Vec<Vec<Record>> {
    shards(&examples(records), teachers, rule)
        .iter()
        .map(|shard| shard.iter().map(|&position| records[position]).collect())
        .collect()
}

/// The shards that differ, before and after.
fn differing(before: &[Vec<Record>], after: &[Vec<Record>]) -> Vec<(Vec<Record>, Vec<Record>)> {
    before
        .iter()
        .zip(after)
        .filter(|(before, after)| before != after)
        .map(|(before, after)| (before.clone(), after.clone()))
        .collect()
}

fn removed(records: &[Record], position: usize) -> Vec<Record> {
    let mut fewer = records.to_vec();
    fewer.remove(position);
    fewer
}

/// Whether `fewer` is `more` without one occurrence of `record`, the order kept.
fn is_less_one(more: &[Record], fewer: &[Record], record: Record) -> bool {
    (0..more.len()).any(|position| more[position] == record && removed(more, position) == fewer)
}

proptest! {
    #[test]
    fn under_the_hash_rule_one_record_joins_or_leaves_one_shard(
        records in prop::collection::vec(record(), 1..30),
        teachers in 1..12_usize,
        seed in any::<u64>(),
    ) {
        let rule = PartitionRule::RecordHash { seed };
        let with = contents(&records, teachers, rule);
        for position in 0..records.len() {
            // Read from right to left, this is adding the record anywhere.
            let less = contents(&removed(&records, position), teachers, rule);
            let changed = differing(&with, &less);
            prop_assert_eq!(changed.len(), 1);
            let (before, after) = &changed[0];
            prop_assert!(is_less_one(before, after, records[position]));
        }
    }

    #[test]
    fn under_the_position_rule_a_replaced_record_changes_one_shard(
        records in prop::collection::vec(record(), 1..30),
        new in record(),
        teachers in 1..12_usize,
    ) {
        let before = contents(&records, teachers, PartitionRule::Position);
        for position in 0..records.len() {
            let mut replaced = records.clone();
            replaced[position] = new;
            let after = contents(&replaced, teachers, PartitionRule::Position);
            let expected = usize::from(records[position] != new);
            prop_assert_eq!(differing(&before, &after).len(), expected);
        }
    }
}

/// Two is reached, so nothing smaller than two may be charged.
#[test]
fn under_the_hash_rule_a_replaced_record_changes_at_most_two_shards() {
    let most = Cell::new(0);
    proptest!(|(
        records in prop::collection::vec(record(), 1..30),
        new in record(),
        teachers in 1..12_usize,
    )| {
        let before = contents(&records, teachers, HASH);
        for position in 0..records.len() {
            let mut replaced = records.clone();
            replaced[position] = new;
            let after = contents(&replaced, teachers, HASH);
            let changed = differing(&before, &after).len();
            prop_assert!(changed <= 2);
            most.set(most.get().max(changed));
        }
    });
    let stated = HASH.changed_votes(ReplaceOne).unwrap().get();
    assert_eq!(most.get(), stated as usize);
}

/// The helper that other tests rely on removes what it says.
#[test]
fn without_takes_one_record_out() {
    let records = [(0, 1, 2), (1, 0, 0), (2, 1, 1)];
    let expected = examples(&[records[0], records[2]]);
    assert!(without(&examples(&records), 1) == expected);
    assert!(HASH.changed_votes(AddOrRemoveOne).is_some());
}
