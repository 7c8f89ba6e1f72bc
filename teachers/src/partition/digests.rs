//! Keyed digests of records and units.

use hmac::{Hmac, KeyInit, Mac};
use privet_training::data::{Examples, UnitIndex};
use sha2::Sha256;

use super::PartitionRule;
use super::proof::ProofRule;

/// HMAC-SHA-256: without the key nobody can check a guess of the record.
pub(super) type Digest = [u8; 32];

/// Digests everything that can be in a shard under one rule.
pub(super) struct Digester<'a> {
    mac: Hmac<Sha256>,
    rule: ProofRule,
    examples: &'a Examples,
    units: Option<&'a UnitIndex>,
    /// For each record the unit that it belongs to; empty where each is by itself.
    unit_of_record: Vec<Option<usize>>,
}

impl<'a> Digester<'a> {
    /// `units` are those of a partition by unit; under another rule they are ignored.
    pub(super) fn new(
        key: &[u8; 32],
        rule: ProofRule,
        examples: &'a Examples,
        units: Option<&'a UnitIndex>,
    ) -> Self {
        let units = units.filter(|_| rule == ProofRule::UnitHash);
        let mut unit_of_record = Vec::new();
        if let Some(units) = units {
            unit_of_record.resize(examples.len(), None);
            for unit in 0..units.len() {
                for &row in units.rows(unit).unwrap_or_default() {
                    if let Some(of_record) = unit_of_record.get_mut(row) {
                        *of_record = Some(unit);
                    }
                }
            }
        }
        // HMAC fills a short key up with zeros to the hash's block.
        let mut block = [0; 64];
        block[..32].copy_from_slice(key);
        Self {
            mac: Hmac::new(&block.into()),
            rule,
            examples,
            units,
            unit_of_record,
        }
    }

    /// All records that belong in a shard.
    pub(super) fn records(&self) -> Vec<usize> {
        let belongs =
            |&record: &usize| self.rule != ProofRule::UnitHash || self.unit_of(record).is_some();
        (0..self.examples.len()).filter(belongs).collect()
    }

    /// The digests of these records, sorted: of their content by content, of position and content by
    /// position, of unit and content by unit. Equal records have equal digests where they share a
    /// shard.
    pub(super) fn of_records(&self, records: &[usize]) -> Vec<Digest> {
        let mut content = Vec::new();
        let digests = records.iter().map(|&record| {
            let position = self.examples.positions()[record] as u64;
            self.examples.record_bytes(record, &mut content);
            match self.rule {
                ProofRule::RecordHash => self.digest(&[b"record", &content]),
                ProofRule::Position => {
                    self.digest(&[b"record at", &position.to_le_bytes(), &content])
                }
                ProofRule::UnitHash => {
                    let name = self.unit_of(record).and_then(|unit| self.name(unit));
                    self.digest(&[b"record of", name.unwrap_or_default(), &content])
                }
            }
        });
        let mut digests: Vec<Digest> = digests.collect();
        digests.sort_unstable();
        digests
    }

    /// The digests of the units of these records, sorted, each once.
    pub(super) fn of_units(&self, records: &[usize]) -> Vec<Digest> {
        let mut units: Vec<usize> = (records.iter())
            .filter_map(|&record| self.unit_of(record))
            .collect();
        units.sort_unstable();
        units.dedup();
        let names = units.into_iter().filter_map(|unit| self.name(unit));
        let mut digests: Vec<Digest> = names.map(|name| self.digest(&[b"unit", name])).collect();
        digests.sort_unstable();
        digests
    }

    fn unit_of(&self, record: usize) -> Option<usize> {
        self.unit_of_record.get(record).copied().flatten()
    }

    fn name(&self, unit: usize) -> Option<&'a [u8]> {
        Some(self.units?.name(unit)?.as_bytes())
    }

    /// The parts are framed by their lengths, so that no two lists of parts give one text.
    fn digest(&self, parts: &[&[u8]]) -> Digest {
        let mut mac = self.mac.clone();
        mac.update(b"privet partition proof v1");
        for part in parts {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

impl From<PartitionRule> for ProofRule {
    fn from(rule: PartitionRule) -> Self {
        match rule {
            PartitionRule::RecordHash { .. } => Self::RecordHash,
            PartitionRule::Position => Self::Position,
            PartitionRule::UnitHash { .. } => Self::UnitHash,
        }
    }
}
