//! A drawn batch and what it belongs to.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::Sensitive;

/// The run and the step that a batch was drawn for. Made by a run, in this crate only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BatchId {
    pub(crate) run: RunId,
    pub(crate) step: u64,
}

/// Tells runs of this process apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RunId(u64);

impl RunId {
    pub(crate) fn fresh() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

/// A batch of units that a run drew with its plan's sampler.
///
/// It can be neither built nor cloned by hand, and a release consumes it: one batch, one step.
/// Its size is as sensitive as its content.
#[derive(Debug)]
pub struct DrawnBatch {
    id: BatchId,
    indices: Sensitive<Vec<usize>>,
}

impl DrawnBatch {
    pub(crate) fn new(id: BatchId, indices: Sensitive<Vec<usize>>) -> Self {
        Self { id, indices }
    }

    pub(crate) fn id(&self) -> BatchId {
        self.id
    }

    /// The step, which is public.
    pub fn step(&self) -> u64 {
        self.id.step
    }

    /// The positions of the chosen units, ascending.
    pub fn indices(&self) -> Sensitive<&[usize]> {
        self.indices.as_ref().map(Vec::as_slice)
    }

    /// The number of chosen units; it may be 0, and then the step is noise only.
    pub fn size(&self) -> Sensitive<usize> {
        self.indices.as_ref().map(Vec::len)
    }
}
