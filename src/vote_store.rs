//! Complete votes in a folder under `private/`, so that teachers need not be trained again.

use std::io::Cursor;
use std::path::PathBuf;

use anyhow::{Context, Result};
use ndarray::Array2;
use ndarray_npy::{ReadNpyExt, WriteNpyExt};
use privet_mechanisms::Sensitive;
use privet_teachers::{TeacherOutcome, Votes};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::digest::hex;
use crate::run_dir::{atomic, json};

const VOTES: &str = "votes.npy";
const COMPLETE: &str = "votes.json";

/// Votes of the teachers that belong to one data set and config.
pub(crate) struct VoteStore {
    folder: PathBuf,
    inputs: Sensitive<[u8; 32]>,
}

/// Votes, and the teachers that cast fixed ones.
pub(crate) struct Voted {
    /// The votes.
    pub(crate) votes: Votes,
    /// Whose votes are fixed, and why.
    pub(crate) fixed: Sensitive<FixedVoters>,
}

/// Teachers, by number, that could not learn.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub(crate) struct FixedVoters {
    #[serde(rename = "empty_teachers")]
    empty: Vec<usize>,
    #[serde(rename = "diverged_teachers")]
    diverged: Vec<usize>,
}

impl FixedVoters {
    /// Those among all teachers, in their order.
    pub(crate) fn among(outcomes: &[TeacherOutcome]) -> Self {
        let numbers = |wanted| {
            let outcomes = outcomes.iter().enumerate();
            let such = outcomes.filter(|(_, outcome)| **outcome == wanted);
            such.map(|(teacher, _)| teacher).collect()
        };
        Self {
            empty: numbers(TeacherOutcome::EmptyShard),
            diverged: numbers(TeacherOutcome::Diverged),
        }
    }
}

/// What vouches for the votes.
#[derive(Deserialize, Serialize)]
struct Note {
    inputs: String,
    votes: String,
    #[serde(flatten)]
    fixed: FixedVoters,
}

impl VoteStore {
    /// A store in a folder for the votes of teachers trained on `inputs` (a digest of all that decides
    /// them).
    pub(crate) fn new(folder: PathBuf, inputs: Sensitive<[u8; 32]>) -> Self {
        Self { folder, inputs }
    }

    /// Keeps complete votes. The note that vouches for them is written last.
    pub(crate) fn save(&self, voted: &Voted) -> Result<()> {
        let mut bytes = Cursor::new(Vec::new());
        (voted.votes.counts().expose_sensitive())
            .write_npy(&mut bytes)
            .context("writing the votes")?;
        let bytes = bytes.into_inner();
        let note = Note {
            inputs: hex(self.inputs.expose_sensitive()),
            votes: hex(&Sha256::digest(&bytes)),
            fixed: voted.fixed.expose_sensitive().clone(),
        };
        for (name, bytes) in [(VOTES, bytes), (COMPLETE, json(&note)?)] {
            atomic::write(&self.folder.join(name), &bytes, atomic::Access::Owner)?;
        }
        Ok(())
    }

    /// The stored votes, if they are complete and belong to the same data and config.
    pub(crate) fn load(&self, teachers: usize) -> Option<Voted> {
        let note = std::fs::read(self.folder.join(COMPLETE)).ok()?;
        let note: Note = serde_json::from_slice(&note).ok()?;
        if note.inputs != hex(self.inputs.expose_sensitive()) {
            return None;
        }
        // Votes of another attempt may have replaced those that the note is about. Damaged votes are
        // cast again.
        let bytes = std::fs::read(self.folder.join(VOTES)).ok()?;
        if note.votes != hex(&Sha256::digest(&bytes)) {
            return None;
        }
        let counts = Array2::<u32>::read_npy(Cursor::new(bytes)).ok()?;
        let votes = Votes::from_counts(Sensitive::new(counts), teachers).ok()?;
        let fixed = Sensitive::new(note.fixed);
        Some(Voted { votes, fixed })
    }
}
