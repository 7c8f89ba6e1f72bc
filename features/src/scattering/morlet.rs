//! The filters as functions of space and frequency, in double precision.

use rustfft::FftPlanner;
use rustfft::num_complex::Complex;

/// Periods on each side that reach into the grid.
const PERIODS: i64 = 2;

/// Twice the constant by which the filters are normalised: the one of Kymatio.
#[expect(
    clippy::approx_constant,
    reason = "with pi, coefficients would differ in the fifth digit"
)]
const TWO_PI: f64 = 2.0 * 3.1415;

/// Below this logarithm a Gaussian is nothing beside 1 in double precision.
const NEGLIGIBLE: f64 = -60.0;

/// One Morlet filter: its scale and direction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Morlet {
    /// Width of the envelope along the wave, in pixels.
    pub(super) sigma: f64,
    /// Direction of the wave, in radians.
    pub(super) angle: f64,
    /// Angular frequency of the wave, a pixel.
    pub(super) frequency: f64,
    /// Width along the wave over width across it.
    pub(super) slant: f64,
}

impl Morlet {
    /// Fourier transform on a periodic `[height, width]` grid, row-major, of
    /// `g(u) (e^(i xi u) - kappa)`: `g` a Gaussian envelope, `kappa` such that the mean is 0. Its
    /// imaginary part is 0 but for rounding.
    pub(super) fn transform(&self, height: usize, width: usize) -> Vec<f64> {
        let mut wave = self.gabor(height, width, self.frequency);
        let envelope = self.gabor(height, width, 0.0);
        let mean: Complex<f64> = wave.iter().sum::<Complex<f64>>();
        let kappa = mean / envelope.iter().sum::<Complex<f64>>();
        for (wave, envelope) in wave.iter_mut().zip(&envelope) {
            *wave -= kappa * envelope;
        }
        let spectrum = transform(wave, height, width);
        spectrum.into_iter().map(|value| value.re).collect()
    }

    /// `g(u) e^(i xi u)`, summed over periods.
    fn gabor(&self, height: usize, width: usize, frequency: f64) -> Vec<Complex<f64>> {
        let (sine, cosine) = self.angle.sin_cos();
        let (along_y, along_x) = (frequency * cosine, frequency * sine);
        // Kymatio rotates with single precision.
        let (sine, cosine) = (f64::from(sine as f32), f64::from(cosine as f32));
        let (squeeze, scale) = (self.slant * self.slant, 2.0 * self.sigma * self.sigma);
        let yy = (cosine * cosine + squeeze * sine * sine) / scale;
        let xx = (sine * sine + squeeze * cosine * cosine) / scale;
        let yx = 2.0 * (1.0 - squeeze) * sine * cosine / scale;
        let norm = TWO_PI * self.sigma * self.sigma / self.slant;
        let mut values = Vec::with_capacity(height * width);
        for row in 0..height as i64 {
            for column in 0..width as i64 {
                let mut sum = Complex::new(0.0, 0.0);
                for (down, right) in periods() {
                    let y = (row + down * height as i64) as f64;
                    let x = (column + right * width as i64) as f64;
                    let exponent = -(yy * y * y + yx * y * x + xx * x * x);
                    if exponent > NEGLIGIBLE {
                        sum += Complex::from_polar(exponent.exp(), y * along_y + x * along_x);
                    }
                }
                values.push(sum / norm);
            }
        }
        values
    }
}

/// Fourier transform along one side of a periodic grid of the Gaussian low-pass filter, which is the
/// product of one along each side.
pub(super) fn low_pass_transform(sigma: f64, side: usize) -> Vec<f64> {
    let norm = (TWO_PI * sigma * sigma).sqrt();
    let value = |place: usize| {
        (-PERIODS..=PERIODS)
            .map(|period| {
                let at = (place as i64 + period * side as i64) as f64;
                (-at * at / (2.0 * sigma * sigma)).exp()
            })
            .sum::<f64>()
    };
    let signal = (0..side).map(|place| Complex::new(value(place) / norm, 0.0));
    let spectrum = transform(signal.collect(), 1, side);
    spectrum.into_iter().map(|value| value.re).collect()
}

/// The filter for a signal of `2^-level` of the resolution: its lower frequencies, where those that
/// come to stand on one another are added.
pub(super) fn lower_resolution(
    transform: &[f64],
    height: usize,
    width: usize,
    level: u32,
) -> Vec<f64> {
    let low_width = width >> level;
    let mut lower = vec![0.0; (height >> level) * low_width];
    for (row, low_row) in lower_frequencies(height, level) {
        for (column, low_column) in lower_frequencies(width, level) {
            lower[low_row * low_width + low_column] += transform[row * width + column];
        }
    }
    lower
}

/// The same for a filter along one side.
pub(super) fn lower_resolution_line(transform: &[f64], level: u32) -> Vec<f64> {
    let mut lower = vec![0.0; transform.len() >> level];
    for (from, to) in lower_frequencies(transform.len(), level) {
        lower[to] += transform[from];
    }
    lower
}

/// Which frequencies stay, and the place where each then stands.
fn lower_frequencies(side: usize, level: u32) -> impl Iterator<Item = (usize, usize)> {
    let start = side >> (level + 1);
    let end = start + side - (side >> level);
    (0..start)
        .chain(end..side)
        .map(move |from| (from, from % (side >> level)))
}

/// The signal along one side of a periodic grid whose Fourier transform is real and symmetric.
pub(super) fn signal(spectrum: &[f64]) -> Vec<f64> {
    let side = spectrum.len();
    let spectrum = spectrum.iter().map(|value| Complex::new(*value, 0.0));
    // Forward and inverse transforms are the same for it, but for the number of points.
    let signal = transform(spectrum.collect(), 1, side);
    signal.into_iter().map(|at| at.re / side as f64).collect()
}

fn periods() -> impl Iterator<Item = (i64, i64)> {
    (-PERIODS..=PERIODS).flat_map(|down| (-PERIODS..=PERIODS).map(move |right| (down, right)))
}

/// Two-dimensional Fourier transform of a row-major grid.
fn transform(mut grid: Vec<Complex<f64>>, height: usize, width: usize) -> Vec<Complex<f64>> {
    let mut planner = FftPlanner::new();
    planner.plan_fft_forward(width).process(&mut grid);
    let mut columns = transposed(&grid, height, width);
    planner.plan_fft_forward(height).process(&mut columns);
    transposed(&columns, width, height)
}

fn transposed(grid: &[Complex<f64>], height: usize, width: usize) -> Vec<Complex<f64>> {
    let column = |column: usize| (0..height).map(move |row| grid[row * width + column]);
    (0..width).flat_map(column).collect()
}
