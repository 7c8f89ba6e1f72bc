//! Linear layers and convolutions: a matrix that meets every row, or every patch of every row.

mod backward;
mod forward;
mod gradient;
mod padding;
mod shape;
mod weights;

use padding::Padding;
pub(in crate::cpu) use weights::MatrixWeights;

use crate::cpu::kernel::{Buffer, Rows};

/// Patches that are copied, or whose input gradients are made, at a time.
const PATCHES: usize = 64;

/// A linear layer or a convolution, in one form: for each of `positions` places of an input row
/// there is a patch of `width` values a group, and `columns` outputs a group come of it.
#[derive(Debug)]
pub(in crate::cpu) struct Matrix {
    positions: usize,
    groups: usize,
    width: usize,
    columns: usize,
    /// Where each position's patch starts in a padded row.
    starts: Vec<usize>,
    /// Where each segment of a patch starts, group by group.
    segments: Vec<usize>,
    length: usize,
    padding: Option<Padding>,
    input: usize,
    kernel: Option<[usize; 2]>,
}

/// What a block leaves for its backward pass.
#[derive(Debug, Default)]
pub(in crate::cpu) struct MatrixMemory {
    padded: Buffer,
    starts: Vec<usize>,
    patches: Buffer,
    patch_starts: Vec<usize>,
    delta_starts: Vec<usize>,
    padded_delta: Buffer,
}

impl Matrix {
    /// Number of weights, without the bias.
    pub(super) fn weights(&self) -> usize {
        self.groups * self.width * self.columns
    }

    /// Number of outputs a position.
    pub(super) fn outputs(&self) -> usize {
        self.groups * self.columns
    }

    /// Number of weights and biases.
    pub(in crate::cpu) fn parameters(&self) -> usize {
        self.weights() + self.outputs()
    }

    /// Multiply-adds of the forward pass of one input row.
    pub(in crate::cpu) fn multiply_adds(&self) -> usize {
        self.positions * self.weights()
    }

    pub(super) fn group_segments(&self, group: usize) -> &[usize] {
        let count = self.segments.len() / self.groups;
        &self.segments[group * count..][..count]
    }

    /// The patches of a block that one group sees.
    pub(super) fn patches<'a>(
        &'a self,
        padded: &'a [f32],
        starts: &'a [usize],
        inputs: &'a [f32],
        group: usize,
    ) -> Rows<'a> {
        Rows {
            data: match self.padding {
                Some(_) => padded,
                None => inputs,
            },
            starts,
            segments: self.group_segments(group),
            length: self.length,
        }
    }
}

/// Starts of rows that lie one after another.
fn line_up(starts: &mut Vec<usize>, count: usize, width: usize) {
    starts.extend((starts.len()..count).map(|row| row * width));
}
