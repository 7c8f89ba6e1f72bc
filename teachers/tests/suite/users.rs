//! Units of more than a record: all records of a user learn in one shard.

use std::num::NonZeroUsize;

use ndarray::Array2;
use privet_accountant::NeighboringRelation::{AddOrRemoveOne, ReplaceOne, ReplaceSpecial};
use privet_mechanisms::Sensitive;
use privet_teachers::{Partition, PartitionRule, TeachersError};
use privet_training::data::{Examples, UnitIndex};
use privet_training::gradient::BurnEngine;
use proptest::prelude::*;

use crate::support::{HASH, Setup, every_learner, noisy_points, queries};

const RULE: PartitionRule = PartitionRule::UnitHash { seed: 1 };

/// Records and whose each is.
#[derive(Clone)]
struct Owned {
    examples: Examples,
    owners: Vec<String>,
}

impl Owned {
    fn units(&self, most: usize) -> Sensitive<UnitIndex> {
        let most = NonZeroUsize::new(most).unwrap();
        Sensitive::new(UnitIndex::group_by_name(self.owners.clone(), most))
    }

    fn partition(&self, teachers: usize, rule: PartitionRule) -> Partition {
        let examples = Sensitive::new(self.examples.clone());
        Partition::of_units(&examples, &self.units(usize::MAX), teachers, rule).unwrap()
    }

    /// Without all records of one user, numbered afresh.
    fn without(&self, owner: &str) -> Self {
        let kept: Vec<usize> = (0..self.owners.len())
            .filter(|&i| self.owners[i] != owner)
            .collect();
        Self {
            examples: crate::support::afresh(&self.examples.select(&kept)),
            owners: kept.iter().map(|&i| self.owners[i].clone()).collect(),
        }
    }

    /// Owner and inputs of what each teacher learns from, in its order.
    fn contents(&self, teachers: usize, rule: PartitionRule) -> Vec<Vec<(String, Vec<u8>)>> {
        let partition = self.partition(teachers, rule);
        let content = |&record: &usize| {
            let mut bytes = Vec::new();
            self.examples.record_bytes(record, &mut bytes);
            (self.owners[record].clone(), bytes)
        };
        (0..teachers)
            .map(|teacher| {
                partition
                    .shard(teacher)
                    .expose_sensitive()
                    .iter()
                    .map(content)
                    .collect()
            })
            .collect()
    }
}

fn owned(owners: Vec<String>) -> Owned {
    Owned {
        examples: noisy_points(owners.len()),
        owners,
    }
}

/// 90 records of 13 users, who come up in turns.
fn thirteen_users() -> Owned {
    owned(
        (0..90)
            .map(|record| format!("user {}", record * record % 13 + record % 3))
            .collect(),
    )
}

proptest! {
    /// Brute force: every user of every data set leaves.
    #[test]
    fn one_user_joins_or_leaves_one_shard(
        owners in prop::collection::vec("[a-e]", 1..30),
        teachers in 1..12_usize,
        seed in any::<u64>(),
    ) {
        let (with, rule) = (owned(owners.clone()), PartitionRule::UnitHash { seed });
        let before = with.contents(teachers, rule);
        let all: usize = before.iter().map(Vec::len).sum();
        prop_assert_eq!(all, owners.len());
        for owner in &owners {
            let after = with.without(owner).contents(teachers, rule);
            let pairs = before.iter().zip(&after);
            let differing: Vec<_> = pairs.filter(|(before, after)| before != after).collect();
            prop_assert_eq!(differing.len(), 1);
            let (before, after) = differing[0];
            let others: Vec<_> = before.iter().filter(|(name, _)| name != owner).collect();
            prop_assert_eq!(others, after.iter().collect::<Vec<_>>());
        }
    }
}

