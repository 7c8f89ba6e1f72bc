//! Tables: CSV text and arrays of columns, turned into inputs and labels by a public schema.

mod encode;
mod header;
mod levels;
mod read;

use ndarray::Array2;

pub(super) use encode::encode_numbers;
pub(super) use read::{read_numbers, read_owners, read_table};

/// What to do about the label column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LabelUse {
    /// It must be there.
    Required,
    /// It is read where it is there.
    IfPresent,
    /// It may be there and is not looked at.
    Ignored,
}

/// An encoded table.
#[derive(Debug)]
pub(super) struct EncodedTable {
    /// One row a record, `[n, encoded width]`, all finite.
    pub(super) inputs: Array2<f32>,
    /// One class a record; `None` without a label column.
    pub(super) labels: Option<Vec<u32>>,
}
