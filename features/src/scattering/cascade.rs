//! The cascade of filters and moduli, on as many images at a time as a vector has lanes.

use pulp::{Simd, WithSimd};

use super::bank::{Bank, Level};
use super::fourier::Complex;

/// Images one after another, and room for their coefficients.
pub(super) struct Cascade<'a> {
    pub(super) bank: &'a Bank,
    pub(super) channels: usize,
    /// Rows of `channels * pixels`.
    pub(super) images: &'a [f32],
    /// Rows of `channels * coefficients * output pixels`.
    pub(super) outputs: &'a mut [f32],
}

impl WithSimd for Cascade<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let bank = self.bank;
        let mut memory = Memory::new(simd, bank);
        let (read, written) = (bank.pixels, bank.coefficients() * bank.output_pixels());
        let images = self.images.chunks(read * self.channels * S::F32_LANES);
        let outputs = self
            .outputs
            .chunks_mut(written * self.channels * S::F32_LANES);
        for (images, outputs) in images.zip(outputs) {
            for channel in 0..self.channels {
                let images = images.chunks(read).skip(channel).step_by(self.channels);
                for (lane, image) in images.enumerate() {
                    for (place, value) in memory.images.chunks_mut(S::F32_LANES).zip(image) {
                        place[lane] = *value;
                    }
                }
                memory.scatter(simd, bank);
                let outputs = outputs.chunks_mut(written).skip(channel);
                for (lane, output) in outputs.step_by(self.channels).enumerate() {
                    for (place, value) in memory.outputs.chunks(S::F32_LANES).zip(output) {
                        *value = place[lane];
                    }
                }
            }
        }
    }
}

/// What one thread works with.
struct Memory<S: Simd> {
    /// `[pixels, lanes]`.
    images: Vec<f32>,
    /// `[coefficients, output pixels, lanes]`.
    outputs: Vec<f32>,
    /// A modulus, or the padded images.
    real: Vec<S::f32s>,
    /// Fourier transform of the images.
    spectrum: Vec<Complex<S::f32s>>,
    /// Two moduli as real and imaginary part of one, and its Fourier transform.
    pair: Vec<Complex<S::f32s>>,
    /// The Fourier transforms of the two.
    parts: [Vec<Complex<S::f32s>>; 2],
    /// What has passed a band-pass filter.
    band: Vec<Complex<S::f32s>>,
    /// Two lines.
    lines: Vec<Complex<S::f32s>>,
    /// A grid after the filter along its columns.
    half: Vec<S::f32s>,
}

impl<S: Simd> Memory<S> {
    #[inline(always)]
    fn new(simd: S, bank: &Bank) -> Self {
        let zero = simd.splat_f32s(0.0);
        let points = bank.padded.len();
        let complex = |length| vec![[zero; 2]; length];
        let second = if bank.scales > 1 { points } else { 0 };
        Self {
            images: vec![0.0; bank.pixels * S::F32_LANES],
            outputs: vec![0.0; bank.coefficients() * bank.output_pixels() * S::F32_LANES],
            real: vec![zero; points],
            spectrum: complex(points),
            pair: complex(second),
            parts: [complex(second), complex(second)],
            band: complex(points),
            lines: complex(2 * bank.longest_side()),
            half: vec![zero; points],
        }
    }

    /// All coefficients of one channel of the images.
    #[inline(always)]
    fn scatter(&mut self, simd: S, bank: &Bank) {
        let (images, _) = S::as_simd_f32s(&self.images);
        for (place, from) in self.real.iter_mut().zip(&bank.padded) {
            *place = images[*from];
        }
        let zero = simd.splat_f32s(0.0);
        for (place, value) in self.spectrum.iter_mut().zip(&self.real) {
            *place = [*value, zero];
        }
        self.low_pass(simd, bank, 0, 0);
        transform(simd, &bank.levels[0], &mut self.spectrum, &mut self.lines);
        // Order 1 has the numbers 1 to J L, order 2 those that follow.
        let mut second = 1 + bank.scales * bank.angles;
        for scale in 0..bank.scales {
            let is_last = scale + 1 == bank.scales;
            let points = bank.levels[scale].points();
            for angle in (0..bank.angles).step_by(2) {
                let angles = (bank.angles - angle).min(2);
                self.pair
                    .iter_mut()
                    .take(points)
                    .for_each(|at| *at = [zero; 2]);
                for part in 0..angles {
                    let filter = scale * bank.angles + angle + part;
                    let spectrum = &self.spectrum;
                    band_pass(simd, bank, spectrum, filter, [0, scale], &mut self.band);
                    self.modulus(simd, bank, scale);
                    self.low_pass(simd, bank, scale, 1 + filter);
                    for (place, value) in self.pair.iter_mut().zip(&self.real[..points]) {
                        place[part] = *value;
                    }
                }
                if is_last {
                    continue;
                }
                transform(simd, &bank.levels[scale], &mut self.pair, &mut self.lines);
                separate(simd, &bank.levels[scale], &self.pair, &mut self.parts);
                for part in 0..angles {
                    for filter in (scale + 1) * bank.angles..bank.scales * bank.angles {
                        let to = filter / bank.angles;
                        let spectrum = &self.parts[part];
                        band_pass(simd, bank, spectrum, filter, [scale, to], &mut self.band);
                        self.modulus(simd, bank, to);
                        self.low_pass(simd, bank, to, second);
                        second += 1;
                    }
                }
            }
        }
    }

