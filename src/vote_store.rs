//! The votes of a run under `private/`, so that an interrupted run need not train its teachers again.

use std::io::Cursor;

use anyhow::{Context, Result};
use ndarray::Array2;
use ndarray_npy::{ReadNpyExt, WriteNpyExt};
use privet_mechanisms::Sensitive;
use privet_teachers::{TeacherOutcome, Votes};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::digest::hex;
use crate::run_dir::{RunDir, json};

const VOTES: &str = "votes.npy";
const COMPLETE: &str = "votes.json";

/// Votes of the teachers that belong to one data set and config.
pub(crate) struct VoteStore<'a> {
    dir: &'a RunDir,
    inputs: Sensitive<[u8; 32]>,
}

impl<'a> VoteStore<'a> {
    /// A store for the votes of teachers trained on `inputs` (a digest of data and config).
    pub(crate) fn new(dir: &'a RunDir, inputs: Sensitive<[u8; 32]>) -> Self {
        Self { dir, inputs }
    }

    /// Keeps complete votes. The note that vouches for them is written last.
    pub(crate) fn save(
        &self,
        votes: &Votes,
        outcomes: &Sensitive<Vec<TeacherOutcome>>,
    ) -> Result<()> {
        let mut bytes = Cursor::new(Vec::new());
        votes
            .counts()
            .expose_sensitive()
            .write_npy(&mut bytes)
            .context("writing the votes")?;
        let bytes = bytes.into_inner();
        let digest = hex(&Sha256::digest(&bytes));
        self.dir.write_private(VOTES, &bytes)?;
        let positions = |wanted| -> Vec<usize> {
            let outcomes = outcomes.expose_sensitive().iter().enumerate();
            outcomes
                .filter(|(_, outcome)| **outcome == wanted)
                .map(|(teacher, _)| teacher)
                .collect()
        };
        let note = json!({
            "inputs": hex(self.inputs.expose_sensitive()),
            "votes": digest,
            "empty_teachers": positions(TeacherOutcome::EmptyShard),
            "diverged_teachers": positions(TeacherOutcome::Diverged),
        });
        self.dir.write_private(COMPLETE, &json(&note)?)
    }

    /// The stored votes, if they are complete and belong to the same data and config.
    pub(crate) fn load(&self, teachers: usize) -> Result<Option<Votes>> {
        let Ok(note) = std::fs::read(self.dir.private(COMPLETE)) else {
            return Ok(None);
        };
        let note: serde_json::Value = serde_json::from_slice(&note).unwrap_or_default();
        if note["inputs"] != hex(self.inputs.expose_sensitive()) {
            return Ok(None);
        }
        // Votes of another attempt may have replaced those that the note is about.
        let counts = std::fs::read(self.dir.private(VOTES))
            .ok()
            .filter(|bytes| note["votes"] == hex(&Sha256::digest(bytes)))
            .and_then(|bytes| Array2::<u32>::read_npy(Cursor::new(bytes)).ok());
        // Damaged votes are trained again.
        Ok(counts.and_then(|counts| Votes::from_counts(Sensitive::new(counts), teachers).ok()))
    }
}