/// Two is reached when a user becomes another one, so nothing smaller may be charged.
#[test]
fn a_replaced_user_changes_at_most_two_shards() {
    let before = thirteen_users();
    let mut most = 0;
    for new in 0..20 {
        let mut after = before.clone();
        for owner in after.owners.iter_mut().filter(|owner| *owner == "user 1") {
            *owner = format!("newcomer {new}");
        }
        let (one, other) = (before.contents(8, RULE), after.contents(8, RULE));
        let changed = one.iter().zip(&other).filter(|(a, b)| a != b).count();
        most = most.max(changed);
    }
    assert_eq!(
        Some(most as u32),
        RULE.changed_votes(ReplaceOne).map(|votes| votes.get())
    );
    for relation in [AddOrRemoveOne, ReplaceSpecial] {
        assert_eq!(
            RULE.changed_votes(relation).map(|votes| votes.get()),
            Some(1)
        );
    }
}

fn vote(setup: &Setup, data: &Owned, asked: &Array2<f32>) -> Array2<u32> {
    let engine = BurnEngine::default();
    let examples = Sensitive::new(data.examples.clone());
    let ensemble = setup.ensemble(&engine);
    let votes =
        ensemble.train_and_vote(&examples, &data.partition(5, RULE), asked.view(), &|_| true);
    votes.unwrap().0.counts().expose_sensitive().clone()
}

#[test]
fn adding_or_removing_a_user_changes_one_ballot() {
    let (data, queries) = (thirteen_users(), queries(40));
    let mut users = data.owners.clone();
    users.sort();
    users.dedup();
    for setup in every_learner() {
        let with = vote(&setup, &data, &queries);
        let mut most = 0;
        for user in &users {
            let less = vote(&setup, &data.without(user), &queries);
            for (with, less) in with.rows().into_iter().zip(less.rows()) {
                let distance: u32 = with.iter().zip(less).map(|(a, b)| a.abs_diff(*b)).sum();
                most = most.max(distance / 2);
            }
        }
        assert_eq!(most, 1);
    }
}

/// The seed and the name alone decide.
#[test]
fn a_user_alone_finds_the_shard_that_it_has_among_others() {
    let data = thirteen_users();
    let together = data.contents(8, RULE);
    for shard in &together {
        for (owner, _) in shard {
            let alone = owned(vec![owner.clone(); 3]).contents(8, RULE);
            let place = |shards: &[Vec<(String, Vec<u8>)>]| {
                shards
                    .iter()
                    .position(|shard| shard.iter().any(|(name, _)| name == owner))
            };
            assert_eq!(place(&alone), place(&together));
        }
    }
    assert_ne!(
        together,
        data.contents(8, PartitionRule::UnitHash { seed: 2 })
    );
}

#[test]
fn records_beyond_a_users_maximum_are_in_no_shard() {
    let data = thirteen_users();
    let examples = Sensitive::new(data.examples.clone());
    let partition = Partition::of_units(&examples, &data.units(2), 4, RULE).unwrap();
    let used: usize = (0..4)
        .map(|i| partition.shard(i).expose_sensitive().len())
        .sum();
    let expected: usize = (0..20)
        .map(|user| {
            data.owners
                .iter()
                .filter(|o| **o == format!("user {user}"))
                .count()
                .min(2)
        })
        .sum();
    assert_eq!(used, expected);
}

#[test]
fn rules_and_units_must_fit() {
    let data = thirteen_users();
    let (examples, units) = (Sensitive::new(data.examples.clone()), data.units(9));
    let refused = |result: Result<Partition, TeachersError>| {
        assert!(matches!(result, Err(TeachersError::Partition(_))));
    };
    refused(Partition::new(&examples, 4, RULE));
    refused(Partition::of_units(&examples, &units, 4, HASH));
    refused(Partition::of_units(
        &examples,
        &units,
        4,
        PartitionRule::Position,
    ));
    let unnamed = UnitIndex::group_by(&data.owners, NonZeroUsize::MAX);
    refused(Partition::of_units(
        &examples,
        &Sensitive::new(unnamed),
        4,
        RULE,
    ));
    let fewer = Sensitive::new(noisy_points(10));
    refused(Partition::of_units(&fewer, &units, 4, RULE));
    assert!(matches!(
        Partition::of_units(&examples, &units, 0, RULE),
        Err(TeachersError::NoTeachers)
    ));
}
