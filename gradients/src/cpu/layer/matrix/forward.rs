//! The outputs of a block.

use super::{Matrix, MatrixMemory, MatrixWeights, PATCHES, line_up};
use crate::cpu::kernel::{Instructions, Output, Rows, multiply};

/// Patches with shorter segments than this are copied side by side before they are multiplied.
const SHORT: usize = 8;

impl Matrix {
    /// The outputs of a block of input rows.
    pub(in crate::cpu) fn forward(
        &self,
        instructions: Instructions,
        weights: &MatrixWeights,
        memory: &mut MatrixMemory,
        inputs: &[f32],
        outputs: &mut [f32],
    ) {
        let rows = inputs.len() / self.input;
        self.pad(memory, inputs);
        let padded = self.padded();
        if memory.starts.len() < rows * self.positions {
            let known = memory.starts.len() / self.positions;
            memory.starts.extend(
                (known..rows)
                    .flat_map(|row| self.starts.iter().map(move |start| row * padded + start)),
            );
        }
        let short = self.length < SHORT && self.segments.len() > self.groups;
        for (group, panels) in weights.forward.iter().enumerate() {
            let patches = self.patches(&memory.padded, &memory.starts, inputs, group);
            let patches = patches.select(0..rows * self.positions);
            let bias = &weights.bias[group * self.columns..][..self.columns];
            let stride = self.outputs();
            let column = group * self.columns;
            if !short {
                let output = Output {
                    values: outputs,
                    stride,
                    column,
                };
                multiply(instructions, patches, panels, Some(bias), output);
                continue;
            }
            memory.patches.resize(PATCHES * self.width);
            line_up(&mut memory.patch_starts, PATCHES, self.width);
            for first in (0..patches.starts.len()).step_by(PATCHES) {
                let count = PATCHES.min(patches.starts.len() - first);
                patches
                    .select(first..first + count)
                    .gather(&mut memory.patches[..count * self.width]);
                let copied = Rows {
                    data: &memory.patches,
                    starts: &memory.patch_starts[..count],
                    segments: &[0],
                    length: self.width,
                };
                let output = Output {
                    values: &mut outputs[first * stride..],
                    stride,
                    column,
                };
                multiply(instructions, copied, panels, Some(bias), output);
            }
        }
    }
}
