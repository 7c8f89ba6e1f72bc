//! The gradient of the weights and biases, and its norm.

use super::{Matrix, MatrixMemory, PATCHES};
use crate::cpu::kernel::{Deltas, GramNorm, Instructions, add_rows, gram_norm, outer};

impl Matrix {
    /// Writes, or adds, the gradient that rows `rows` of a block have together.
    #[expect(
        clippy::too_many_arguments,
        reason = "what a block holds, and where to write"
    )]
    pub(in crate::cpu) fn gradient(
        &self,
        instructions: Instructions,
        memory: &MatrixMemory,
        inputs: &[f32],
        deltas: &[f32],
        rows: std::ops::Range<usize>,
        into: &mut [f32],
        add: bool,
    ) {
        let places = rows.start * self.positions..rows.end * self.positions;
        let outputs = self.outputs();
        let deltas = &deltas[places.start * outputs..places.end * outputs];
        let (matrix, bias) = into.split_at_mut(self.weights());
        let size = self.width * self.columns;
        for (group, into) in matrix.chunks_exact_mut(size.max(1)).enumerate() {
            let patches = self
                .patches(&memory.padded, &memory.starts, inputs, group)
                .select(places.clone());
            let deltas = Deltas {
                values: deltas,
                stride: outputs,
                column: group * self.columns,
                columns: self.columns,
            };
            outer(instructions, patches, deltas, into, add);
        }
        if !add {
            bias.fill(0.0);
        }
        add_rows(instructions, bias, deltas);
    }

    /// Whether a unit of `rows` rows is cheaper to measure than to make the gradient of.
    pub(in crate::cpu) fn measures_by_gram(&self, rows: usize) -> bool {
        let places = rows * self.positions;
        // In f64, and a dot product at a time: four times slower than making the gradient.
        self.groups == 1 && 4 * places * (self.width + self.columns) < self.width * self.columns
    }

    /// Norm of the gradient that rows `rows` of a block have together, without making it.
    pub(in crate::cpu) fn gram_norm(
        &self,
        instructions: Instructions,
        memory: &mut MatrixMemory,
        inputs: &[f32],
        deltas: &[f32],
        rows: std::ops::Range<usize>,
    ) -> GramNorm {
        let places = rows.start * self.positions..rows.end * self.positions;
        let deltas = &deltas[places.start * self.outputs()..places.end * self.outputs()];
        if self.kernel.is_none() {
            let inputs = &inputs[rows.start * self.input..rows.end * self.input];
            return gram_norm(instructions, inputs, self.width, deltas, self.columns);
        }
        let mut patches = std::mem::take(&mut memory.patches);
        patches.resize(places.len().max(PATCHES) * self.width);
        self.patches(&memory.padded, &memory.starts, inputs, 0)
            .select(places.clone())
            .gather(&mut patches[..places.len() * self.width]);
        let norm = gram_norm(
            instructions,
            &patches[..places.len() * self.width],
            self.width,
            deltas,
            self.columns,
        );
        memory.patches = patches;
        norm
    }
}
