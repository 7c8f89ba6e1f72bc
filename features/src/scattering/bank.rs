//! The filters of one scattering transform, ready to be applied.

use std::f64::consts::PI;

use super::fourier::Transform;
use super::morlet::{Morlet, low_pass_transform, lower_resolution, lower_resolution_line, signal};
use super::padding::{mirrored, padded_side};

/// Filters, and the images' geometry.
#[derive(Debug)]
pub(super) struct Bank {
    /// The number of scales, `J`.
    pub(super) scales: usize,
    /// The number of angles, `L`.
    pub(super) angles: usize,
    /// Pixels of a channel before padding.
    pub(super) pixels: usize,
    /// For each pixel of the padded image, the pixel of the image that stands there.
    pub(super) padded: Vec<usize>,
    /// By resolution: halved so many times.
    pub(super) levels: Vec<Level>,
    /// By scale, then angle, then resolution: the filter's Fourier transform over the number of its
    /// points.
    band_pass: Vec<Vec<Vec<f32>>>,
}

/// A resolution.
#[derive(Debug)]
pub(super) struct Level {
    /// Rows of pixels.
    pub(super) height: usize,
    /// Columns of pixels.
    pub(super) width: usize,
    /// Fourier transform of a column.
    pub(super) down: Transform,
    /// Fourier transform of a row.
    pub(super) across: Transform,
    /// Low-pass filter, subsampling and cutting to size of a column, `[output rows, height]`.
    pub(super) low_down: Vec<f32>,
    /// The same of a row, `[output columns, width]`.
    pub(super) low_across: Vec<f32>,
}

impl Bank {
    /// Filters for images whose sides are at least `2^scales`.
    pub(super) fn new(height: usize, width: usize, scales: u32, angles: usize) -> Self {
        let (down, across) = (padded_side(height, scales), padded_side(width, scales));
        let rows = mirrored(height, down);
        let columns = mirrored(width, across);
        let place = |row: &usize| {
            let start = row * width;
            columns.iter().map(move |column| start + column)
        };
        Self {
            scales: scales as usize,
            angles,
            pixels: height * width,
            padded: rows.iter().flat_map(place).collect(),
            levels: (0..scales)
                .map(|level| Level::new(down, across, scales, level))
                .collect(),
            band_pass: (0..scales)
                .flat_map(|scale| (0..angles).map(move |angle| (scale, angle)))
                .map(|(scale, angle)| {
                    let spectrum = morlet(scale, angle, angles).transform(down, across);
                    let resolutions = (scale + 1).min(scales.saturating_sub(1).max(1));
                    (0..resolutions)
                        .map(|level| normalised(&spectrum, down, across, level))
                        .collect()
                })
                .collect(),
        }
    }

    /// The filter of a number, counted by scale and then angle, for a resolution at which it is
    /// applied.
    pub(super) fn band_pass(&self, filter: usize, level: usize) -> &[f32] {
        &self.band_pass[filter][level]
    }

    /// Places of the output.
    pub(super) fn output_pixels(&self) -> usize {
        let full = &self.levels[0];
        full.low_down.len() / full.height * (full.low_across.len() / full.width)
    }

    /// The longer side of the padded image.
    pub(super) fn longest_side(&self) -> usize {
        self.levels[0].height.max(self.levels[0].width)
    }

    /// Coefficients at each place of the output of one channel.
    pub(super) fn coefficients(&self) -> usize {
        coefficients(self.scales, self.angles)
    }
}

/// Number of coefficients at each place of the output: 1 of order 0, `J L` of order 1,
/// `L^2 J (J - 1) / 2` of order 2.
pub(super) fn coefficients(scales: usize, angles: usize) -> usize {
    1 + scales * angles + angles * angles * scales * scales.saturating_sub(1) / 2
}

impl Level {
    /// Pixels.
    pub(super) fn points(&self) -> usize {
        self.height * self.width
    }

    fn new(height: usize, width: usize, scales: u32, level: u32) -> Self {
        Self {
            height: height >> level,
            width: width >> level,
            down: Transform::new(height >> level),
            across: Transform::new(width >> level),
            low_down: low_pass(height, scales, level),
            low_across: low_pass(width, scales, level),
        }
    }
}

/// Matrix `[outputs, points]` that filters a line at a resolution, keeps each `2^(J - level)`-th
/// point and cuts the first and the last of them off.
fn low_pass(side: usize, scales: u32, level: u32) -> Vec<f32> {
    let sigma = 0.8 * f64::from(scales - 1).exp2();
    let spectrum = low_pass_transform(sigma, side);
    let filter = signal(&lower_resolution_line(&spectrum, level));
    let (points, step) = (side >> level, 1usize << (scales - level));
    (1..points / step - 1)
        .flat_map(|output| {
            let filter = &filter;
            (0..points).map(move |point| filter[(output * step + points - point) % points] as f32)
        })
        .collect()
}

fn morlet(scale: u32, angle: usize, angles: usize) -> Morlet {
    let middle = (angles / 2).saturating_sub(1);
    let width = f64::from(scale).exp2();
    Morlet {
        sigma: 0.8 * width,
        angle: (middle as f64 - angle as f64) * PI / angles as f64,
        frequency: 0.75 * PI / width,
        slant: 4.0 / angles as f64,
    }
}

fn normalised(spectrum: &[f64], height: usize, width: usize, level: u32) -> Vec<f32> {
    let lower = lower_resolution(spectrum, height, width, level);
    let points = lower.len() as f64;
    lower.iter().map(|value| (value / points) as f32).collect()
}
