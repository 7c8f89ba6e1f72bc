//! Zeros around images.

use super::{Matrix, MatrixMemory};

/// Zeros around an image.
#[derive(Debug)]
pub(super) struct Padding {
    pub(super) height: usize,
    pub(super) line: usize,
    pub(super) before: usize,
    pub(super) padded_line: usize,
    pub(super) padded: usize,
}

impl Padding {
    fn lines(&self) -> impl Iterator<Item = usize> {
        (0..self.height).map(|y| self.before + y * self.padded_line)
    }

    pub(super) fn add(&self, inputs: &[f32], padded: &mut [f32]) {
        padded.fill(0.0);
        let images = inputs.chunks_exact(self.line * self.height);
        for (image, padded) in images.zip(padded.chunks_exact_mut(self.padded)) {
            for (line, start) in image.chunks_exact(self.line).zip(self.lines()) {
                padded[start..start + self.line].copy_from_slice(line);
            }
        }
    }

    pub(super) fn remove(&self, padded: &[f32], inputs: &mut [f32]) {
        let images = inputs.chunks_exact_mut(self.line * self.height);
        for (image, padded) in images.zip(padded.chunks_exact(self.padded)) {
            for (line, start) in image.chunks_exact_mut(self.line).zip(self.lines()) {
                line.copy_from_slice(&padded[start..start + self.line]);
            }
        }
    }
}

impl Matrix {
    /// Length of a row that patches are read from.
    pub(super) fn padded(&self) -> usize {
        self.padding.as_ref().map_or(self.input, |p| p.padded)
    }

    pub(super) fn pad(&self, memory: &mut MatrixMemory, inputs: &[f32]) {
        if let Some(padding) = &self.padding {
            memory
                .padded
                .resize(inputs.len() / self.input * padding.padded);
            padding.add(inputs, &mut memory.padded);
        }
    }
}
