//! Evidence that no two teachers share a record.

use privet_mechanisms::Sensitive;
use privet_training::data::{Examples, UnitIndex};
use serde::{Deserialize, Serialize};

use super::Partition;
use super::digests::{Digest, Digester};
use crate::TeachersError;

/// Keyed digests of what each shard holds, for whoever checks that the shards are disjoint and
/// complete.
///
/// [`check`](Self::check) needs nothing but the proof; [`holds_all`](Self::holds_all) needs the data
/// and the key. Even under a key the digests tell how many records there are and which are equal, so
/// a proof belongs under `private/`, and so does its key.
#[derive(Clone, PartialEq, Eq)]
pub struct PartitionProof {
    pub(super) rule: ProofRule,
    pub(super) shards: Vec<ShardDigests>,
}

/// A rule of partition without its seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ProofRule {
    RecordHash,
    Position,
    UnitHash,
}

/// What one shard holds.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct ShardDigests {
    pub(super) records: Vec<Digest>,
    /// Under a partition by unit the units of the records, each once.
    pub(super) units: Vec<Digest>,
}

/// What a proof shows by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProofVerdict {
    /// Number of shards.
    pub shards: usize,
    /// Number of records in all shards together.
    pub records: usize,
    /// How many different digests of records stand in more than one shard.
    pub shared_records: usize,
    /// How many different digests of units, such as users, stand in more than one shard.
    pub shared_units: usize,
}

impl ProofVerdict {
    /// Whether no record and no unit is in two shards.
    pub fn is_disjoint(&self) -> bool {
        self.shared_records == 0 && self.shared_units == 0
    }
}

impl Partition {
    /// Digests of what each shard holds, under a `key` that lies under `private/`.
    ///
    /// By content the digest of a record is of its content, and equal records share a shard; by
    /// position it is of position and content; by unit of the unit's name and the content, and the
    /// names of the units have digests of their own.
    ///
    /// # Errors
    /// Examples that are not those of the partition, or a partition by unit without its units.
    pub fn proof(
        &self,
        examples: &Sensitive<Examples>,
        units: Option<&Sensitive<UnitIndex>>,
        key: &[u8; 32],
    ) -> Result<Sensitive<PartitionProof>, TeachersError> {
        self.check(examples)?;
        let rule = ProofRule::from(self.rule());
        require_units(rule, units)?;
        let units = units.map(Sensitive::expose_sensitive);
        let digester = Digester::new(key, rule, examples.expose_sensitive(), units);
        let proof = self.shards.as_ref().map(|shards| PartitionProof {
            rule,
            shards: (shards.iter())
                .map(|records| ShardDigests {
                    records: digester.of_records(records),
                    units: digester.of_units(records),
                })
                .collect(),
        });
        Ok(proof)
    }
}

impl PartitionProof {
    /// Whether any record or unit is in two shards.
    pub fn check(&self) -> Sensitive<ProofVerdict> {
        let digests = |of: fn(&ShardDigests) -> &[Digest]| {
            let shards = self.shards.iter().enumerate();
            shards.flat_map(move |(shard, digests)| of(digests).iter().map(move |d| (*d, shard)))
        };
        Sensitive::new(ProofVerdict {
            shards: self.shards.len(),
            records: self.shards.iter().map(|shard| shard.records.len()).sum(),
            shared_records: shared(digests(|shard| &shard.records).collect()),
            shared_units: shared(digests(|shard| &shard.units).collect()),
        })
    }

    /// Whether the shards hold every record that belongs in one, as often as it occurs, and nothing
    /// else. With units those records belong that the units do not leave out.
    ///
    /// # Errors
    /// A proof of a partition by unit without the units.
    pub fn holds_all(
        &self,
        examples: &Sensitive<Examples>,
        units: Option<&Sensitive<UnitIndex>>,
        key: &[u8; 32],
    ) -> Result<Sensitive<bool>, TeachersError> {
        require_units(self.rule, units)?;
        let units = units.map(Sensitive::expose_sensitive);
        let digester = Digester::new(key, self.rule, examples.expose_sensitive(), units);
        let expected = digester.of_records(&digester.records());
        let found = self.shards.iter().flat_map(|shard| &shard.records);
        let mut found: Vec<Digest> = found.copied().collect();
        found.sort_unstable();
        Ok(Sensitive::new(found == expected))
    }
}

fn require_units(
    rule: ProofRule,
    units: Option<&Sensitive<UnitIndex>>,
) -> Result<(), TeachersError> {
    match rule == ProofRule::UnitHash && units.is_none() {
        false => Ok(()),
        true => Err(TeachersError::Partition(
            "is by unit, so its proof needs the units",
        )),
    }
}

/// How many different digests stand in more than one shard.
fn shared(mut digests: Vec<(Digest, usize)>) -> usize {
    digests.sort_unstable();
    let same = digests.chunk_by(|(one, _), (other, _)| one == other);
    same.filter(|places| {
        places.first().map(|(_, shard)| shard) != places.last().map(|(_, shard)| shard)
    })
    .count()
}

/// Says nothing of the shards.
impl std::fmt::Debug for PartitionProof {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = formatter.debug_struct("PartitionProof");
        debug.field("rule", &self.rule).finish_non_exhaustive()
    }
}
