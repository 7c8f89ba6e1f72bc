//! Contrast and brightness.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::ValueRange;

/// Multiplies the distance of every value from the image's mean by a factor uniform in
/// `1 - contrast..1 + contrast`, adds a number uniform up to `brightness` times the range, and keeps
/// the result in the range.
pub(super) fn change(
    image: &mut [f32],
    contrast: f64,
    brightness: f64,
    range: ValueRange,
    generator: &mut ChaCha8Rng,
) {
    let factor = 1.0 + (generator.random_range(-1.0..=1.0) * contrast) as f32;
    let added = (generator.random_range(-1.0..=1.0) * brightness) as f32 * range.length();
    let mean = image.iter().sum::<f32>() / image.len().max(1) as f32;
    for value in image {
        *value = range.clamp(mean + factor * (*value - mean) + added);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::seeded_generator;

    #[test]
    fn contrast_keeps_the_mean_and_brightness_moves_it() {
        let range = ValueRange {
            low: -10.0,
            high: 10.0,
        };
        let mut generator = seeded_generator(3, "contrast", 0);
        for _ in 0..50 {
            let mut image = [1.0, 2.0, 6.0];
            change(&mut image, 0.5, 0.0, range, &mut generator);
            let factor = (image[2] - image[0]) / 5.0;
            assert!((0.5..=1.5).contains(&factor));
            assert!((image.iter().sum::<f32>() - 9.0).abs() < 1e-5);
            let mut image = [1.0, 2.0, 6.0];
            change(&mut image, 0.0, 0.1, range, &mut generator);
            assert!((image[0] - 1.0).abs() <= 2.0 && (image[2] - image[0] - 5.0).abs() < 1e-5);
        }
    }

    #[test]
    fn values_stay_in_their_range() {
        let range = ValueRange {
            low: 0.0,
            high: 1.0,
        };
        let mut generator = seeded_generator(3, "contrast", 1);
        for _ in 0..50 {
            let mut image = [0.0, 0.5, 1.0];
            change(&mut image, 1.0, 0.5, range, &mut generator);
            assert!(image.iter().all(|value| (0.0..=1.0).contains(value)));
        }
    }
}
