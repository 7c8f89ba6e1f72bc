//! Rows that are added to where they lie.

use pulp::{Simd, WithSimd};

use super::Instructions;
use super::vectors::add;

/// Adds each row of `values` to `data`, in the places that [`Rows`](super::Rows) of the same
/// `segments` and `length` would read it from: part `s` of row `r` to
/// `data[starts[r] + segments[s]..][..length]`. Rows may overlap.
pub(in crate::cpu) struct Scatter<'a> {
    /// The rows, one after another.
    pub(in crate::cpu) values: &'a [f32],
    /// Where each row starts.
    pub(in crate::cpu) starts: &'a [usize],
    /// Where each segment starts within a row.
    pub(in crate::cpu) segments: &'a [usize],
    /// Length of every segment.
    pub(in crate::cpu) length: usize,
    /// Where they are added.
    pub(in crate::cpu) data: &'a mut [f32],
}

impl Scatter<'_> {
    /// Adds the rows.
    pub(in crate::cpu) fn run(self, instructions: Instructions) {
        instructions.run(self);
    }
}

impl WithSimd for Scatter<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let width = self.segments.len() * self.length;
        let rows = self.values.chunks_exact(width.max(1));
        for (start, row) in self.starts.iter().zip(rows) {
            let parts = row.chunks_exact(self.length);
            for (segment, values) in self.segments.iter().zip(parts) {
                let place = &mut self.data[start + segment..][..values.len()];
                add(simd, place, values);
            }
        }
    }
}
