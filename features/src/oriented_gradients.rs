//! Histograms of oriented gradients.

use ndarray::{Array2, ArrayView2};
use privet_gradients::network::InputShape;
use serde::{Deserialize, Serialize};

use crate::error::in_range;
use crate::stage::apply_rows;
use crate::{FeatureError, Stage, StageDescription, StageSpec};

/// How the histograms of a block are normalised, `v` being all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BlockNormalisation {
    /// L2, then values above 0.2 are set to 0.2, then L2 again.
    #[default]
    L2Hys,
    /// `v / sqrt(|v|^2 + 1e-10)`.
    L2,
}

/// Histograms of oriented gradients (Dalal and Triggs 2005, "Histograms of oriented gradients for
/// human detection").
///
/// The gradient at a pixel is the difference of its neighbours (0 at the edges), of the channel where
/// it is largest. In each cell of pixels a histogram of the gradients' directions, without sign (0 to
/// 180 degrees), adds up their lengths; overlapping blocks of cells are normalised together.
/// `[channels, height, width]` becomes `[block * block * orientations, block rows, block columns]`,
/// channels by row of the cell in its block, column of the cell, and direction. Values are those of
/// `skimage.feature.hog` of scikit-image (which orders blocks before cells, and, unlike the paper,
/// puts each gradient into one bin whole and does not weight pixels by their place).
///
/// **Privacy.** Nothing depends on other records: a function of one record, fixed in advance. It
/// costs nothing and leaves sensitivity as it is.
#[derive(Clone, Debug)]
pub struct OrientedGradients {
    channels: usize,
    height: usize,
    width: usize,
    cell: usize,
    block: usize,
    orientations: usize,
    normalisation: BlockNormalisation,
}

/// Added to norms, squared.
const EPSILON: f64 = 1e-5;

/// What values are limited to between the two normalisations of L2-Hys.
const LIMIT: f64 = 0.2;

/// Pixels of an image, or values of its histograms, at most.
const LARGEST: usize = 1 << 26;

const KIND: &str = "hog";

impl OrientedGradients {
    /// Histograms of this many `orientations` in cells of `cell` by `cell` pixels, normalised in
    /// blocks of `block` by `block` cells.
    ///
    /// # Errors
    /// Inputs that are no images or smaller than a block, or settings out of their range.
    pub fn new(
        input: InputShape,
        cell: usize,
        block: usize,
        orientations: usize,
        normalisation: BlockNormalisation,
    ) -> Result<Self, FeatureError> {
        let refuse = |remedy: String| FeatureError::Input {
            kind: KIND,
            input,
            remedy,
        };
        let InputShape::Image {
            channels,
            height,
            width,
        } = input
        else {
            return Err(refuse("it takes images; leave it out".into()));
        };
        in_range(KIND, "cell", cell, 1..=1024)?;
        in_range(KIND, "block", block, 1..=64)?;
        in_range(KIND, "orientations", orientations, 1..=180)?;
        if channels == 0 || height.min(width) < cell * block {
            let least = cell * block;
            return Err(refuse(format!(
                "with `cell = {cell}` and `block = {block}` it takes images of at least {least} \
                 pixels a side; lower one of them"
            )));
        }
        let stage = Self {
            channels,
            height,
            width,
            cell,
            block,
            orientations,
            normalisation,
        };
        if input.len() > LARGEST || stage.output().len() > LARGEST {
            return Err(refuse(
                "it would need too much memory: take smaller images".into(),
            ));
        }
        Ok(stage)
    }

    /// Rows and columns of cells.
    fn cells(&self) -> [usize; 2] {
        [self.height / self.cell, self.width / self.cell]
    }

    /// Rows and columns of blocks.
    fn blocks(&self) -> [usize; 2] {
        self.cells().map(|cells| cells + 1 - self.block)
    }

    /// Gradient down and to the right at a pixel.
    fn gradient(&self, image: &[f32], row: usize, column: usize) -> [f64; 2] {
        let plane = self.height * self.width;
        let at = row * self.width + column;
        let mut largest = ([0.0; 2], -1.0);
        for channel in image.chunks_exact(plane) {
            let difference = |place: usize, side: usize, step: usize| match place {
                0 => 0.0,
                last if last + 1 == side => 0.0,
                _ => f64::from(channel[at + step] - channel[at - step]),
            };
            let down = difference(row, self.height, self.width);
            let right = difference(column, self.width, 1);
            let square = down * down + right * right;
            if square > largest.1 {
                largest = ([down, right], square);
            }
        }
        largest.0
    }

