//! Memory that starts on a cache line.

use std::ops::{Deref, DerefMut};

/// Bytes of a cache line, and of the widest vector.
const LINE: usize = 64;

/// A reusable slice of `f32` whose first value lies at the start of a cache line: a 64-byte vector
/// that straddles two lines takes two loads.
#[derive(Debug, Default)]
pub(in crate::cpu) struct Buffer {
    memory: Vec<f32>,
    start: usize,
    len: usize,
}

impl Buffer {
    /// Makes the slice `len` long. Old values stay where the memory suffices; what the slice then
    /// holds is otherwise unspecified.
    pub(in crate::cpu) fn resize(&mut self, len: usize) {
        let spare = LINE / size_of::<f32>();
        if self.start + len > self.memory.len() {
            self.memory = vec![0.0; len + spare];
            // `usize::MAX` where no alignment can be promised: then none is used.
            let offset = self.memory.as_ptr().align_offset(LINE);
            self.start = if offset <= spare { offset } else { 0 };
        }
        self.len = len;
    }
}

impl Deref for Buffer {
    type Target = [f32];

    fn deref(&self) -> &[f32] {
        &self.memory[self.start..self.start + self.len]
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut [f32] {
        &mut self.memory[self.start..self.start + self.len]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_starts_on_a_line_and_grows() {
        let mut buffer = Buffer::default();
        for len in [1, 17, 1000, 5] {
            buffer.resize(len);
            assert_eq!(buffer.len(), len);
            assert_eq!(buffer.as_ptr().align_offset(LINE), 0);
        }
    }
}
