//! Strong augmentation of images.

use ndarray::ArrayView2;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::affine::{Affine, Largest};
use super::elastic::Field;
use super::setting::{AugmentationError, check};
use super::{contrast, cutout};
use privet_gradients::network::InputShape;

/// `images = { rotation = 15.0, cutout = 0.4 }`: one random affine map, with an elastic deformation
/// where that is asked for, then contrast and brightness, then a square cut out, all drawn anew each time that an image is seen.
///
/// The strong augmentation of FixMatch (Sohn et al. 2020, section 2.3) in the spirit of its
/// RandAugment: every distortion is drawn each time with a random strength, instead of two out of a
/// list. Reflections and colours are left out: a digit's mirror image is no digit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ImageAugmentation {
    /// Largest rotation to either side, in degrees, at most 180.
    pub rotation: f64,
    /// Largest shear, in columns a row, at most 1.
    pub shear: f64,
    /// Largest relative change of either side, at most 0.9.
    pub scale: f64,
    /// Largest shift in each direction, as a share of the image's longer side, at most 1.
    pub shift: f64,
    /// Largest relative change of the contrast, at most 1.
    pub contrast: f64,
    /// Largest change of the brightness, as a share of the range of values, at most 1.
    pub brightness: f64,
    /// Largest side of the covered square, as a share of the image's shorter side, at most 1.
    pub cutout: f64,
    /// Largest elastic displacement in each direction, as a share of the image's longer side, at most
    /// 1.
    #[serde(skip_serializing_if = "is_zero")]
    pub elastic: f64,
}

impl Default for ImageAugmentation {
    fn default() -> Self {
        Self {
            rotation: 15.0,
            shear: 0.15,
            scale: 0.15,
            shift: 0.08,
            contrast: 0.3,
            brightness: 0.05,
            cutout: 0.4,
            elastic: 0.0,
        }
    }
}

fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

/// The values that inputs take.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ValueRange {
    /// The smallest.
    pub low: f32,
    /// The largest.
    pub high: f32,
}

impl ValueRange {
    /// From the smallest to the largest value of public inputs; `0..=1` where there are none.
    pub fn of(inputs: ArrayView2<'_, f32>) -> Self {
        let none = Self {
            low: f32::INFINITY,
            high: f32::NEG_INFINITY,
        };
        let found = inputs.iter().fold(none, |range, &value| Self {
            low: range.low.min(value),
            high: range.high.max(value),
        });
        match found.low <= found.high {
            true => found,
            false => Self {
                low: 0.0,
                high: 1.0,
            },
        }
    }

    /// The nearest value of the range.
    pub fn clamp(self, value: f32) -> f32 {
        value.max(self.low).min(self.high)
    }

    /// From end to end.
    pub fn length(self) -> f32 {
        self.high - self.low
    }
}

impl ImageAugmentation {
    /// Checks every setting.
    ///
    /// # Errors
    /// The first setting out of its range.
    pub fn validate(&self) -> Result<(), AugmentationError> {
        check(
            "rotation",
            self.rotation,
            180.0,
            "between 0 and 180 degrees",
        )?;
        check("scale", self.scale, 0.9, "between 0 and 0.9")?;
        for (key, value) in [
            ("shear", self.shear),
            ("shift", self.shift),
            ("contrast", self.contrast),
            ("brightness", self.brightness),
            ("cutout", self.cutout),
            ("elastic", self.elastic),
        ] {
            check(key, value, 1.0, "between 0 and 1")?;
        }
        Ok(())
    }

    /// Changes one image, channel by channel in the same way; its values stay in `range`. A row that
    /// is no image stays as it is.
    pub fn apply(
        &self,
        image: &mut [f32],
        shape: InputShape,
        range: ValueRange,
        generator: &mut ChaCha8Rng,
    ) {
        let InputShape::Image { height, width, .. } = shape else {
            return;
        };
        if shape.is_empty() || image.len() != shape.len() {
            return;
        }
        let largest = Largest {
            rotation: self.rotation.to_radians(),
            shear: self.shear,
            scale: self.scale,
            shift: self.shift * height.max(width) as f64,
        };
        let map = Affine::draw(largest, generator);
        // Without it nothing is drawn.
        let field = (self.elastic > 0.0).then(|| {
            let largest = self.elastic * height.max(width) as f64;
            Field::draw(largest, [height, width], generator)
        });
        for channel in image.chunks_exact_mut(height * width) {
            map.apply(channel, [height, width], field.as_ref());
        }
        contrast::change(image, self.contrast, self.brightness, range, generator);
        let grey = (range.low + range.high) / 2.0;
        cutout::cut(image, [height, width], self.cutout, grey, generator);
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::seed::seeded_generator;

    #[test]
    fn an_image_keeps_its_shape_and_range_and_the_seed_decides() {
        let shape = InputShape::image(2, 6, 7);
        let before: Vec<f32> = (0..84).map(|value| value as f32 / 83.0 - 0.5).collect();
        let range = ValueRange {
            low: -0.5,
            high: 0.5,
        };
        let change = |index| {
            let mut image = before.clone();
            let mut generator = seeded_generator(1, "image", index);
            ImageAugmentation::default().apply(&mut image, shape, range, &mut generator);
            image
        };
        for index in 0..100 {
            let image = change(index);
            assert!(image.iter().all(|value| (-0.5..=0.5).contains(value)));
            assert_ne!(image, before);
        }
        assert_eq!(change(3), change(3));
        assert_ne!(change(3), change(4));
    }

    #[test]
    fn tables_are_left_alone_and_ranges_are_those_of_the_inputs() {
        let mut row = [1.0, 2.0, 3.0];
        let range = ValueRange::of(array![[1.0, -2.0], [0.5, 0.0]].view());
        assert_eq!(
            range,
            ValueRange {
                low: -2.0,
                high: 1.0
            }
        );
        let mut generator = seeded_generator(1, "image", 0);
        let strong = ImageAugmentation::default();
        strong.apply(&mut row, InputShape::flat(3), range, &mut generator);
        assert_eq!(row, [1.0, 2.0, 3.0]);
    }

    #[test]
    fn configs_have_defaults_and_are_checked() {
        let strong: ImageAugmentation = toml::from_str("rotation = 5.0").unwrap();
        assert_eq!((strong.rotation, strong.cutout), (5.0, 0.4));
        assert!(strong.validate().is_ok());
        assert!(toml::from_str::<ImageAugmentation>("angle = 5.0").is_err());
        for wrong in [
            "scale = 1.0",
            "rotation = -1.0",
            "cutout = nan",
            "shear = 2.0",
        ] {
            let strong: ImageAugmentation = toml::from_str(wrong).unwrap();
            let error = strong.validate().unwrap_err();
            assert!(wrong.starts_with(error.key), "{error}");
        }
    }
}
