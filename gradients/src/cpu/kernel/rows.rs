//! The rows of a matrix, where they lie.

/// Rows of a matrix as they lie in memory: row `r` is made of the segments
/// `data[starts[r] + segments[s]..][..length]`, one after another.
///
/// The rows of a linear layer's input are one segment each; the patches that a convolution sees are
/// one segment a row of the kernel, read from the image in place.
#[derive(Clone, Copy, Debug)]
pub(in crate::cpu) struct Rows<'a> {
    /// Where the values are.
    pub(in crate::cpu) data: &'a [f32],
    /// Where each row starts.
    pub(in crate::cpu) starts: &'a [usize],
    /// Where each segment starts within a row.
    pub(in crate::cpu) segments: &'a [usize],
    /// Length of every segment.
    pub(in crate::cpu) length: usize,
}

impl<'a> Rows<'a> {
    /// Number of values in a row.
    pub(in crate::cpu) fn width(&self) -> usize {
        self.segments.len() * self.length
    }

    /// These rows only.
    pub(in crate::cpu) fn select(self, rows: std::ops::Range<usize>) -> Self {
        Self {
            starts: &self.starts[rows],
            ..self
        }
    }

    /// Writes the rows one after another.
    #[inline(always)]
    pub(in crate::cpu) fn gather(&self, into: &mut [f32]) {
        let segments = into.chunks_exact_mut(self.length.max(1));
        let sources = self
            .starts
            .iter()
            .flat_map(|start| self.segments.iter().map(move |segment| start + segment));
        for (segment, source) in segments.zip(sources) {
            segment.copy_from_slice(&self.data[source..source + self.length]);
        }
    }
}
