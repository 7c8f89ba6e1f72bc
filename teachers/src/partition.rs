//! Which teacher learns from which record.

use privet_accountant::NeighboringRelation;
use privet_mechanisms::{ChangedVotes, Sensitive};
use privet_training::data::Examples;
use sha2::{Digest, Sha256};

use crate::TeachersError;

/// How a record finds its shard.
///
/// Neither rule looks at any other record, and neither balances or stratifies by labels: a rule
/// that did would let one record move others between shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartitionRule {
    /// By a hash of the record's own bytes, keyed by the experiment's seed. Adding or removing a
    /// record changes its own shard only; replacing one changes at most two.
    RecordHash {
        /// The experiment's seed.
        seed: u64,
    },
    /// By the record's position in the file that it comes from. Replacing a record in place changes
    /// its own shard only, also where the file holds public records beside the private ones.
    /// Removing one moves all records behind it, so that nothing can be said.
    Position,
}

impl PartitionRule {
    /// The rule under which a neighbour changes one shard only.
    pub fn for_relation(relation: NeighboringRelation, seed: u64) -> Self {
        match relation {
            NeighboringRelation::ReplaceOne => Self::Position,
            NeighboringRelation::AddOrRemoveOne | NeighboringRelation::ReplaceSpecial => {
                Self::RecordHash { seed }
            }
        }
    }

    /// How many ballots differ at most between the votes on neighbouring data sets; `None` where
    /// there is no bound below the number of teachers.
    pub fn changed_votes(self, relation: NeighboringRelation) -> Option<ChangedVotes> {
        use NeighboringRelation::{AddOrRemoveOne, ReplaceOne, ReplaceSpecial};
        match (self, relation) {
            // The record joins or leaves the one shard that its hash names. A special record is
            // an absent one.
            (Self::RecordHash { .. }, AddOrRemoveOne | ReplaceSpecial) => Some(ChangedVotes::ONE),
            // One shard loses the old record, another may gain the new one.
            (Self::RecordHash { .. }, ReplaceOne) => Some(ChangedVotes::TWO),
            (Self::Position, ReplaceOne | ReplaceSpecial) => Some(ChangedVotes::ONE),
            (Self::Position, AddOrRemoveOne) => None,
        }
    }
}

/// Disjoint shards of the private records, one for each teacher.
#[derive(Debug)]
pub struct Partition {
    shards: Sensitive<Vec<Vec<usize>>>,
}

impl Partition {
    /// Assigns every record to one of `teachers` shards.
    ///
    /// The number of teachers is a public constant: it may not depend on how many records there
    /// are, and some shards may be empty.
    ///
    /// # Errors
    /// No teachers.
    pub fn new(
        examples: &Sensitive<Examples>,
        teachers: usize,
        rule: PartitionRule,
    ) -> Result<Self, TeachersError> {
        if teachers == 0 {
            return Err(TeachersError::NoTeachers);
        }
        let examples = examples.expose_sensitive();
        let mut shards = vec![Vec::new(); teachers];
        let mut record = Vec::new();
        for (index, position) in examples.positions().iter().enumerate() {
            let shard = match rule {
                PartitionRule::Position => position % teachers,
                PartitionRule::RecordHash { seed } => {
                    examples.record_bytes(index, &mut record);
                    (record_hash(seed, &record) % teachers as u64) as usize
                }
            };
            shards[shard].push(index);
        }
        Ok(Self {
            shards: Sensitive::new(shards),
        })
    }

    /// Number of shards, a public constant.
    pub fn teachers(&self) -> usize {
        self.shards.expose_sensitive().len()
    }

    /// Which of the examples belong to one teacher.
    pub fn shard(&self, teacher: usize) -> Sensitive<&[usize]> {
        self.shards
            .as_ref()
            .map(|shards| shards[teacher].as_slice())
    }
}

fn record_hash(seed: u64, record: &[u8]) -> u64 {
    let mut hasher = Sha256::new();
    hasher.update(b"privet partition v1");
    hasher.update(seed.to_le_bytes());
    hasher.update(record);
    let digest: [u8; 32] = hasher.finalize().into();
    let mut first = [0u8; 8];
    first.copy_from_slice(&digest[..8]);
    u64::from_le_bytes(first)
}
