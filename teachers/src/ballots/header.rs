//! What a file of ballots belongs to, and the bytes of its parts.

use privet_mechanisms::Sensitive;
use sha2::{Digest, Sha256};

use super::{BallotLogError, Ballots, TeacherOutcome};

/// Name and version of the format.
const MAGIC: &[u8; 16] = b"privet-ballots-1";

/// Bytes of a header.
pub(super) const HEADER: usize = 80;

/// Bytes of the checksum of a record.
const CHECKSUM: usize = 16;

/// What binds a file of ballots to one ensemble.
#[derive(Debug, Clone)]
pub struct BallotLogHeader {
    /// A digest of everything that decides a ballot: the records and their grouping, the partition,
    /// the learner, the seed and the queries. It depends on private data.
    pub inputs: Sensitive<[u8; 32]>,
    /// Number of teachers.
    pub teachers: usize,
    /// Number of queries.
    pub queries: usize,
    /// Number of classes.
    pub classes: usize,
}

impl BallotLogHeader {
    /// # Errors
    /// More teachers or classes than a record has digits for, or records that no memory holds.
    pub(super) fn check(&self) -> Result<(), BallotLogError> {
        for (what, value, most) in [
            ("teachers", self.teachers, u32::MAX as usize),
            ("classes", self.classes, 1 << 16),
            ("queries", self.queries, 1 << 40),
        ] {
            if value > most {
                return Err(BallotLogError::TooMany { what, value, most });
            }
        }
        Ok(())
    }

    /// Magic, digest, numbers, and a checksum of these.
    pub(super) fn to_bytes(&self) -> [u8; HEADER] {
        let numbers = [self.teachers, self.queries, self.classes];
        let numbers = numbers.map(|number| (number as u64).to_le_bytes());
        let mut bytes = Vec::with_capacity(HEADER);
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(self.inputs.expose_sensitive());
        bytes.extend_from_slice(numbers.as_flattened());
        let checksum = Sha256::digest(&bytes);
        bytes.extend(checksum);
        let mut header = [0; HEADER];
        header.copy_from_slice(&bytes[..HEADER]);
        header
    }

    /// What another header says otherwise; `None` where nothing differs.
    ///
    /// `found` is no header at all where the magic or the checksum is wrong: `Err`.
    pub(super) fn difference(&self, found: &[u8; HEADER]) -> Result<Option<&'static str>, ()> {
        let own = self.to_bytes();
        let sound = found[..16] == *MAGIC && Sha256::digest(&found[..72])[..8] == found[72..];
        if !sound {
            return Err(());
        }
        let parts = [
            ("inputs", 16..48),
            ("number of teachers", 48..56),
            ("number of queries", 56..64),
            ("number of classes", 64..72),
        ];
        let differing = parts
            .into_iter()
            .find(|(_, at)| own[at.clone()] != found[at.clone()]);
        Ok(differing.map(|(what, _)| what))
    }

    /// The records of this ensemble.
    pub(super) fn format(&self) -> RecordFormat {
        let mut checksum = Sha256::new();
        checksum.update(self.to_bytes());
        RecordFormat {
            checksum,
            queries: self.queries,
            width: if self.classes <= 1 << 8 { 1 } else { 2 },
        }
    }
}

/// A record: the teacher's number (4 bytes), its outcome (1), its ballots (1 or 2 each), and a
/// checksum (16) of the header and all of these. Numbers are little-endian.
#[derive(Debug, Clone)]
pub(super) struct RecordFormat {
    checksum: Sha256,
    queries: usize,
    width: usize,
}

impl RecordFormat {
    /// Bytes of a record.
    pub(super) fn len(&self) -> usize {
        5 + self.queries * self.width + CHECKSUM
    }

    /// Writes a record into `bytes`, replacing what it held.
    pub(super) fn write(&self, teacher: usize, ballots: &Ballots, bytes: &mut Vec<u8>) {
        bytes.clear();
        bytes.extend_from_slice(&(teacher as u32).to_le_bytes());
        bytes.push(match ballots.outcome {
            TeacherOutcome::Trained => 0,
            TeacherOutcome::EmptyShard => 1,
            TeacherOutcome::Diverged => 2,
        });
        for class in ballots.classes.expose_sensitive() {
            bytes.extend_from_slice(&class.to_le_bytes()[..self.width]);
        }
        let checksum = self.checksum_of(bytes);
        bytes.extend_from_slice(&checksum);
    }

    /// The teacher and its ballots; `None` where the bytes are not a record as it was written.
    pub(super) fn read(&self, bytes: &[u8]) -> Option<(usize, Ballots)> {
        let (content, checksum) = bytes.split_at_checked(bytes.len().checked_sub(CHECKSUM)?)?;
        if bytes.len() != self.len() || self.checksum_of(content) != checksum {
            return None;
        }
        let (teacher, rest) = content.split_first_chunk::<4>()?;
        let (outcome, ballots) = rest.split_first()?;
        let outcome = match outcome {
            0 => TeacherOutcome::Trained,
            1 => TeacherOutcome::EmptyShard,
            2 => TeacherOutcome::Diverged,
            _ => return None,
        };
        let classes = ballots.chunks_exact(self.width).map(|digits| {
            let digits = digits.iter().rev();
            digits.fold(0, |class, &digit| class << 8 | u32::from(digit))
        });
        let classes = Sensitive::new(classes.collect());
        Some((
            u32::from_le_bytes(*teacher) as usize,
            Ballots { outcome, classes },
        ))
    }

    fn checksum_of(&self, content: &[u8]) -> [u8; CHECKSUM] {
        let mut hasher = self.checksum.clone();
        hasher.update(content);
        let mut checksum = [0; CHECKSUM];
        checksum.copy_from_slice(&hasher.finalize()[..CHECKSUM]);
        checksum
    }
}
