//! The rows of one batch, copied side by side into memory that is used again.

use ndarray::ArrayView2;

use privet_gradients::Examples;

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
pub(crate) struct RowBuffer {
    inputs: Vec<f32>,
    labels: Vec<u32>,
}

impl RowBuffer {
    /// Forgets the rows and keeps their memory.
    pub(crate) fn clear(&mut self) {
        self.inputs.clear();
        self.labels.clear();
    }

    /// Appends the row at `index` and returns its copy, to be changed at will; `None` where there
    /// is no such row.
    pub(crate) fn push(&mut self, from: LabeledRows<'_>, index: usize) -> Option<&mut [f32]> {
        let label = *from.labels.get(index)?;
        if index >= from.inputs.nrows() {
            return None;
        }
        let row = from.inputs.row(index);
        let start = self.inputs.len();
        match row.to_slice() {
            Some(values) => self.inputs.extend_from_slice(values),
            None => self.inputs.extend(row),
        }
        self.labels.push(label);
        Some(&mut self.inputs[start..])
    }

    /// The rows so far.
    pub(crate) fn len(&self) -> usize {
        self.labels.len()
    }

    /// The batch.
    pub(crate) fn examples(&self) -> Examples<'_> {
        Examples {
            inputs: &self.inputs,
            labels: &self.labels,
        }
    }
}
