//! Squared norms that are exact enough for clipping.

use burn::tensor::Tensor;

/// Values whose squares are added in f32 before the sum goes on in f64.
const BLOCK: usize = 64;

/// Sum of squares of each row of `[b, m]`, for each of the `b` rows.
///
/// At most [`BLOCK`] squares are added in f32 and the rest in f64, so that the relative error of a
/// squared norm is below `(BLOCK + 4) 2^-24 = 4.1e-6` however wide the layer is: that of a norm,
/// also of a product of two, stays below the mechanism's
/// [`CLIPPING_SLACK`](privet_mechanisms::noisy_sgd::CLIPPING_SLACK).
///
/// Each row is divided by its largest value first. Without that the square of a `delta` below 1e-23
/// is 0 in f32, and an example with a huge input would pass unclipped with a norm of 0.
pub(super) fn row_squares(tensor: Tensor<2>) -> Vec<f64> {
    let [rows, width] = tensor.dims();
    let blocks = width.div_ceil(BLOCK);
    let largest = tensor.clone().abs().max_dim(1).clamp_min(f32::MIN_POSITIVE);
    let scales: Vec<f32> = largest.clone().into_data().iter::<f32>().collect();
    let scaled = tensor / largest; // NaN where the row is not finite
    let squares = (scaled.clone() * scaled).pad((0, blocks * BLOCK - width, 0, 0), 0.0);
    let sums: Vec<f32> = squares
        .reshape([rows, blocks, BLOCK])
        .sum_dim(2)
        .into_data()
        .iter::<f32>()
        .collect();
    sums.chunks(blocks)
        .zip(scales)
        .map(|(sums, scale)| {
            let sum: f64 = sums.iter().map(|&sum| f64::from(sum)).sum();
            f64::from(scale).powi(2) * sum
        })
        .collect()
}
