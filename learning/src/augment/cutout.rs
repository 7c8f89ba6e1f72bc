//! A square of the image covered (DeVries and Taylor, "Improved regularization of convolutional
//! neural networks with cutout", 2017).

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// Covers a square of every channel with `fill`: its side is uniform up to `share` of the shorter
/// side, its middle uniform over the image, so that it may hang over the edge.
pub(super) fn cut(
    image: &mut [f32],
    [height, width]: [usize; 2],
    share: f64,
    fill: f32,
    generator: &mut ChaCha8Rng,
) {
    let largest = (share * height.min(width) as f64) as usize;
    let side = generator.random_range(0..=largest);
    let (row, column) = (
        generator.random_range(0..height),
        generator.random_range(0..width),
    );
    let span = |middle: usize, end: usize| {
        let start = middle.saturating_sub(side / 2);
        start..(middle + side - side / 2).min(end)
    };
    let (rows, columns) = (span(row, height), span(column, width));
    for channel in image.chunks_exact_mut(height * width) {
        for row in rows.clone() {
            channel[row * width..][columns.clone()].fill(fill);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::seeded_generator;

    #[test]
    fn a_square_of_all_channels_is_covered() {
        let mut generator = seeded_generator(4, "cutout", 0);
        let mut sizes = [false; 17];
        for _ in 0..400 {
            let mut image = vec![0.0; 2 * 8 * 9];
            cut(&mut image, [8, 9], 0.5, 1.0, &mut generator);
            let (first, second) = image.split_at(72);
            assert_eq!(first, second);
            let covered = first.iter().filter(|&&value| value == 1.0).count();
            assert!(covered <= 16, "{covered}");
            sizes[covered] = true;
            // As many columns in each row that is touched at all.
            let rows = first.chunks(9).map(|row| row.iter().sum::<f32>());
            let touched: Vec<f32> = rows.filter(|&sum| sum > 0.0).collect();
            assert!(touched.iter().all(|&sum| sum == touched[0]));
        }
        assert!(sizes[0] && sizes[4] && sizes[9] && sizes[16], "{sizes:?}");
    }
}
