//! Linear layers and convolutions: a matrix that meets every row, or every patch of every row.

use crate::cpu::kernel::{
    Buffer, Deltas, GramNorm, Instructions, Output, Panels, Rows, Scatter, add_rows, gram_norm,
    multiply, outer,
};
use crate::network::{InputShape, LayerShape, LayerSpec};

/// Patches with shorter segments than this are copied side by side before they are multiplied.
const SHORT: usize = 8;

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

/// Zeros around an image.
#[derive(Debug)]
struct Padding {
    height: usize,
    line: usize,
    before: usize,
    padded_line: usize,
    padded: usize,
}

/// Weights as the multiplications read them.
#[derive(Debug, Default)]
pub(in crate::cpu) struct MatrixWeights {
    forward: Vec<Panels>,
    backward: Vec<Panels>,
    bias: Buffer,
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
    /// The layer, if it is a linear layer or a convolution.
    pub(in crate::cpu) fn of(layer: &LayerShape) -> Option<Self> {
        match (&layer.spec, layer.input) {
            (LayerSpec::Linear { outputs }, InputShape::Flat { features }) => Some(Self {
                positions: 1,
                groups: 1,
                width: features,
                columns: *outputs,
                starts: vec![0],
                segments: vec![0],
                length: features,
                padding: None,
                input: features,
                kernel: None,
            }),
            (
                &LayerSpec::Conv2d {
                    channels,
                    kernel,
                    stride,
                    padding,
                    groups,
                },
                InputShape::Image {
                    channels: from,
                    height,
                    width,
                },
            ) => {
                let InputShape::Image {
                    height: rows,
                    width: places,
                    ..
                } = layer.output
                else {
                    return None;
                };
                let padded_line = (width + 2 * padding) * from;
                let starts = (0..rows)
                    .flat_map(|y| (0..places).map(move |x| [y, x]))
                    .map(|[y, x]| y * stride * padded_line + x * stride * from)
                    .collect();
                let seen = from / groups;
                // Without groups the pixels of a kernel's row lie side by side.
                let (segments, length) = if groups == 1 {
                    let segments = (0..kernel).map(|y| y * padded_line).collect();
                    (segments, kernel * from)
                } else {
                    let segments = (0..groups)
                        .flat_map(|group| {
                            (0..kernel * kernel).map(move |place| {
                                (place / kernel) * padded_line
                                    + (place % kernel) * from
                                    + group * seen
                            })
                        })
                        .collect();
                    (segments, seen)
                };
                Some(Self {
                    positions: rows * places,
                    groups,
                    width: seen * kernel * kernel,
                    columns: channels / groups,
                    starts,
                    segments,
                    length,
                    padding: (padding > 0).then_some(Padding {
                        height,
                        line: width * from,
                        before: padding * padded_line + padding * from,
                        padded_line,
                        padded: (height + 2 * padding) * padded_line,
                    }),
                    input: layer.input.len(),
                    kernel: Some([seen, kernel]),
                })
            }
            _ => None,
        }
    }

    /// Number of weights, without the bias.
    fn weights(&self) -> usize {
        self.groups * self.width * self.columns
    }

    /// Multiply-adds of the forward pass of one input row.
    pub(in crate::cpu) fn multiply_adds(&self) -> usize {
        self.positions * self.weights()
    }

    /// Number of outputs a position.
    fn outputs(&self) -> usize {
        self.groups * self.columns
    }

    /// Number of weights and biases.
    pub(in crate::cpu) fn parameters(&self) -> usize {
        self.weights() + self.outputs()
    }

    /// Where weight `[group, row, column]` lies in the network's flat vector: linear layers are
    /// `[inputs, outputs]`, convolutions `[channels out, channels in, y, x]`.
    fn flat(&self, group: usize, row: usize, column: usize) -> usize {
        match self.kernel {
            None => row * self.columns + column,
            Some([seen, kernel]) => {
                let (place, channel) = (row / seen, row % seen);
                ((group * self.columns + column) * seen + channel) * kernel * kernel + place
            }
        }
    }

    /// Reads the weights from the layer's part of the flat vector.
    pub(in crate::cpu) fn prepare(
        &self,
        parameters: &[f32],
        [backward, parallel]: [bool; 2],
        lanes: usize,
        weights: &mut MatrixWeights,
    ) {
        weights.forward.resize_with(self.groups, Panels::default);
        weights.backward.resize_with(self.groups, Panels::default);
        let (width, columns) = (self.width, self.columns);
        for (group, panels) in weights.forward.iter_mut().enumerate() {
            panels.fill([width, columns], lanes, parallel, |row, column| {
                parameters[self.flat(group, row, column)]
            });
        }
        for (group, panels) in weights.backward.iter_mut().enumerate().filter(|_| backward) {
            panels.fill([columns, width], lanes, parallel, |column, row| {
                parameters[self.flat(group, row, column)]
            });
        }
        weights.bias.resize(self.outputs());
        weights.bias.copy_from_slice(&parameters[self.weights()..]);
    }

    /// Brings a gradient from the order of this engine, `[group, row, column]`, to the flat order.
    pub(in crate::cpu) fn to_flat<T: Copy>(&self, gradient: &mut [T]) {
        if self.kernel.is_none() {
            return;
        }
        let own = gradient[..self.weights()].to_vec();
        let mut values = own.iter();
        for group in 0..self.groups {
            for row in 0..self.width {
                for (column, value) in (0..self.columns).zip(&mut values) {
                    gradient[self.flat(group, row, column)] = *value;
                }
            }
        }
    }

    /// Length of a row that patches are read from.
    fn padded(&self) -> usize {
        self.padding.as_ref().map_or(self.input, |p| p.padded)
    }

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

    fn group_segments(&self, group: usize) -> &[usize] {
        let count = self.segments.len() / self.groups;
        &self.segments[group * count..][..count]
    }

    /// The patches of a block that one group sees.
    fn patches<'a>(
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

    fn pad(&self, memory: &mut MatrixMemory, inputs: &[f32]) {
        if let Some(padding) = &self.padding {
            memory
                .padded
                .resize(inputs.len() / self.input * padding.padded);
            padding.add(inputs, &mut memory.padded);
        }
    }
}

impl Padding {
    fn lines(&self) -> impl Iterator<Item = usize> {
        (0..self.height).map(|y| self.before + y * self.padded_line)
    }

    fn add(&self, inputs: &[f32], padded: &mut [f32]) {
        padded.fill(0.0);
        let images = inputs.chunks_exact(self.line * self.height);
        for (image, padded) in images.zip(padded.chunks_exact_mut(self.padded)) {
            for (line, start) in image.chunks_exact(self.line).zip(self.lines()) {
                padded[start..start + self.line].copy_from_slice(line);
            }
        }
    }

    fn remove(&self, padded: &[f32], inputs: &mut [f32]) {
        let images = inputs.chunks_exact_mut(self.line * self.height);
        for (image, padded) in images.zip(padded.chunks_exact(self.padded)) {
            for (line, start) in image.chunks_exact_mut(self.line).zip(self.lines()) {
                line.copy_from_slice(&padded[start..start + self.line]);
            }
        }
    }
}

/// Starts of rows that lie one after another.
fn line_up(starts: &mut Vec<usize>, count: usize, width: usize) {
    starts.extend((starts.len()..count).map(|row| row * width));
}
