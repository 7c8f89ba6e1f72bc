//! Symmetric positive definite systems in double precision.

use ndarray::linalg::general_mat_mul;
use ndarray::{Array2, Axis};

/// The lower triangle `L` of a factorisation `A = L L^T` (Cholesky).
///
/// Every sum has an order that the size alone decides, so equal matrices have equal factors.
pub(crate) struct Cholesky {
    /// What stands above the diagonal has no meaning.
    factor: Array2<f64>,
}

/// Columns that are finished before the rest of the matrix hears of them, in one product.
const BLOCK: usize = 48;

impl Cholesky {
    /// Factorises a symmetric `[n, n]` matrix, of which the lower triangle is read; `None` where it
    /// is not positive definite in double precision: a pivot is NaN, infinite, or not above
    /// `n` roundings of its diagonal element, so that its digits would be noise.
    pub(crate) fn new(matrix: &Array2<f64>) -> Option<Self> {
        let mut factor = matrix.as_standard_layout().into_owned();
        let size = factor.nrows();
        let noise = factor
            .diag()
            .mapv(|value| size as f64 * f64::EPSILON * value);
        for start in (0..size).step_by(BLOCK) {
            let end = size.min(start + BLOCK);
            let values = factor.as_slice_mut()?;
            for row in start..size {
                let (above, below) = values.split_at_mut(row * size);
                let own = &mut below[..size];
                for column in start..end.min(row) {
                    let other = &above[column * size..][..size];
                    let known = dot(&own[start..column], &other[start..column]);
                    own[column] = (own[column] - known) / other[column];
                }
                if row < end {
                    let pivot = own[row] - dot(&own[start..row], &own[start..row]);
                    // False for NaN as well.
                    let sound = pivot > noise[row] && pivot.is_finite();
                    if !sound {
                        return None;
                    }
                    own[row] = pivot.sqrt();
                }
            }
            let (_, below) = factor.view_mut().split_at(Axis(0), end);
            let (left, mut rest) = below.split_at(Axis(1), end);
            let (_, columns) = left.split_at(Axis(1), start);
            general_mat_mul(-1.0, &columns, &columns.t(), 1.0, &mut rest);
        }
        Some(Self { factor })
    }

    /// The solution `X [n, k]` of `A X = right [n, k]`.
    pub(crate) fn solve(&self, right: Array2<f64>) -> Array2<f64> {
        let mut values = right;
        // L Y = right, from the first row to the last.
        for (place, factors) in self.factor.rows().into_iter().enumerate() {
            let (known, mut rest) = values.view_mut().split_at(Axis(0), place);
            let mut row = rest.row_mut(0);
            for (factor, known) in factors.iter().zip(known.rows()) {
                row.scaled_add(-factor, &known);
            }
            row /= factors[place];
        }
        // L^T X = Y, from the last row to the first.
        for (place, factors) in self.factor.rows().into_iter().enumerate().rev() {
            let (mut others, mut rest) = values.view_mut().split_at(Axis(0), place);
            let mut row = rest.row_mut(0);
            row /= factors[place];
            for (factor, mut other) in factors.iter().zip(others.rows_mut()) {
                other.scaled_add(-factor, &row);
            }
        }
        values
    }
}

/// Sums that are taken side by side, so that they fill vector registers.
const LANES: usize = 8;

fn dot(one: &[f64], other: &[f64]) -> f64 {
    let mut sums = [0.0; LANES];
    let (ones, one) = one.as_chunks::<LANES>();
    let (others, other) = other.as_chunks::<LANES>();
    for (one, other) in ones.iter().zip(others) {
        for (sum, (a, b)) in sums.iter_mut().zip(one.iter().zip(other)) {
            *sum += a * b;
        }
    }
    let rest: f64 = one.iter().zip(other).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + rest
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    /// `A = B B^T + I` of a matrix `B` with entries that are no pattern.
    fn positive(size: usize) -> Array2<f64> {
        let root = Array2::from_shape_fn((size, size), |(i, j)| {
            ((7 * i + 3 * j * j + i * j) % 11) as f64 / 5.0 - 1.0
        });
        root.dot(&root.t()) + Array2::<f64>::eye(size)
    }

    #[test]
    fn solutions_solve_systems_of_every_size() {
        for size in [1, 2, 3, 7, 8, 9, 47, 48, 49, 96, 150] {
            let matrix = positive(size);
            let expected = Array2::from_shape_fn((size, 3), |(i, j)| (i + 2 * j) as f64 - 3.5);
            let factor = Cholesky::new(&matrix).unwrap();
            let found = factor.solve(matrix.dot(&expected));
            let error = (found - expected).mapv(f64::abs);
            let worst = error.into_iter().fold(0.0, f64::max);
            assert!(worst < 1e-9, "{size}: {worst}");
        }
    }

    /// `numpy.linalg.cholesky([[4, 2, 0.6], [2, 5, 1], [0.6, 1, 3]])`
    #[test]
    fn the_factor_is_that_of_numpy() {
        let matrix = array![[4.0, 2.0, 0.6], [2.0, 5.0, 1.0], [0.6, 1.0, 3.0]];
        let factor = Cholesky::new(&matrix).unwrap().factor;
        let expected = [
            [2.0, 0.0, 0.0],
            [1.0, 2.0, 0.0],
            [0.3, 0.35, 1.6695807857064],
        ];
        for (row, column) in [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2)] {
            let (found, expected) = (factor[[row, column]], expected[row][column]);
            assert!((found - expected).abs() < 1e-12, "{found} {expected}");
        }
    }

    #[test]
    fn what_is_not_positive_definite_is_refused() {
        for matrix in [
            array![[0.0]],
            array![[-1.0]],
            array![[f64::NAN]],
            array![[f64::INFINITY]],
            array![[1.0, 1.0], [1.0, 1.0]],
            array![[1.0, 2.0], [2.0, 1.0]],
            array![[1.0, f64::NAN], [f64::NAN, 1.0]],
            // Singular, but rounding leaves a pivot of some 1e-17.
            array![[0.1, 0.3], [0.3, 0.9]],
        ] {
            assert!(Cholesky::new(&matrix).is_none(), "{matrix}");
        }
        // In the second block.
        for bad in [f64::NAN, -1.0, 1e-17] {
            let mut matrix = Array2::eye(60);
            matrix[[55, 55]] = bad;
            matrix[[55, 54]] = if bad > 0.0 { bad.sqrt() } else { 0.0 };
            assert!(Cholesky::new(&matrix).is_none(), "{bad}");
        }
    }
}
