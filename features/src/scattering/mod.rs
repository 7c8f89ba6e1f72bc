//! Second-order wavelet scattering of images.

mod bank;
mod cascade;
mod fourier;
mod morlet;
mod padding;

use std::sync::Arc;

use ndarray::{Array2, ArrayView2};
use privet_gradients::network::InputShape;
use pulp::Arch;

use self::bank::{Bank, coefficients};
use self::cascade::Cascade;
use self::padding::padded_side;
use crate::error::in_range;
use crate::stage::apply_blocks;
use crate::{FeatureError, Stage, StageDescription, StageSpec};

/// The scattering transform of Mallat (2012, "Group invariant scattering") for images (Bruna and
/// Mallat 2013, "Invariant scattering convolution networks"), up to the second order.
///
/// With Morlet wavelets `psi` of `J` scales and `L` angles and a Gaussian low-pass filter `phi` of
/// width `0.8 * 2^(J-1)` pixels, the coefficients at each place are
/// - order 0: `x * phi`;
/// - order 1: `|x * psi_1| * phi`, by scale and then angle;
/// - order 2: `||x * psi_1| * psi_2| * phi` for each second filter of a larger scale than the first,
///   by the first and then the second filter,
///
/// each kept at every `2^J`-th pixel: `[channels, height, width]` becomes `[channels * K,
/// height >> J, width >> J]` with `K = 1 + J L + L^2 J (J - 1) / 2`, each channel's coefficients one
/// after another. Filters, padding (reflection), subsampling and order are those of Kymatio 0.3.0's
/// `Scattering2D`, to 1e-5 for pixels in `[0, 1]`; arithmetic is in single precision.
///
/// **Privacy.** No filter depends on data: a function of one record, fixed in advance. It costs
/// nothing and leaves sensitivity as it is.
#[derive(Clone, Debug)]
pub struct Scattering {
    input: InputShape,
    output: InputShape,
    scales: u32,
    angles: usize,
    bank: Arc<Bank>,
}

/// Values of all filters, or of one image's coefficients, at most.
const LARGEST: usize = 1 << 26;

/// Pixels of a padded image at most.
const LARGEST_IMAGE: usize = 1 << 20;

/// Scales and angles at most, beyond what any image has use for.
const MOST: [usize; 2] = [16, 64];

/// Images that one thread takes at a time.
const BLOCK: usize = 64;

const KIND: &str = "scattering";

impl Scattering {
    /// Scattering of images of this shape with `J = scales` and `L = angles`.
    ///
    /// # Errors
    /// Inputs that are no images or have a side below `2^J` pixels, no scale or angle, or more than
    /// fit in memory.
    pub fn new(input: InputShape, scales: usize, angles: usize) -> Result<Self, FeatureError> {
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
        for (key, value, most) in [("scales", scales, MOST[0]), ("angles", angles, MOST[1])] {
            in_range(KIND, key, value, 1..=most)?;
        }
        if channels == 0 || height.min(width) >> scales == 0 {
            return Err(refuse(format!(
                "with `scales = {scales}` it takes images of at least 2^{scales} pixels a side; \
                 lower `scales`"
            )));
        }
        let scales = scales as u32;
        let output = InputShape::image(
            channels.saturating_mul(coefficients(scales as usize, angles)),
            height >> scales,
            width >> scales,
        );
        // Padded sides may overflow for sides that cannot be.
        let points = (height.saturating_mul(width) <= LARGEST_IMAGE)
            .then(|| padded_side(height, scales).saturating_mul(padded_side(width, scales)))
            .filter(|points| *points <= LARGEST_IMAGE);
        let filters = points.map(|points| points.saturating_mul(2 * scales as usize * angles));
        if output.len() > LARGEST || filters.is_none_or(|values| values > LARGEST) {
            return Err(refuse(format!(
                "with `scales = {scales}` and `angles = {angles}` it would need too much memory: \
                 take images of at most about 900 pixels a side, or fewer scales or angles"
            )));
        }
        Ok(Self {
            input,
            output,
            scales,
            angles,
            bank: Arc::new(Bank::new(height, width, scales, angles)),
        })
    }
}

impl Stage for Scattering {
    fn input(&self) -> InputShape {
        self.input
    }

    fn output(&self) -> InputShape {
        self.output
    }

    fn apply(&self, rows: ArrayView2<'_, f32>) -> Result<Array2<f32>, FeatureError> {
        apply_blocks(self, rows, BLOCK, |images, outputs| {
            Arch::new().dispatch(Cascade {
                bank: &self.bank,
                channels: self.input.depth(),
                images,
                outputs,
            });
        })
    }

    fn description(&self) -> StageDescription {
        StageDescription::Configured(StageSpec::Scattering {
            scales: self.scales as usize,
            angles: self.angles,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_that_cannot_be_scattered_are_refused() {
        let error = |input, scales, angles| {
            let error = Scattering::new(input, scales, angles).unwrap_err();
            error.to_string()
        };
        assert!(error(InputShape::flat(784), 2, 8).contains("images"));
        assert!(error(InputShape::image(1, 28, 28), 0, 8).contains("`scales` is 0"));
        assert!(error(InputShape::image(1, 28, 28), 2, 0).contains("`angles` is 0"));
        assert!(error(InputShape::image(1, 28, 28), 5, 8).contains("2^5 pixels"));
        assert!(error(InputShape::image(1, 28, 28), 64, 8).contains("1 to 16"));
        assert!(error(InputShape::image(0, 28, 28), 2, 8).contains("pixels"));
        let huge = InputShape::image(1, usize::MAX, usize::MAX);
        for scales in [1, 9, 16] {
            assert!(error(huge, scales, 64).contains("memory"), "{scales}");
        }
        assert!(error(InputShape::image(1, 1 << 20, 2), 1, 64).contains("memory"));
        assert!(error(InputShape::image(usize::MAX, 28, 28), 2, 8).contains("memory"));
    }
}