    /// Takes what has passed a band-pass filter back from frequencies to `real` moduli.
    #[inline(always)]
    fn modulus(&mut self, simd: S, bank: &Bank, level: usize) {
        transform(simd, &bank.levels[level], &mut self.band, &mut self.lines);
        let points = bank.levels[level].points();
        for (place, [re, im]) in self.real[..points].iter_mut().zip(&self.band) {
            let square = simd.mul_add_e_f32s(*re, *re, simd.mul_f32s(*im, *im));
            *place = simd.sqrt_f32s(square);
        }
    }

    /// Low-pass filters and subsamples `real` of a resolution into an output.
    #[inline(always)]
    fn low_pass(&mut self, simd: S, bank: &Bank, level: usize, output: usize) {
        let level = &bank.levels[level];
        let size = bank.output_pixels();
        let (outputs, _) = S::as_mut_simd_f32s(&mut self.outputs);
        let outputs = &mut outputs[output * size..][..size];
        let width = level.width;
        let rows = level.low_down.chunks_exact(level.height);
        let output_width = level.low_across.len() / width;
        for (weights, outputs) in rows.zip(outputs.chunks_exact_mut(output_width)) {
            let half = &mut self.half[..width];
            half.fill(simd.splat_f32s(0.0));
            for (weight, row) in weights.iter().zip(self.real.chunks_exact(width)) {
                let weight = simd.splat_f32s(*weight);
                for (sum, value) in half.iter_mut().zip(row) {
                    *sum = simd.mul_add_e_f32s(weight, *value, *sum);
                }
            }
            for (output, weights) in outputs.iter_mut().zip(level.low_across.chunks_exact(width)) {
                *output = simd.splat_f32s(0.0);
                for (weight, value) in weights.iter().zip(&*half) {
                    *output = simd.mul_add_e_f32s(simd.splat_f32s(*weight), *value, *output);
                }
            }
        }
    }
}

/// Two-dimensional Fourier transform in place.
#[inline(always)]
fn transform<S: Simd>(
    simd: S,
    level: &Level,
    grid: &mut [Complex<S::f32s>],
    lines: &mut [Complex<S::f32s>],
) {
    let grid = &mut grid[..level.points()];
    let lines_across = &mut lines[..2 * level.width];
    for row in grid.chunks_exact_mut(level.width) {
        level.across.apply(simd, row, 1, lines_across);
    }
    let lines_down = &mut lines[..2 * level.height];
    for column in 0..level.width {
        level
            .down
            .apply(simd, &mut grid[column..], level.width, lines_down);
    }
}

/// Multiplies a spectrum of one resolution by a filter and takes it to a lower resolution, where
/// frequencies that are the same at that resolution are added.
///
/// Real and imaginary part change places, so that a forward transform does the work of an inverse
/// one: the result is that of the inverse with its parts exchanged, whose modulus is the same.
#[inline(always)]
fn band_pass<S: Simd>(
    simd: S,
    bank: &Bank,
    spectrum: &[Complex<S::f32s>],
    filter: usize,
    [from, to]: [usize; 2],
    band: &mut [Complex<S::f32s>],
) {
    let filter = bank.band_pass(filter, from);
    let (high, low) = (&bank.levels[from], &bank.levels[to]);
    for (y, row) in band[..low.points()].chunks_exact_mut(low.width).enumerate() {
        for (x, place) in row.iter_mut().enumerate() {
            let mut sum = [simd.splat_f32s(0.0); 2];
            for y in (y..high.height).step_by(low.height) {
                for at in (y * high.width + x..(y + 1) * high.width).step_by(low.width) {
                    let factor = simd.splat_f32s(filter[at]);
                    let [re, im] = spectrum[at];
                    sum[0] = simd.mul_add_e_f32s(factor, im, sum[0]);
                    sum[1] = simd.mul_add_e_f32s(factor, re, sum[1]);
                }
            }
            *place = sum;
        }
    }
}

/// The Fourier transforms of the real and of the imaginary part of a signal from the one of the
/// signal: `(Z_k + conj Z_-k) / 2` and `(Z_k - conj Z_-k) / 2i`.
#[inline(always)]
fn separate<S: Simd>(
    simd: S,
    level: &Level,
    pair: &[Complex<S::f32s>],
    parts: &mut [Vec<Complex<S::f32s>>; 2],
) {
    let half = simd.splat_f32s(0.5);
    let (height, width) = (level.height, level.width);
    let [real, imaginary] = parts;
    for y in 0..height {
        let opposite_row = (height - y) % height * width;
        for x in 0..width {
            let at = y * width + x;
            let [re, im] = pair[at];
            let [other_re, other_im] = pair[opposite_row + (width - x) % width];
            let halved_sum = |a, b| simd.mul_f32s(half, simd.add_f32s(a, b));
            let halved_difference = |a, b| simd.mul_f32s(half, simd.sub_f32s(a, b));
            real[at] = [halved_sum(re, other_re), halved_difference(im, other_im)];
            imaginary[at] = [halved_sum(im, other_im), halved_difference(other_re, re)];
        }
    }
}
