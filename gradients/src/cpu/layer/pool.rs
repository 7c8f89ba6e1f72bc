//! Pooling over windows of pixels.

use pulp::{Simd, WithSimd};

use crate::cpu::kernel::{Instructions, add};
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
    input: usize,
    /// Where each run of windows starts whose values lie side by side, as their results do: at a
    /// stride of 1 those of a line, otherwise those of one window.
    runs: Vec<usize>,
    /// Results of a run.
    run: usize,
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
        let [down, across] = [places(height, tall), places(width, wide)];
        let together = if stride == 1 { across } else { 1 };
        Some(Self {
            kind,
            input: layer.input.len(),
            runs: grid(down, across / together, stride),
            run: together * channels,
            places: grid(tall, wide, 1),
        })
    }

    /// Number of results of a row.
    fn outputs(&self) -> usize {
        self.runs.len() * self.run
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
        let share = 1.0 / pool.places.len() as f32;
        let rows = self.inputs.chunks_exact(pool.input);
        let outputs = self.outputs.chunks_exact_mut(pool.outputs());
        for (input, output) in rows.zip(outputs) {
            for (run, output) in pool.runs.iter().zip(output.chunks_exact_mut(pool.run)) {
                let (first, others) = pool.places.split_at(1);
                output.copy_from_slice(&input[run + first[0]..][..pool.run]);
                for place in others {
                    let values = &input[run + place..][..pool.run];
                    match pool.kind {
                        PoolKind::Largest => keep_larger(simd, output, values),
                        PoolKind::Mean => add(simd, output, values),
                    }
                }
                if pool.kind == PoolKind::Mean {
                    scale(simd, output, share);
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
        let size = pool.outputs();
        let share = 1.0 / pool.places.len() as f32;
        // What is left of each gradient until the largest value has been found.
        let mut left = vec![0.0; pool.run];
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
            let runs = output
                .chunks_exact(pool.run)
                .zip(delta.chunks_exact(pool.run));
            for (run, (output, delta)) in pool.runs.iter().zip(runs) {
                left.copy_from_slice(delta);
                if pool.kind == PoolKind::Mean {
                    scale(simd, &mut left, share);
                }
                for place in &pool.places {
                    let values = run + place..run + place + pool.run;
                    let target = &mut input_delta[values.clone()];
                    match pool.kind {
                        PoolKind::Largest => {
                            give(simd, target, &input[values], output, &mut left);
                        }
                        PoolKind::Mean => add(simd, target, &left),
                    }
                }
            }
        }
    }
}

/// Puts the larger of both into `values`. What is not a number wins, and stays.
#[inline(always)]
fn keep_larger<S: Simd>(simd: S, values: &mut [f32], others: &[f32]) {
    let (values, values_rest) = S::as_mut_simd_f32s(values);
    let (others, others_rest) = S::as_simd_f32s(others);
    for (value, &other) in values.iter_mut().zip(others) {
        let larger = simd.less_than_f32s(*value, other);
        let number = simd.equal_f32s(other, other);
        let chosen = simd.select_f32s(larger, other, *value);
        *value = simd.select_f32s(number, chosen, other);
    }
    for (value, &other) in values_rest.iter_mut().zip(others_rest) {
        if *value < other || other.is_nan() {
            *value = other;
        }
    }
}

/// Adds what is left of each gradient to the target where the value is the largest; there is
/// nothing left of it then.
#[inline(always)]
fn give<S: Simd>(simd: S, target: &mut [f32], values: &[f32], largest: &[f32], left: &mut [f32]) {
    let zero = simd.splat_f32s(0.0);
    let (targets, targets_rest) = S::as_mut_simd_f32s(target);
    let (values, values_rest) = S::as_simd_f32s(values);
    let (largests, largests_rest) = S::as_simd_f32s(largest);
    let (lefts, lefts_rest) = S::as_mut_simd_f32s(left);
    let compared = values.iter().zip(largests);
    for ((target, left), (&value, &largest)) in targets.iter_mut().zip(lefts).zip(compared) {
        let here = simd.equal_f32s(value, largest);
        *target = simd.add_f32s(*target, simd.select_f32s(here, *left, zero));
        *left = simd.select_f32s(here, zero, *left);
    }
    let compared = values_rest.iter().zip(largests_rest);
    for ((target, left), (value, largest)) in targets_rest.iter_mut().zip(lefts_rest).zip(compared)
    {
        if value == largest {
            *target += std::mem::take(left);
        }
    }
}

#[inline(always)]
fn scale<S: Simd>(simd: S, values: &mut [f32], factor: f32) {
    let (vectors, rest) = S::as_mut_simd_f32s(values);
    let factors = simd.splat_f32s(factor);
    for value in vectors {
        *value = simd.mul_f32s(*value, factors);
    }
    for value in rest {
        *value *= factor;
    }
}
