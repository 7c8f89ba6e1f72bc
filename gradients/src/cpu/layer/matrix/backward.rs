//! The gradient at the input of a block.

use super::{Matrix, MatrixMemory, MatrixWeights, PATCHES, line_up};
use crate::cpu::kernel::{Instructions, Output, Rows, Scatter, multiply};

impl Matrix {
    /// The gradient at the input of a block of rows, from that at the output.
    pub(in crate::cpu) fn backward(
        &self,
        instructions: Instructions,
        weights: &MatrixWeights,
        memory: &mut MatrixMemory,
        deltas: &[f32],
        input_deltas: &mut [f32],
    ) {
        let (outputs, padded) = (self.outputs(), self.padded());
        let count = deltas.len() / outputs;
        line_up(&mut memory.delta_starts, count.max(PATCHES), outputs);
        if self.kernel.is_none() {
            let output = Output {
                values: input_deltas,
                stride: self.input,
                column: 0,
            };
            let rows = Rows {
                data: deltas,
                starts: &memory.delta_starts[..count],
                segments: &[0],
                length: self.columns,
            };
            return multiply(instructions, rows, &weights.backward[0], None, output);
        }
        let target: &mut [f32] = match &self.padding {
            Some(_) => {
                memory.padded_delta.resize(count / self.positions * padded);
                &mut memory.padded_delta
            }
            None => &mut *input_deltas,
        };
        target.fill(0.0);
        memory.patches.resize(PATCHES * self.width);
        for (group, panels) in weights.backward.iter().enumerate() {
            let segments = self.group_segments(group);
            for first in (0..count).step_by(PATCHES) {
                let some = PATCHES.min(count - first);
                let output = Output {
                    values: &mut memory.patches,
                    stride: self.width,
                    column: 0,
                };
                let rows = Rows {
                    data: &deltas[first * outputs..],
                    starts: &memory.delta_starts[..some],
                    segments: &[group * self.columns],
                    length: self.columns,
                };
                multiply(instructions, rows, panels, None, output);
                let scatter = Scatter {
                    values: &memory.patches,
                    starts: &memory.starts[first..first + some],
                    segments,
                    length: self.length,
                    data: &mut *target,
                };
                scatter.run(instructions);
            }
        }
        if let Some(padding) = &self.padding {
            padding.remove(&memory.padded_delta, input_deltas);
        }
    }
}
