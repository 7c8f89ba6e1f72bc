//! Augmentation of images for training without privacy.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::data::InputShape;

/// `augment = { shift = 2 }`: each image is moved at random each time that it is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Augmentation {
    /// Largest shift in each direction, in pixels; the edge is repeated where nothing is known.
    pub shift: usize,
}

impl Augmentation {
    /// Moves every image of `rows` (one after another) by its own random shift. Rows that are no
    /// images stay as they are.
    pub(crate) fn apply(self, rows: &mut [f32], shape: InputShape, generator: &mut ChaCha8Rng) {
        let InputShape::Image { height, width, .. } = shape else {
            return;
        };
        if height * width == 0 {
            return;
        }
        let largest = self.shift.min(height.max(width)) as i64;
        for image in rows.chunks_mut(shape.len()) {
            let down = generator.random_range(-largest..=largest) as isize;
            let right = generator.random_range(-largest..=largest) as isize;
            for channel in image.chunks_mut(height * width) {
                shift(channel, [height, width], [down, right]);
            }
        }
    }
}

/// Moves one channel by `[down, right]` pixels.
fn shift(channel: &mut [f32], [height, width]: [usize; 2], [down, right]: [isize; 2]) {
    let before = channel.to_vec();
    let source =
        |place: usize, by: isize, side: usize| place.saturating_add_signed(-by).min(side - 1);
    for row in 0..height {
        for column in 0..width {
            channel[row * width + column] =
                before[source(row, down, height) * width + source(column, right, width)];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::seeded_generator;

    #[test]
    fn a_shift_moves_pixels_and_repeats_the_edge() {
        let mut channel = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];
        shift(&mut channel, [3, 3], [1, -1]);
        assert_eq!(channel, [2.0, 3.0, 3.0, 2.0, 3.0, 3.0, 5.0, 6.0, 6.0]);
    }

    #[test]
    fn every_shift_occurs_and_tables_are_left_alone() {
        let mut generator = seeded_generator(1, "augment", 0);
        let shape = InputShape::image(1, 1, 5);
        let mut seen = [false; 5];
        for _ in 0..200 {
            let mut row = [0.0, 0.0, 1.0, 0.0, 0.0];
            Augmentation { shift: 2 }.apply(&mut row, shape, &mut generator);
            let place = row.iter().position(|&value| value == 1.0);
            seen[place.unwrap()] = true;
        }
        assert_eq!(seen, [true; 5]);
        let mut table = [1.0, 2.0, 3.0];
        Augmentation { shift: 2 }.apply(&mut table, InputShape::flat(3), &mut generator);
        assert_eq!(table, [1.0, 2.0, 3.0]);
    }
}
