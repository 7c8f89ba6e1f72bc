//! The covariance of rows as something to multiply by.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView2, Axis};
use rayon::prelude::*;

/// The covariance `X^T X / (n - 1)` of centred rows `X`, never written out: a product with a few
/// vectors costs less than one with the matrix where rows or columns are many.
pub(super) struct Covariance {
    mean: Array1<f64>,
    /// Centred, `[rows, columns]`.
    rows: Array2<f64>,
}

/// Rows or columns of one product; the same whatever the number of threads is.
const BLOCK: usize = 256;

impl Covariance {
    /// The covariance of at least two rows.
    pub(super) fn new(rows: ArrayView2<'_, f32>) -> Self {
        let mut rows = rows.mapv(f64::from);
        let mean = rows.sum_axis(Axis(0)) / rows.nrows() as f64;
        rows -= &mean;
        Self { mean, rows }
    }

    pub(super) fn mean(&self) -> &Array1<f64> {
        &self.mean
    }

    /// Values of a row.
    pub(super) fn size(&self) -> usize {
        self.rows.ncols()
    }

    /// Products with vectors, one a row: `vectors C`.
    pub(super) fn times(&self, vectors: &Array2<f64>) -> Array2<f64> {
        let mut scores = Array2::zeros((self.rows.nrows(), vectors.nrows()));
        let blocks = scores.axis_chunks_iter_mut(Axis(0), BLOCK);
        let blocks: Vec<_> = blocks
            .zip(self.rows.axis_chunks_iter(Axis(0), BLOCK))
            .collect();
        blocks.into_par_iter().for_each(|(mut scores, rows)| {
            general_mat_mul(1.0, &rows, &vectors.t(), 0.0, &mut scores);
        });
        let mut products = Array2::zeros((self.size(), vectors.nrows()));
        let share = 1.0 / (self.rows.nrows() as f64 - 1.0);
        let blocks = products.axis_chunks_iter_mut(Axis(0), BLOCK);
        let blocks: Vec<_> = blocks
            .zip(self.rows.axis_chunks_iter(Axis(1), BLOCK))
            .collect();
        blocks.into_par_iter().for_each(|(mut products, columns)| {
            general_mat_mul(share, &columns.t(), &scores, 0.0, &mut products);
        });
        products.reversed_axes()
    }
}
