//! A proof as JSON, one line a shard.

use std::io::{self, BufRead, Write};

use privet_mechanisms::Sensitive;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::digests::Digest;
use super::proof::{PartitionProof, ProofRule, ShardDigests};
use crate::TeachersError;

/// Name and version of the format.
const FORMAT: &str = "privet-partition-1";

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    proof: String,
    rule: ProofRule,
    teachers: usize,
}

/// The line of one shard; digests as hexadecimal digits.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    shard: usize,
    count: usize,
    records: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    units: Option<Vec<String>>,
}

impl PartitionProof {
    /// Writes a line that says what it is, then one a shard: its number, the count of its records,
    /// and their sorted digests, by unit those of the units too.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write(&self, writer: &mut impl Write) -> io::Result<()> {
        let head = Head {
            proof: FORMAT.into(),
            rule: self.rule,
            teachers: self.shards.len(),
        };
        serde_json::to_writer(&mut *writer, &head)?;
        for (shard, digests) in self.shards.iter().enumerate() {
            let by_unit = self.rule == ProofRule::UnitHash;
            let line = Line {
                shard,
                count: digests.records.len(),
                records: hexadecimal(&digests.records),
                units: by_unit.then(|| hexadecimal(&digests.units)),
            };
            writer.write_all(b"\n")?;
            serde_json::to_writer(&mut *writer, &line)?;
        }
        writer.write_all(b"\n")?;
        writer.flush()
    }

    /// Reads what [`write`](Self::write) wrote.
    ///
    /// # Errors
    /// A line that is none of a proof: shards out of order or missing, a count that is not that of
    /// the digests, or a digest that is none.
    pub fn read(reader: impl BufRead) -> Result<Sensitive<Self>, TeachersError> {
        let mut lines = reader.lines().zip(1..);
        let mut next = |wanted: &str| match lines.next() {
            Some((Ok(text), line)) => Ok((text, line)),
            Some((Err(error), line)) => Err(wrong(line, error)),
            None => Err(wrong(0, format!("the file ends before {wanted}"))),
        };
        let (text, line) = next("its first line")?;
        let head: Head = parse(&text, line)?;
        if head.proof != FORMAT {
            return Err(wrong(line, "this version of privet did not write it"));
        }
        let mut shards = Vec::new();
        for shard in 0..head.teachers {
            let (text, line) = next("all shards have had their line")?;
            let found: Line = parse(&text, line)?;
            let by_unit = head.rule == ProofRule::UnitHash;
            let sound = found.shard == shard
                && found.count == found.records.len()
                && found.units.is_some() == by_unit;
            if !sound {
                return Err(wrong(
                    line,
                    "its number, count or units are not what they must be",
                ));
            }
            let digests = |texts: Vec<String>| -> Result<Vec<Digest>, TeachersError> {
                let digests: Option<Vec<Digest>> = texts.iter().map(|text| digest(text)).collect();
                digests.ok_or_else(|| wrong(line, "a digest is not 64 hexadecimal digits"))
            };
            shards.push(ShardDigests {
                records: digests(found.records)?,
                units: digests(found.units.unwrap_or_default())?,
            });
        }
        match lines.next() {
            None => Ok(Sensitive::new(Self {
                rule: head.rule,
                shards,
            })),
            Some((_, line)) => Err(wrong(line, "it comes after the last shard")),
        }
    }
}

/// Parses a line; the error says where it is wrong, and not what is there.
fn parse<T: DeserializeOwned>(text: &str, line: usize) -> Result<T, TeachersError> {
    serde_json::from_str(text).map_err(|error| {
        let column = error.column();
        wrong(
            line,
            format!("it is no line of a proof from column {column} on"),
        )
    })
}

fn wrong(line: usize, problem: impl std::fmt::Display) -> TeachersError {
    TeachersError::Proof {
        line,
        problem: problem.to_string(),
    }
}

fn hexadecimal(digests: &[Digest]) -> Vec<String> {
    let text = |digest: &Digest| digest.iter().map(|byte| format!("{byte:02x}")).collect();
    digests.iter().map(text).collect()
}

fn digest(text: &str) -> Option<Digest> {
    let digits: Option<Vec<u8>> = text
        .chars()
        .map(|digit| digit.to_digit(16).map(|value| value as u8))
        .collect();
    let digits: [u8; 64] = digits?.try_into().ok()?;
    let (pairs, _) = digits.as_chunks::<2>();
    let mut digest = [0; 32];
    for (byte, [high, low]) in digest.iter_mut().zip(pairs) {
        *byte = high << 4 | low;
    }
    Some(digest)
}
