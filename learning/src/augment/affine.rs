//! Turned, sheared, scaled and moved images.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

use super::elastic::Field;

/// Where each pixel comes from: `source = center + matrix (target - center) + offset`, places as
/// `[row, column]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Affine {
    matrix: [[f32; 2]; 2],
    offset: [f32; 2],
}

/// The largest change in each direction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Largest {
    /// Radians.
    pub(super) rotation: f64,
    /// Columns a row.
    pub(super) shear: f64,
    /// Relative change of both sides.
    pub(super) scale: f64,
    /// Pixels.
    pub(super) shift: f64,
}

impl Affine {
    /// A rotation times a shear times a change of scale, each uniform up to the largest, then a
    /// shift by a uniform real number of pixels.
    pub(super) fn draw(largest: Largest, generator: &mut ChaCha8Rng) -> Self {
        let mut draw = |largest: f64| generator.random_range(-1.0..=1.0) * largest;
        let angle = draw(largest.rotation);
        let (sine, cosine) = (libm::sin(angle), libm::cos(angle));
        let shear = draw(largest.shear);
        let scale = [1.0 + draw(largest.scale), 1.0 + draw(largest.scale)];
        let offset = [draw(largest.shift) as f32, draw(largest.shift) as f32];
        let rows = [[cosine, -sine], [sine, cosine]];
        let matrix = rows.map(|[down, right]| {
            let entries = [scale[0] * (down + shear * right), scale[1] * right];
            entries.map(|entry| entry as f32)
        });
        Self { matrix, offset }
    }

    /// Applies the map to one channel, and adds the field to where each pixel comes from; bilinear
    /// between pixels, so that both blur it once; the edge is repeated outside.
    pub(super) fn apply(
        self,
        channel: &mut [f32],
        [height, width]: [usize; 2],
        field: Option<&Field>,
    ) {
        let before = channel.to_vec();
        let center = [(height - 1) as f32 / 2.0, (width - 1) as f32 / 2.0];
        let [[a, b], [c, d]] = self.matrix;
        for (row, values) in channel.chunks_exact_mut(width).enumerate() {
            let down = row as f32 - center[0];
            for (column, value) in values.iter_mut().enumerate() {
                let right = column as f32 - center[1];
                let more = field.map_or([0.0; 2], |field| field.at(row * width + column));
                let from_row = center[0] + a * down + b * right + self.offset[0] + more[0];
                let from_column = center[1] + c * down + d * right + self.offset[1] + more[1];
                let (top, bottom, lower) = neighbours(from_row, height);
                let (left, right, later) = neighbours(from_column, width);
                let mix = |row: usize| {
                    let values = &before[row * width..(row + 1) * width];
                    values[left] + later * (values[right] - values[left])
                };
                let (top, bottom) = (mix(top), mix(bottom));
                *value = top + lower * (bottom - top);
            }
        }
    }
}

/// The pixels on both sides of a place, and the share of the second.
fn neighbours(place: f32, side: usize) -> (usize, usize, f32) {
    let place = place.clamp(0.0, (side - 1) as f32);
    let first = place as usize;
    (first, (first + 1).min(side - 1), place - first as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::seeded_generator;

    const NONE: Largest = Largest {
        rotation: 0.0,
        shear: 0.0,
        scale: 0.0,
        shift: 0.0,
    };

    fn apply(
        matrix: [[f32; 2]; 2],
        offset: [f32; 2],
        mut image: Vec<f32>,
        width: usize,
    ) -> Vec<f32> {
        let sides = [image.len() / width, width];
        Affine { matrix, offset }.apply(&mut image, sides, None);
        image
    }

    #[test]
    fn nothing_changes_nothing() {
        let map = Affine::draw(NONE, &mut seeded_generator(1, "affine", 0));
        let before: Vec<f32> = (0..12).map(|value| value as f32).collect();
        let mut after = before.clone();
        map.apply(&mut after, [3, 4], None);
        assert_eq!(before, after);
    }

    #[test]
    fn quarter_turns_shifts_and_halves_are_exact() {
        let image = vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0];
        let turned = apply([[0.0, -1.0], [1.0, 0.0]], [0.0; 2], image.clone(), 3);
        assert_eq!(turned, [7.0, 4.0, 1.0, 8.0, 5.0, 2.0, 9.0, 6.0, 3.0]);
        let unit = [[1.0, 0.0], [0.0, 1.0]];
        let moved = apply(unit, [1.0, 0.0], image.clone(), 3);
        assert_eq!(moved, [4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 7.0, 8.0, 9.0]);
        let between = apply(unit, [0.0, 0.5], image, 3);
        assert_eq!(between[..3], [1.5, 2.5, 3.0]);
        let doubled = apply([[0.5, 0.0], [0.0, 0.5]], [0.0; 2], vec![0.0, 4.0, 8.0], 3);
        assert_eq!(doubled, [2.0, 4.0, 6.0]);
    }

    #[test]
    fn draws_stay_within_their_bounds_and_fill_them() {
        let mut generator = seeded_generator(1, "affine", 1);
        let largest = Largest {
            rotation: 0.5,
            shift: 3.0,
            ..NONE
        };
        let (mut angle, mut shift) = (0.0_f32, 0.0_f32);
        for _ in 0..500 {
            let map = Affine::draw(largest, &mut generator);
            let [[a, b], [c, d]] = map.matrix;
            assert!((a * d - b * c - 1.0).abs() < 1e-6);
            angle = angle.max(c.atan2(a).abs());
            shift = shift.max(map.offset[0].abs()).max(map.offset[1].abs());
        }
        assert!((0.45..=0.500_001).contains(&angle), "{angle}");
        assert!((2.7..=3.0).contains(&shift), "{shift}");
    }
}
