//! The rows of one batch, copied side by side into memory that is used again.

use ndarray::ArrayView2;

use privet_gradients::Examples;
use rayon::prelude::*;

/// Where the rows of batches come from.
#[derive(Clone, Copy, Debug)]
pub struct LabeledRows<'a> {
    /// One row an example, `[examples, values]`.
    pub inputs: ArrayView2<'a, f32>,
    /// Class of each row.
    pub labels: &'a [u32],
}

/// A batch under construction.
#[derive(Debug, Default)]
pub struct RowBuffer {
    /// As long as the longest batch so far.
    inputs: Vec<f32>,
    /// How much of it is of this batch.
    used: usize,
    labels: Vec<u32>,
}

/// Values from which on all threads copy.
const PARALLEL: usize = 1 << 17;

impl RowBuffer {
    /// Forgets the rows and keeps their memory.
    pub fn clear(&mut self) {
        self.used = 0;
        self.labels.clear();
    }

    /// Appends the row at `index` and returns its copy, to be changed at will; `None` where there
    /// is no such row.
    pub fn push(&mut self, from: LabeledRows<'_>, index: usize) -> Option<&mut [f32]> {
        let start = self.used;
        self.extend(from, &[index])?;
        Some(&mut self.inputs[start..self.used])
    }

    /// Appends the rows at `indices`; `None`, and nothing was appended, where one does not exist.
    pub fn extend(&mut self, from: LabeledRows<'_>, indices: &[usize]) -> Option<()> {
        let (rows, width) = from.inputs.dim();
        let rows = rows.min(from.labels.len());
        if indices.iter().any(|&index| index >= rows) {
            return None;
        }
        let start = self.used;
        self.used += indices.len() * width;
        if self.inputs.len() < self.used {
            self.inputs.resize(self.used, 0.0);
        }
        let copy = |(into, &index): (&mut [f32], &usize)| {
            let row = from.inputs.row(index);
            match row.to_slice() {
                Some(values) => into.copy_from_slice(values),
                None => into.iter_mut().zip(row).for_each(|(to, from)| *to = *from),
            }
        };
        let into = &mut self.inputs[start..self.used];
        let width = width.max(1);
        match into.len() >= PARALLEL {
            true => into
                .par_chunks_exact_mut(width)
                .zip(indices)
                .with_min_len(16)
                .for_each(copy),
            false => into.chunks_exact_mut(width).zip(indices).for_each(copy),
        }
        let labels = indices.iter().map(|&index| from.labels[index]);
        self.labels.extend(labels);
        Some(())
    }

    /// The batch.
    pub fn examples(&self) -> Examples<'_> {
        Examples {
            inputs: &self.inputs[..self.used],
            labels: &self.labels,
        }
    }
}
