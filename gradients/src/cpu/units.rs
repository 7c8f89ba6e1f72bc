//! Where each unit's rows are.

use std::ops::Range;

use crate::engine::{Batch, GradientError, Units};

/// Row ranges of the units of a batch.
#[derive(Debug)]
pub(super) struct UnitRows {
    ends: Vec<usize>,
}

impl UnitRows {
    /// The units of a batch.
    pub(super) fn of(batch: &Batch<'_>) -> Result<Self, GradientError> {
        let rows = batch.examples.labels.len();
        let ends: Vec<usize> = match batch.units {
            Units::Rows => (1..=rows).collect(),
            Units::Copies(copies) if copies > 0 && rows.is_multiple_of(copies) => {
                (1..=rows / copies).map(|unit| unit * copies).collect()
            }
            Units::Copies(_) => return Err(GradientError::Units),
            Units::Sizes(sizes) => sizes
                .iter()
                .scan(0usize, |end, &size| {
                    *end = end.saturating_add(size);
                    Some(*end)
                })
                .collect(),
        };
        match ends.last().copied().unwrap_or(0) == rows {
            true => Ok(Self { ends }),
            false => Err(GradientError::Units),
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
