//! Weak augmentation of images: shifts and reflections.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use privet_gradients::network::InputShape;

/// `augment = { shift = 2 }`: each image is moved at random each time that it is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Augmentation {
    /// Largest shift in each direction, in pixels; the edge is repeated where nothing is known.
    pub shift: usize,
    /// Whether left and right are exchanged with probability 1/2: not for digits and letters.
    #[serde(default, skip_serializing_if = "is_false")]
    pub flip: bool,
}

fn is_false(value: &bool) -> bool {
    !value
}

impl Augmentation {
    /// Moves up to `shift` pixels, without reflections.
    pub const fn shift(shift: usize) -> Self {
        Self { shift, flip: false }
    }

    /// Moves, and reflects where that is asked for, every image of `rows` (one after another) by
    /// chance of its own. Rows that are no images stay as they are.
    pub fn apply(self, rows: &mut [f32], shape: InputShape, generator: &mut ChaCha8Rng) {
        let InputShape::Image { height, width, .. } = shape else {
            return;
        };
        if shape.is_empty() {
            return;
        }
        let largest = self.shift.min(height.max(width)) as i64;
        for image in rows.chunks_mut(shape.len()) {
            let down = generator.random_range(-largest..=largest) as isize;
            let right = generator.random_range(-largest..=largest) as isize;
            let flipped = self.flip && generator.random_bool(0.5);
            for channel in image.chunks_mut(height * width) {
                shift(channel, [height, width], [down, right]);
                if flipped {
                    channel.chunks_mut(width).for_each(<[f32]>::reverse);
                }
            }
        }
    }
}

/// Moves one channel by `[down, right]` pixels, in place.
fn shift(channel: &mut [f32], [height, width]: [usize; 2], [down, right]: [isize; 2]) {
    // A row is read before it is overwritten: from the side that the image moves to.
    match down > 0 {
        true => (0..height)
            .rev()
            .for_each(|row| move_row(channel, [height, width], [down, right], row)),
        false => {
            (0..height).for_each(|row| move_row(channel, [height, width], [down, right], row));
        }
    }
}

/// Fills `row` from the row that comes to lie there.
fn move_row(
    channel: &mut [f32],
    [height, width]: [usize; 2],
    [down, right]: [isize; 2],
    row: usize,
) {
    let source = row.saturating_add_signed(-down).min(height - 1) * width;
    let (start, end) = (row * width, (row + 1) * width);
    let by = right.unsigned_abs().min(width - 1);
    if right >= 0 {
        let edge = channel[source];
        channel.copy_within(source..source + width - by, start + by);
        channel[start..start + by].fill(edge);
    } else {
        let edge = channel[source + width - 1];
        channel.copy_within(source + by..source + width, start);
        channel[end - by..end].fill(edge);
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
    fn every_pixel_is_the_nearest_known_one() {
        let [height, width] = [4, 3];
        let before: Vec<f32> = (0..12).map(|value| value as f32).collect();
        let place = |at: usize, by: isize, side: usize| {
            (at as isize - by).clamp(0, side as isize - 1) as usize
        };
        for down in -5..=5 {
            for right in -5..=5 {
                let mut after = before.clone();
                shift(&mut after, [height, width], [down, right]);
                for (index, &found) in after.iter().enumerate() {
                    let row = place(index / width, down, height);
                    let column = place(index % width, right, width);
                    assert_eq!(
                        found,
                        before[row * width + column],
                        "{down} {right} {index}"
                    );
                }
            }
        }
    }

    #[test]
    fn every_shift_occurs_and_tables_are_left_alone() {
        let mut generator = seeded_generator(1, "augment", 0);
        let shape = InputShape::image(1, 1, 5);
        let mut seen = [false; 5];
        for _ in 0..200 {
            let mut row = [0.0, 0.0, 1.0, 0.0, 0.0];
            Augmentation::shift(2).apply(&mut row, shape, &mut generator);
            let place = row.iter().position(|&value| value == 1.0);
            seen[place.unwrap()] = true;
        }
        assert_eq!(seen, [true; 5]);
        let mut table = [1.0, 2.0, 3.0];
        Augmentation::shift(2).apply(&mut table, InputShape::flat(3), &mut generator);
        assert_eq!(table, [1.0, 2.0, 3.0]);
    }

    #[test]
    fn flips_are_for_half_of_the_images_and_only_when_asked_for() {
        let mut generator = seeded_generator(1, "flip", 0);
        let shape = InputShape::image(2, 1, 2);
        let weak = Augmentation {
            shift: 0,
            flip: true,
        };
        let flipped = (0..400).filter(|_| {
            let mut row = [1.0, 2.0, 3.0, 4.0];
            weak.apply(&mut row, shape, &mut generator);
            assert!(row == [1.0, 2.0, 3.0, 4.0] || row == [2.0, 1.0, 4.0, 3.0]);
            row[0] == 2.0
        });
        // 5 standard deviations around the mean, for a fixed seed.
        assert!(flipped.count().abs_diff(200) < 50);
    }
}
