//! Where each unit's rows are.

use std::ops::Range;

use crate::engine::{Batch, GradientError};

/// Row ranges of the units of a batch.
#[derive(Debug)]
pub(super) struct UnitRows {
    ends: Vec<usize>,
}

impl UnitRows {
    /// The units of a batch.
    pub(super) fn of(batch: &Batch<'_>) -> Result<Self, GradientError> {
        let sizes = batch.units.sizes(batch.examples.labels.len())?;
        let mut end = 0;
        let ends = sizes.into_iter().map(|size| {
            end += size;
            end
        });
        Ok(Self {
            ends: ends.collect(),
        })
    }

    /// This many units of one row each.
    pub(super) fn single(rows: usize) -> Self {
        Self {
            ends: (1..=rows).collect(),
        }
    }

    /// Number of units.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// Rows of a unit in the batch.
    pub(super) fn rows(&self, unit: usize) -> Range<usize> {
        let start = unit.checked_sub(1).map_or(0, |before| self.ends[before]);
        start..self.ends[unit]
    }

    /// As many units from `first` on, before `end`, as fit into a number of rows; at least one.
    pub(super) fn block(&self, first: usize, end: usize, rows: usize) -> Range<usize> {
        let start = self.rows(first).start;
        let fits = self.ends[first..end].partition_point(|&end| end - start <= rows);
        first..first + fits.max(1)
    }

    /// The units in this many nearly equal parts.
    pub(super) fn parts(&self, parts: usize) -> Vec<Range<usize>> {
        let place = |part: usize| part * self.len() / parts;
        (0..parts)
            .map(|part| place(part)..place(part + 1))
            .collect()
    }
}
