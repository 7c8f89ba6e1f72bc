//! Group and layer normalisation.

use pulp::{Simd, WithSimd};

use crate::cpu::kernel::{Buffer, Instructions};
use crate::network::{InputShape, LayerShape, LayerSpec};

/// Added to the variance, as Burn and PyTorch do.
const EPSILON: f64 = 1e-5;

/// Normalisation of cells of `positions x channels` values, a group of channels at a time.
///
/// Group normalisation has one cell a row; layer normalisation has a cell for each pixel, or one
/// for a row of features, and a single group.
#[derive(Debug)]
pub(in crate::cpu) struct Normalisation {
    positions: usize,
    channels: usize,
    groups: usize,
    row: usize,
}

/// What a block leaves for its backward pass.
#[derive(Debug, Default)]
pub(in crate::cpu) struct NormalisationMemory {
    normalised: Buffer,
    /// One over the standard deviation, for each channel of each cell.
    scales: Buffer,
}

impl Normalisation {
    /// The layer, if it is a normalisation.
    pub(in crate::cpu) fn of(layer: &LayerShape) -> Option<Self> {
        let (positions, channels) = match layer.input {
            InputShape::Image {
                channels,
                height,
                width,
            } => (height * width, channels),
            other => (1, other.len()),
        };
        let row = layer.input.len();
        match layer.spec {
            LayerSpec::GroupNorm { groups } => Some(Self {
                positions,
                channels,
                groups,
                row,
            }),
            LayerSpec::LayerNorm => Some(Self {
                positions: 1,
                channels,
                groups: 1,
                row,
            }),
            _ => None,
        }
    }

    /// Number of gains and shifts.
    pub(in crate::cpu) fn parameters(&self) -> usize {
        2 * self.channels
    }

    /// The outputs of a block of rows; `parameters` are the gains, then the shifts.
    pub(in crate::cpu) fn forward(
        &self,
        instructions: Instructions,
        parameters: &[f32],
        memory: &mut NormalisationMemory,
        inputs: &[f32],
        outputs: &mut [f32],
    ) {
        let cell = self.positions * self.channels;
        memory.normalised.resize(inputs.len());
        memory.scales.resize(inputs.len() / self.positions);
        instructions.run(Vectorised(|| {
            let (gains, shifts) = parameters.split_at(self.channels);
            let cells = inputs
                .chunks_exact(cell)
                .zip(outputs.chunks_exact_mut(cell));
            let kept = memory
                .normalised
                .chunks_exact_mut(cell)
                .zip(memory.scales.chunks_exact_mut(self.channels));
            let mut means = vec![0.0; self.channels];
            for ((input, output), (normalised, scales)) in cells.zip(kept) {
                self.channel_sums(input, &mut means, |x, _| x);
                self.group_means(&mut means);
                let centre = &means;
                self.channel_sums(input, scales, |x, c| (x - centre[c]) * (x - centre[c]));
                self.group_means(scales);
                for scale in scales.iter_mut() {
                    *scale = (1.0 / (f64::from(*scale) + EPSILON).sqrt()) as f32;
                }
                let pixels = input
                    .chunks_exact(self.channels)
                    .zip(normalised.chunks_exact_mut(self.channels))
                    .zip(output.chunks_exact_mut(self.channels));
                for ((input, normalised), output) in pixels {
                    for c in 0..self.channels {
                        normalised[c] = (input[c] - means[c]) * scales[c];
                        output[c] = normalised[c] * gains[c] + shifts[c];
                    }
                }
            }
        }));
    }

    /// The gradient at the input of a block, from that at the output.
    pub(in crate::cpu) fn backward(
        &self,
        instructions: Instructions,
        parameters: &[f32],
        memory: &NormalisationMemory,
        deltas: &[f32],
        input_deltas: &mut [f32],
    ) {
        let cell = self.positions * self.channels;
        instructions.run(Vectorised(|| {
            let gains = &parameters[..self.channels];
            let mut shifts = vec![0.0; self.channels];
            let mut slopes = vec![0.0; self.channels];
            let cells = deltas
                .chunks_exact(cell)
                .zip(input_deltas.chunks_exact_mut(cell));
            let kept = memory
                .normalised
                .chunks_exact(cell)
                .zip(memory.scales.chunks_exact(self.channels));
            for ((delta, input_delta), (normalised, scales)) in cells.zip(kept) {
                self.channel_sums(delta, &mut shifts, |d, c| d * gains[c]);
                self.group_means(&mut shifts);
                self.products(delta, normalised, &mut slopes);
                for (slope, gain) in slopes.iter_mut().zip(gains) {
                    *slope *= gain;
                }
                self.group_means(&mut slopes);
                let pixels = delta
                    .chunks_exact(self.channels)
                    .zip(normalised.chunks_exact(self.channels))
                    .zip(input_delta.chunks_exact_mut(self.channels));
                for ((delta, normalised), input_delta) in pixels {
                    for c in 0..self.channels {
                        let own = delta[c] * gains[c];
                        input_delta[c] = scales[c] * (own - shifts[c] - normalised[c] * slopes[c]);
                    }
                }
            }
        }));
    }

    /// Writes, or adds, the gradient of gains and shifts that rows `rows` have together.
    pub(in crate::cpu) fn gradient(
        &self,
        instructions: Instructions,
        memory: &NormalisationMemory,
        deltas: &[f32],
        rows: std::ops::Range<usize>,
        into: &mut [f32],
        add: bool,
    ) {
        let values = rows.start * self.row..rows.end * self.row;
        let (deltas, normalised) = (&deltas[values.clone()], &memory.normalised[values]);
        instructions.run(Vectorised(|| {
            if !add {
                into.fill(0.0);
            }
            let (gains, shifts) = into.split_at_mut(self.channels);
            let pixels = deltas
                .chunks_exact(self.channels)
                .zip(normalised.chunks_exact(self.channels));
            for (delta, normalised) in pixels {
                for c in 0..self.channels {
                    gains[c] += delta[c] * normalised[c];
                    shifts[c] += delta[c];
                }
            }
        }));
    }

    /// Sums over the pixels of a cell of a function of value and channel.
    #[inline(always)]
    fn channel_sums(&self, cell: &[f32], sums: &mut [f32], of: impl Fn(f32, usize) -> f32) {
        sums.fill(0.0);
        let sums = &mut sums[..self.channels];
        for pixel in cell.chunks_exact(self.channels) {
            for (c, (sum, &value)) in sums.iter_mut().zip(pixel).enumerate() {
                *sum += of(value, c);
            }
        }
    }

    #[inline(always)]
    fn products(&self, left: &[f32], right: &[f32], sums: &mut [f32]) {
        sums.fill(0.0);
        let pixels = left
            .chunks_exact(self.channels)
            .zip(right.chunks_exact(self.channels));
        for (left, right) in pixels {
            for (sum, (left, right)) in sums.iter_mut().zip(left.iter().zip(right)) {
                *sum += left * right;
            }
        }
    }

    /// Replaces the sum of each channel by the mean over its group.
    #[inline(always)]
    fn group_means(&self, sums: &mut [f32]) {
        let size = self.channels / self.groups;
        for group in sums.chunks_exact_mut(size) {
            let total: f64 = group.iter().map(|&sum| f64::from(sum)).sum();
            group.fill((total / (size * self.positions) as f64) as f32);
        }
    }
}

/// A closure that the compiler may turn into vector instructions.
struct Vectorised<F>(F);

impl<F: FnOnce()> WithSimd for Vectorised<F> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        (self.0)();
    }
}
