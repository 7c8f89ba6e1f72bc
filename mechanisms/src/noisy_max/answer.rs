//! What leaves an aggregator. All of it is public.

use serde::Serialize;

/// The outcome of one query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// A class.
    Label(ReleasedLabel),
    /// The teachers did not disagree with the student, who was sure: its own class, for free. Only
    /// [`InteractiveGnMax`](super::InteractiveGnMax) says this.
    Reinforced(ReinforcedLabel),
    /// The noisy score was below the threshold.
    Abstained,
    /// The planned number of labels was already released; the votes were not looked at.
    Exhausted,
}

impl Answer {
    /// The label that the teachers gave, if they did.
    pub fn label(self) -> Option<ReleasedLabel> {
        match self {
            Self::Label(label) => Some(label),
            Self::Reinforced(_) | Self::Abstained | Self::Exhausted => None,
        }
    }
}

/// A class that a mechanism chose. Only a mechanism can make one, but for those that are
/// [read back](Self::read_back) after they were published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ReleasedLabel {
    query: u64,
    class: usize,
}

impl ReleasedLabel {
    pub(crate) fn new(query: u64, class: usize) -> Self {
        Self { query, class }
    }

    /// A label that was released before, read back from the file that it was published in.
    ///
    /// Whoever calls this vouches for the file: what stands in it is taken as released and paid for.
    pub fn read_back(query: u64, class: usize) -> Self {
        Self::new(query, class)
    }

    /// The number of the query in its run, from 0.
    pub fn query(&self) -> u64 {
        self.query
    }

    /// The class index.
    pub fn class(&self) -> usize {
        self.class
    }
}

/// A class that a student was sure of and the teachers did not dispute. It is no label of theirs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ReinforcedLabel {
    query: u64,
    class: usize,
}

impl ReinforcedLabel {
    pub(super) fn new(query: u64, class: usize) -> Self {
        Self { query, class }
    }

    /// The number of the query in its run, from 0.
    pub fn query(&self) -> u64 {
        self.query
    }

    /// The class index that the student predicted.
    pub fn class(&self) -> usize {
        self.class
    }
}
