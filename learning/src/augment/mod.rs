//! Random changes of rows for training without privacy, and for the copies of noisy SGD.
//!
//! - [`Augmentation`]: weak, for images: small shifts, and reflections where they mean nothing;
//! - [`ImageAugmentation`]: strong, for images: an affine map, an elastic deformation, contrast and
//!   brightness, a square cut out;
//! - [`TableAugmentation`]: for tables: masked features and numeric noise.
//!
//! All of them draw from a generator that they are given. [`each_row`] gives every row its own, so
//! that threads share the rows of a batch and the result is the same.

mod affine;
mod contrast;
mod cutout;
mod elastic;
mod image;
mod setting;
mod shift;
mod table;

use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

pub use image::{ImageAugmentation, ValueRange};
pub use setting::AugmentationError;
pub use shift::Augmentation;
pub use table::{TableAugmentation, TableColumns};

/// Rows from which on threads share them.
const PARALLEL: usize = 32;

/// Changes every row of `rows` (of `width` values each), with a generator that depends on `seed` and
/// on the row's place alone.
pub fn each_row(
    rows: &mut [f32],
    width: usize,
    seed: u64,
    change: impl Fn(&mut [f32], &mut ChaCha8Rng) + Sync,
) {
    let generator = ChaCha8Rng::seed_from_u64(seed);
    let change = |(place, row): (usize, &mut [f32])| {
        let mut own = generator.clone();
        own.set_stream(place as u64);
        change(row, &mut own);
    };
    let width = width.max(1);
    match rows.len() / width >= PARALLEL {
        true => rows
            .par_chunks_exact_mut(width)
            .enumerate()
            .with_min_len(8)
            .for_each(change),
        false => rows.chunks_exact_mut(width).enumerate().for_each(change),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::Rng;

    #[test]
    fn a_row_s_generator_depends_on_seed_and_place_alone() {
        let draw = |rows: usize, seed| {
            let mut values = vec![0.0; 2 * rows];
            each_row(&mut values, 2, seed, |row, generator| {
                row[0] = (generator.next_u32() >> 8) as f32;
            });
            values
        };
        let (many, few) = (draw(100, 1), draw(3, 1));
        assert_eq!(few, many[..6]);
        assert_ne!(many[0], many[2]);
        assert_ne!(draw(3, 2), few);
    }
}
