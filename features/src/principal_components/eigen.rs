//! The leading eigenvectors of a covariance.

use nalgebra::{DMatrix, SymmetricEigen};
use ndarray::{Array1, Array2, Axis, Slice, concatenate};

use super::operator::Covariance;

/// A residual below this share of the largest eigenvalue ends the search.
const TOLERANCE: f64 = 1e-10;

/// A vector that keeps less than this share of its length has no direction of its own.
const LOST: f64 = 1e-10;

/// The `count` largest eigenvalues and their eigenvectors, one a row, by the block Lanczos method
/// with full orthogonalisation (Golub and Underwood 1977), from a fixed start.
///
/// The eigenvectors of the covariance within the space of all `C^k v` are those of the covariance
/// itself once the space is large enough; whether it is, the residuals `|C y - l y|` tell.
/// Directions that run out are replaced by new ones, so that in the end the space is the whole one.
pub(super) fn leading(covariance: &Covariance, count: usize) -> (Vec<f64>, Array2<f64>) {
    let size = covariance.size();
    let mut start = Start::default();
    let width = (count / 2).clamp(8, 64);
    let mut basis = Array2::zeros((0, size));
    let mut products = Array2::zeros((0, size));
    let mut next = start.vectors(width.min(size), size);
    let mut check_at = count + width;
    loop {
        let block = orthonormal(&basis, next, &mut start);
        let product = covariance.times(&block);
        basis = joined(&basis, &block);
        products = joined(&products, &product);
        let found = basis.nrows();
        if found >= check_at.min(size) {
            let (values, vectors, converged) = ritz(&basis, &products, count);
            if converged || found == size {
                return (values, vectors);
            }
            check_at = found + found / 4;
        }
        let room = size - found;
        next = match room < product.nrows() {
            true => product.slice_axis(Axis(0), Slice::from(..room)).to_owned(),
            false => product,
        };
    }
}

/// The best approximations of the leading eigenpairs within a space, and whether they are exact.
fn ritz(
    basis: &Array2<f64>,
    products: &Array2<f64>,
    count: usize,
) -> (Vec<f64>, Array2<f64>, bool) {
    let inner = basis.dot(&products.t());
    let size = inner.nrows();
    // Rounding alone makes it unsymmetric.
    let symmetric = DMatrix::from_fn(size, size, |i, j| 0.5 * (inner[[i, j]] + inner[[j, i]]));
    let pairs = SymmetricEigen::new(symmetric);
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by(|a, b| pairs.eigenvalues[*b].total_cmp(&pairs.eigenvalues[*a]));
    order.truncate(count);
    let values: Vec<f64> = order.iter().map(|at| pairs.eigenvalues[*at]).collect();
    let rotation = Array2::from_shape_fn((order.len(), size), |(row, column)| {
        pairs.eigenvectors[(column, order[row])]
    });
    let vectors = rotation.dot(basis);
    let mut residuals = rotation.dot(products);
    residuals -= &(&vectors * &Array1::from(values.clone()).insert_axis(Axis(1)));
    let largest = values.first().copied().unwrap_or(0.0);
    let converged = residuals
        .rows()
        .into_iter()
        .all(|residual| residual.dot(&residual).sqrt() <= TOLERANCE * largest);
    (values, vectors, converged)
}

/// Orthonormal vectors that span, together with the basis, what the basis and the vectors span; a
/// vector that adds nothing makes way for a new direction.
fn orthonormal(basis: &Array2<f64>, vectors: Array2<f64>, start: &mut Start) -> Array2<f64> {
    let size = vectors.ncols();
    let mut block = Array2::zeros((0, size));
    let mut vectors = vectors;
    remove(basis, &mut vectors);
    for vector in vectors.rows() {
        let mut vector = vector.to_owned().insert_axis(Axis(0));
        loop {
            let before = norm(&vector);
            if before > 0.0 {
                vector /= before;
            }
            // Twice is enough for orthogonality to rounding.
            remove(basis, &mut vector);
            remove(&block, &mut vector);
            let once = norm(&vector);
            remove(basis, &mut vector);
            remove(&block, &mut vector);
            let after = norm(&vector);
            if once > LOST && after > 0.5 * once {
                vector /= after;
                break;
            }
            vector = start.vectors(1, size);
        }
        block = joined(&block, &vector);
    }
    block
}

/// Takes what lies in the space of an orthonormal basis out of vectors.
fn remove(basis: &Array2<f64>, vectors: &mut Array2<f64>) {
    if basis.nrows() > 0 {
        let parts = vectors.dot(&basis.t());
        *vectors -= &parts.dot(basis);
    }
}

fn norm(vector: &Array2<f64>) -> f64 {
    vector.iter().map(|entry| entry * entry).sum::<f64>().sqrt()
}

fn joined(above: &Array2<f64>, below: &Array2<f64>) -> Array2<f64> {
    // Widths are equal, so that it cannot fail.
    concatenate(Axis(0), &[above.view(), below.view()]).unwrap_or_else(|_| above.clone())
}

/// Directions to start from: any will do that are not special, and they are always the same.
struct Start(u64);

impl Default for Start {
    fn default() -> Self {
        Self(0x9E37_79B9_7F4A_7C15)
    }
}

impl Start {
    fn vectors(&mut self, count: usize, size: usize) -> Array2<f64> {
        Array2::from_shape_fn((count, size), |_| {
            // SplitMix64 (Steele, Lea and Flood 2014).
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut bits = self.0;
            bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            bits ^= bits >> 31;
            bits as f64 / u64::MAX as f64 - 0.5
        })
    }
}