    /// The bin of a direction; none for the one that rounds to 180 degrees.
    fn bin(&self, [down, right]: [f64; 2]) -> Option<usize> {
        let degrees = libm::atan2(down, right).to_degrees().rem_euclid(180.0);
        let width = 180.0 / self.orientations as f64;
        (0..self.orientations)
            .find(|bin| (width * *bin as f64..width * (*bin as f64 + 1.0)).contains(&degrees))
    }

    /// `[cell rows, cell columns, orientations]`.
    fn histograms(&self, image: &[f32]) -> Vec<f64> {
        let [rows, columns] = self.cells();
        let mut histograms = vec![0.0; rows * columns * self.orientations];
        let share = 1.0 / (self.cell * self.cell) as f64;
        for row in 0..rows * self.cell {
            for column in 0..columns * self.cell {
                let gradient = self.gradient(image, row, column);
                if let Some(bin) = self.bin(gradient) {
                    let cell = row / self.cell * columns + column / self.cell;
                    let [down, right] = gradient;
                    histograms[cell * self.orientations + bin] +=
                        (down * down + right * right).sqrt() * share;
                }
            }
        }
        histograms
    }

    fn describe(&self, image: &[f32], output: &mut [f32]) {
        let histograms = self.histograms(image);
        let [_, columns] = self.cells();
        let [block_rows, block_columns] = self.blocks();
        let blocks = block_rows * block_columns;
        let line = self.block * self.orientations;
        let mut values = Vec::with_capacity(self.block * line);
        for place in 0..blocks {
            let (top, left) = (place / block_columns, place % block_columns);
            values.clear();
            for row in top..top + self.block {
                let start = (row * columns + left) * self.orientations;
                values.extend_from_slice(&histograms[start..start + line]);
            }
            normalise(&mut values);
            if self.normalisation == BlockNormalisation::L2Hys {
                values
                    .iter_mut()
                    .for_each(|value| *value = value.min(LIMIT));
                normalise(&mut values);
            }
            let channels = output.iter_mut().skip(place).step_by(blocks);
            for (output, value) in channels.zip(&values) {
                *output = *value as f32;
            }
        }
    }
}

fn normalise(values: &mut [f64]) {
    let square: f64 = values.iter().map(|value| value * value).sum();
    let norm = (square + EPSILON * EPSILON).sqrt();
    values.iter_mut().for_each(|value| *value /= norm);
}

impl Stage for OrientedGradients {
    fn input(&self) -> InputShape {
        InputShape::image(self.channels, self.height, self.width)
    }

    fn output(&self) -> InputShape {
        let [rows, columns] = self.blocks();
        let channels = self.block * self.block * self.orientations;
        InputShape::image(channels, rows, columns)
    }

    fn apply(&self, rows: ArrayView2<'_, f32>) -> Result<Array2<f32>, FeatureError> {
        apply_rows(self, rows, |image, output| self.describe(image, output))
    }

    fn description(&self) -> StageDescription {
        StageDescription::Configured(StageSpec::Hog {
            cell: self.cell,
            block: self.block,
            orientations: self.orientations,
            normalisation: self.normalisation,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slope_has_one_direction() {
        let input = InputShape::image(1, 6, 6);
        // Brightness grows to the right: 0 degrees; down: 90 degrees.
        for (across, bin) in [(true, 0), (false, 2)] {
            let stage = OrientedGradients::new(input, 3, 2, 4, BlockNormalisation::L2).unwrap();
            let image = Array2::from_shape_fn((1, 36), |(_, at)| {
                (if across { at % 6 } else { at / 6 }) as f32
            });
            let found = stage.apply(image.view()).unwrap();
            for (at, value) in found.iter().enumerate() {
                let expected = if at % 4 == bin { 0.5 } else { 0.0 };
                assert!((value - expected).abs() < 1e-6, "{at}: {value}");
            }
        }
    }

    #[test]
    fn images_that_are_too_small_are_refused() {
        let new = |input, cell, block| {
            OrientedGradients::new(input, cell, block, 9, BlockNormalisation::L2)
        };
        let error = |input, cell, block| new(input, cell, block).unwrap_err().to_string();
        assert!(error(InputShape::image(1, 15, 28), 8, 2).contains("16 pixels"));
        assert!(error(InputShape::flat(784), 8, 2).contains("images"));
        assert!(error(InputShape::image(1, 28, 28), 0, 2).contains("`cell` is 0"));
        assert!(error(InputShape::image(usize::MAX, 28, 28), 8, 2).contains("memory"));
        let whole = new(InputShape::image(3, 16, 16), 8, 2).unwrap();
        assert_eq!(whole.output(), InputShape::image(36, 1, 1));
    }
}
