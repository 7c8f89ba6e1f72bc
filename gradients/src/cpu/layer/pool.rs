//! Pooling over windows of pixels.

use pulp::{Simd, WithSimd};

use crate::cpu::kernel::{Instructions, load, store};
use crate::network::{InputShape, LayerShape, LayerSpec};

/// What is taken of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cpu) enum PoolKind {
    /// The largest value; the first of equal ones gets the gradient.
    Largest,
    /// The mean.
    Mean,
}

/// Pooling over square windows, or over the whole image.
#[derive(Debug)]
pub(in crate::cpu) struct Pool {
    kind: PoolKind,
    channels: usize,
    input: usize,
    /// First pixel of each window, times the channels.
    windows: Vec<usize>,
    /// Pixels of a window after its first, times the channels.
    places: Vec<usize>,
}

impl Pool {
    /// The layer, if it pools.
    pub(in crate::cpu) fn of(layer: &LayerShape) -> Option<Self> {
        let InputShape::Image {
            channels,
            height,
            width,
        } = layer.input
        else {
            return None;
        };
        let (kind, [tall, wide], stride) = match layer.spec {
            LayerSpec::MaxPool { kernel, stride } => (
                PoolKind::Largest,
                [kernel, kernel],
                stride.unwrap_or(kernel),
            ),
            LayerSpec::AvgPool { kernel, stride } => {
                (PoolKind::Mean, [kernel, kernel], stride.unwrap_or(kernel))
            }
            LayerSpec::GlobalMaxPool => (PoolKind::Largest, [height, width], 1),
            LayerSpec::GlobalAvgPool => (PoolKind::Mean, [height, width], 1),
            _ => return None,
        };
        let grid = |rows: usize, columns: usize, step: usize| {
            (0..rows)
                .flat_map(|y| (0..columns).map(move |x| [y, x]))
                .map(|[y, x]| (y * step * width + x * step) * channels)
                .collect()
        };
        let places = |side: usize, window: usize| (side - window) / stride + 1;
        Some(Self {
            kind,
            channels,
            input: layer.input.len(),
            windows: grid(places(height, tall), places(width, wide), stride),
            places: grid(tall, wide, 1),
        })
    }

    /// The outputs of a block of rows.
    pub(in crate::cpu) fn forward(
        &self,
        instructions: Instructions,
        inputs: &[f32],
        outputs: &mut [f32],
    ) {
        instructions.run(Forward {
            pool: self,
            inputs,
            outputs,
        });
    }

    /// The gradient at the input of a block, from that at the output.
    pub(in crate::cpu) fn backward(
        &self,
        instructions: Instructions,
        inputs: &[f32],
        outputs: &[f32],
        deltas: &[f32],
        input_deltas: &mut [f32],
    ) {
        instructions.run(Backward {
            pool: self,
            inputs,
            outputs,
            deltas,
            input_deltas,
        });
    }
}

struct Forward<'a> {
    pool: &'a Pool,
    inputs: &'a [f32],
    outputs: &'a mut [f32],
}

impl WithSimd for Forward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let pool = self.pool;
        let size = pool.windows.len() * pool.channels;
        let share = simd.splat_f32s(1.0 / pool.places.len() as f32);
        let rows = self.inputs.chunks_exact(pool.input);
        for (input, output) in rows.zip(self.outputs.chunks_exact_mut(size)) {
            let pixels = output.chunks_exact_mut(pool.channels);
            for (window, pixel) in pool.windows.iter().zip(pixels) {
                for (part, target) in pixel.chunks_mut(S::F32_LANES).enumerate() {
                    let from = window + part * S::F32_LANES;
                    let first = &input[from + pool.places[0]..][..target.len()];
                    let mut value = load(simd, first);
                    for &place in &pool.places[1..] {
                        let other = &input[from + place..][..target.len()];
                        let other = load(simd, other);
                        value = match pool.kind {
                            PoolKind::Mean => simd.add_f32s(value, other),
                            // What is not a number wins, and stays.
                            PoolKind::Largest => {
                                let larger = simd.less_than_f32s(value, other);
                                let number = simd.equal_f32s(other, other);
                                let value = simd.select_f32s(larger, other, value);
                                simd.select_f32s(number, value, other)
                            }
                        };
                    }
                    if pool.kind == PoolKind::Mean {
                        value = simd.mul_f32s(value, share);
                    }
                    store(simd, target, value);
                }
            }
        }
    }
}

struct Backward<'a> {
    pool: &'a Pool,
    inputs: &'a [f32],
    outputs: &'a [f32],
    deltas: &'a [f32],
    input_deltas: &'a mut [f32],
}

impl WithSimd for Backward<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let pool = self.pool;
        let size = pool.windows.len() * pool.channels;
        let share = simd.splat_f32s(1.0 / pool.places.len() as f32);
        let zero = simd.splat_f32s(0.0);
        self.input_deltas.fill(0.0);
        let rows = self
            .inputs
            .chunks_exact(pool.input)
            .zip(self.input_deltas.chunks_exact_mut(pool.input));
        let results = self
            .outputs
            .chunks_exact(size)
            .zip(self.deltas.chunks_exact(size));
        for ((input, input_delta), (output, delta)) in rows.zip(results) {
            let pixels = output
                .chunks_exact(pool.channels)
                .zip(delta.chunks_exact(pool.channels));
            for (window, (output, delta)) in pool.windows.iter().zip(pixels) {
                let parts = output.chunks(S::F32_LANES).zip(delta.chunks(S::F32_LANES));
                for (part, (output, delta)) in parts.enumerate() {
                    let from = window + part * S::F32_LANES;
                    let largest = load(simd, output);
                    let mut left = load(simd, delta);
                    if pool.kind == PoolKind::Mean {
                        left = simd.mul_f32s(left, share);
                    }
                    for &place in &pool.places {
                        let values = from + place..from + place + output.len();
                        let target = &mut input_delta[values.clone()];
                        let mut given = left;
                        if pool.kind == PoolKind::Largest {
                            let value = load(simd, &input[values]);
                            let here = simd.equal_f32s(value, largest);
                            given = simd.select_f32s(here, left, zero);
                            left = simd.select_f32s(here, zero, left);
                        }
                        let sum = simd.add_f32s(load(simd, target), given);
                        store(simd, target, sum);
                    }
                }
            }
        }
    }
}
