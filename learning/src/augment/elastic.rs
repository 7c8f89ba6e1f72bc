//! Elastic deformation: every pixel moves a little, its neighbours nearly as much.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Control points a side.
const POINTS: usize = 5;

/// Control points outside the image, on which the spline near its edge leans.
const PADDED: usize = POINTS + 2;

/// How far each pixel comes from beside its place, as `[rows, columns]`.
///
/// In the spirit of Simard, Steinkraus and Platt, "Best practices for convolutional neural networks
/// applied to visual document analysis" (2003), who smooth a random displacement of every pixel by a
/// Gaussian. Here displacements are drawn at points of a coarse grid and a uniform cubic B-spline
/// goes between them: as smooth, and independent of the image's size.
#[derive(Debug)]
pub(super) struct Field(Vec<[f32; 2]>);

impl Field {
    /// Displacements of the control points are uniform up to `largest` pixels in each direction, so
    /// that no pixel's is larger.
    pub(super) fn draw(
        largest: f64,
        [height, width]: [usize; 2],
        generator: &mut ChaCha8Rng,
    ) -> Self {
        let points: [[[f32; 2]; PADDED]; PADDED] = std::array::from_fn(|_| {
            std::array::from_fn(|_| {
                [(); 2].map(|()| (generator.random_range(-1.0..=1.0) * largest) as f32)
            })
        });
        let columns: Vec<(usize, [f32; 4])> = (0..width).map(|at| weights(at, width)).collect();
        let mut values = Vec::with_capacity(height * width);
        for row in 0..height {
            let (first, shares) = weights(row, height);
            let mut between = [[0.0; 2]; PADDED];
            for (line, share) in points[first..].iter().zip(shares) {
                add(&mut between, line, share);
            }
            values.extend(columns.iter().map(|&(first, shares)| {
                let mut value = [[0.0; 2]];
                for (point, share) in between[first..].iter().zip(shares) {
                    add(&mut value, &[*point], share);
                }
                value[0]
            }));
        }
        Self(values)
    }

    /// Displacement of the pixel at this place of a channel.
    pub(super) fn at(&self, place: usize) -> [f32; 2] {
        self.0.get(place).copied().unwrap_or_default()
    }
}

fn add(to: &mut [[f32; 2]], from: &[[f32; 2]], share: f32) {
    for (to, from) in to.iter_mut().zip(from) {
        to[0] += share * from[0];
        to[1] += share * from[1];
    }
}

/// The first of the four control points around a pixel, and their shares.
fn weights(at: usize, side: usize) -> (usize, [f32; 4]) {
    let place = at as f32 * (POINTS - 1) as f32 / (side - 1).max(1) as f32;
    let first = (place as usize).min(POINTS - 2);
    let t = place - first as f32;
    let (square, cube, rest) = (t * t, t * t * t, (1.0 - t).powi(3));
    let second = 3.0 * cube - 6.0 * square + 4.0;
    let third = -3.0 * cube + 3.0 * square + 3.0 * t + 1.0;
    (first, [rest, second, third, cube].map(|share| share / 6.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::seeded_generator;

    #[test]
    fn shares_add_up_and_meet_at_the_control_points() {
        for side in [1, 2, 5, 28] {
            for at in 0..side {
                let (first, shares) = weights(at, side);
                assert!(first + 4 <= PADDED);
                assert!((shares.iter().sum::<f32>() - 1.0).abs() < 1e-6);
                assert!(shares.iter().all(|&share| share >= 0.0));
            }
        }
        // The second control point, seen from its left and its right.
        let (first, shares) = weights(1, 5);
        assert_eq!(first, 1);
        for (share, expected) in shares.into_iter().zip([1.0, 4.0, 1.0, 0.0]) {
            assert!((share - expected / 6.0).abs() < 1e-6);
        }
        let (first, shares) = weights(4, 5);
        assert_eq!((first, shares[0]), (3, 0.0));
    }

    #[test]
    fn displacements_are_smooth_bounded_and_not_small() {
        let mut generator = seeded_generator(5, "elastic", 0);
        let mut largest = 0.0_f32;
        for _ in 0..100 {
            let field = Field::draw(4.0, [20, 30], &mut generator);
            for row in 0..20 {
                for column in 0..30 {
                    let here = field.at(row * 30 + column);
                    let next = field.at(row * 30 + (column + 1).min(29));
                    for (here, next) in here.into_iter().zip(next) {
                        largest = largest.max(here.abs());
                        // A cubic B-spline's slope is at most the difference of two neighbours.
                        assert!((here - next).abs() <= 8.0 * 4.0 / 29.0);
                    }
                }
            }
        }
        assert!((2.0..=4.0).contains(&largest), "{largest}");
    }
}
