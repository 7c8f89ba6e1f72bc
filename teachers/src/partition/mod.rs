//! Which teacher learns from which record.

mod digests;
mod proof;
mod proof_file;
mod rule;

use privet_mechanisms::Sensitive;
use privet_training::data::{Examples, UnitIndex};

use crate::TeachersError;
pub use proof::{PartitionProof, ProofVerdict};
pub use rule::PartitionRule;

/// Disjoint shards of the private records, one for each teacher.
#[derive(Debug)]
pub struct Partition {
    shards: Sensitive<Vec<Vec<usize>>>,
    records: Sensitive<usize>,
    rule: PartitionRule,
}

impl Partition {
    /// Assigns every record to one of `teachers` shards, each by itself.
    ///
    /// The number of teachers is a public constant: it may not depend on how many records there
    /// are, and some shards may be empty.
    ///
    /// # Errors
    /// No teachers, or a rule for units.
    pub fn new(
        examples: &Sensitive<Examples>,
        teachers: usize,
        rule: PartitionRule,
    ) -> Result<Self, TeachersError> {
        let examples = examples.expose_sensitive();
        let mut shards = no_records(teachers)?;
        let mut record = Vec::new();
        for (index, position) in examples.positions().iter().enumerate() {
            let shard = match rule {
                PartitionRule::Position => position % teachers,
                PartitionRule::RecordHash { seed } => {
                    examples.record_bytes(index, &mut record);
                    rule::hashed_shard(rule::RECORD, seed, &record, teachers)
                }
                PartitionRule::UnitHash { .. } => {
                    return Err(TeachersError::Partition(
                        "is by unit, but nothing says which records form one: name the units' \
                         column in [privacy] unit",
                    ));
                }
            };
            shards[shard].push(index);
        }
        Ok(Self {
            shards: Sensitive::new(shards),
            records: Sensitive::new(examples.len()),
            rule,
        })
    }

    /// Assigns every unit, such as all records of a user, to one of `teachers` shards by its name.
    ///
    /// Records that the units leave out, those beyond their public maximum, are in no shard. Within
    /// a shard the records are in the order of the data.
    ///
    /// # Errors
    /// No teachers, a rule for records, or units without names or of other records.
    pub fn of_units(
        examples: &Sensitive<Examples>,
        units: &Sensitive<UnitIndex>,
        teachers: usize,
        rule: PartitionRule,
    ) -> Result<Self, TeachersError> {
        let PartitionRule::UnitHash { seed } = rule else {
            return Err(TeachersError::Partition(
                "is by record, which would spread the records of one unit over several teachers: \
                 units of more than a record need a partition by unit",
            ));
        };
        let (examples, units) = (examples.expose_sensitive(), units.expose_sensitive());
        let mut shards = no_records(teachers)?;
        for unit in 0..units.len() {
            let (Some(name), Some(rows)) = (units.name(unit), units.rows(unit)) else {
                return Err(TeachersError::Partition(
                    "is by unit, but the units have no names",
                ));
            };
            if rows.iter().any(|&row| row >= examples.len()) {
                return Err(TeachersError::Partition("is by the units of other records"));
            }
            let shard = rule::hashed_shard(rule::UNIT, seed, name.as_bytes(), teachers);
            shards[shard].extend_from_slice(rows);
        }
        for shard in &mut shards {
            shard.sort_unstable();
        }
        Ok(Self {
            shards: Sensitive::new(shards),
            records: Sensitive::new(examples.len()),
            rule,
        })
    }

    /// Number of shards, a public constant.
    pub fn teachers(&self) -> usize {
        self.shards.expose_sensitive().len()
    }

    /// How the records found their shards.
    pub fn rule(&self) -> PartitionRule {
        self.rule
    }

    /// Which of the examples belong to one teacher.
    pub fn shard(&self, teacher: usize) -> Sensitive<&[usize]> {
        self.shards
            .as_ref()
            .map(|shards| shards[teacher].as_slice())
    }

    /// # Errors
    /// Examples that are not those of the partition.
    pub(crate) fn check(&self, examples: &Sensitive<Examples>) -> Result<(), TeachersError> {
        match *self.records.expose_sensitive() == examples.expose_sensitive().len() {
            true => Ok(()),
            false => Err(TeachersError::Partition("is one of other records")),
        }
    }
}

/// # Errors
/// No teachers.
fn no_records(teachers: usize) -> Result<Vec<Vec<usize>>, TeachersError> {
    match teachers {
        0 => Err(TeachersError::NoTeachers),
        _ => Ok(vec![Vec::new(); teachers]),
    }
}
