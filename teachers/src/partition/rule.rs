//! How records find their shards, and what a neighbour changes.

use privet_accountant::NeighboringRelation;
use privet_mechanisms::ChangedVotes;
use sha2::{Digest, Sha256};

/// How a record, or a unit of records, finds its shard.
///
/// No rule looks at any other record or unit, and none balances or stratifies by labels: a rule
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
    /// All records of a unit, such as a user, together, by a hash of the unit's name, keyed by the
    /// experiment's seed. Adding or removing a whole unit changes one shard only, however many
    /// records it has; replacing a unit by another changes at most two.
    UnitHash {
        /// The experiment's seed.
        seed: u64,
    },
}

impl PartitionRule {
    /// The rule under which a neighbour changes one shard only, each record being a unit.
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
    ///
    /// Under [`UnitHash`](Self::UnitHash) neighbours differ by a whole unit, else by a record.
    pub fn changed_votes(self, relation: NeighboringRelation) -> Option<ChangedVotes> {
        use NeighboringRelation::{AddOrRemoveOne, ReplaceOne, ReplaceSpecial};
        match (self, relation) {
            // The record or unit joins or leaves the one shard that its hash names. A special one
            // is an absent one.
            (Self::RecordHash { .. } | Self::UnitHash { .. }, AddOrRemoveOne | ReplaceSpecial) => {
                Some(ChangedVotes::ONE)
            }
            // One shard loses the old one, another may gain the new one.
            (Self::RecordHash { .. } | Self::UnitHash { .. }, ReplaceOne) => {
                Some(ChangedVotes::TWO)
            }
            (Self::Position, ReplaceOne | ReplaceSpecial) => Some(ChangedVotes::ONE),
            (Self::Position, AddOrRemoveOne) => None,
        }
    }
}

/// Domains of the hash: a record never has the hash of a unit.
pub(super) const RECORD: &[u8] = b"privet partition v1";
pub(super) const UNIT: &[u8] = b"privet partition of units v1";

/// The shard that a hash of these bytes, keyed by the seed, names.
pub(super) fn hashed_shard(domain: &[u8], seed: u64, bytes: &[u8], teachers: usize) -> usize {
    let mut hasher = Sha256::new();
    hasher.update(domain);
    hasher.update(seed.to_le_bytes());
    hasher.update(bytes);
    let digest: [u8; 32] = hasher.finalize().into();
    let mut first = [0u8; 8];
    first.copy_from_slice(&digest[..8]);
    (u64::from_le_bytes(first) % teachers as u64) as usize
}
