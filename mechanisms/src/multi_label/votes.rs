//! What the teachers say about one query.

use crate::MechanismError;

/// A vector over the labels from every teacher, for one query. Lives inside
/// [`Sensitive`](crate::Sensitive).
#[derive(Debug, Clone, PartialEq)]
pub struct LabelVotes {
    /// Teachers by labels.
    entries: Vec<f32>,
    labels: usize,
}

impl LabelVotes {
    /// Entries in row-major order, `[teachers, labels]`. Whatever they are: the mechanism clips.
    ///
    /// # Errors
    /// No labels, or a number of entries that is no multiple of the labels.
    pub fn new(entries: Vec<f32>, labels: usize) -> Result<Self, MechanismError> {
        if labels == 0 || !entries.len().is_multiple_of(labels) {
            let found = format!("a matrix of {} entries", entries.len());
            let classes = labels;
            return Err(MechanismError::Classes { found, classes });
        }
        Ok(Self { entries, labels })
    }

    /// The number of labels, which is public.
    pub fn labels(&self) -> usize {
        self.labels
    }

    /// The number of teachers, which is public.
    pub fn teachers(&self) -> usize {
        self.entries.len() / self.labels
    }

    /// The vectors of the teachers.
    pub(super) fn ballots(&self) -> impl Iterator<Item = &[f32]> {
        self.entries.chunks_exact(self.labels)
    }
}
