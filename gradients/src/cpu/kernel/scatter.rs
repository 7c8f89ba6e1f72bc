//! Rows that are added to where they lie.

use pulp::{Simd, WithSimd};

use super::Instructions;
use super::vectors::{load, store};

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
                let places = place.chunks_mut(S::F32_LANES);
                for (place, values) in places.zip(values.chunks(S::F32_LANES)) {
                    let sum = simd.add_f32s(load(simd, place), load(simd, values));
                    store(simd, place, sum);
                }
            }
        }
    }
}
