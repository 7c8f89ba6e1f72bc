//! Rows of a shard, and the systems with a regularised Gram matrix that both closed forms solve.

use ndarray::{Array1, Array2, Axis};
use privet_training::data::Examples;

use super::cholesky::Cholesky;

/// The records of a shard in double precision.
pub(crate) struct Rows {
    /// Inputs `[records, values]`, the mean of all taken off.
    pub(crate) centred: Array2<f64>,
    /// The mean input.
    pub(crate) mean: Array1<f64>,
    /// For each record the position of its class in `classes`.
    pub(crate) labels: Vec<usize>,
    /// The classes that occur, ascending.
    pub(crate) classes: Vec<u32>,
}

impl Rows {
    /// The records at these positions, of which there is at least one.
    pub(crate) fn new(examples: &Examples, records: &[usize]) -> Self {
        let width = examples.inputs().ncols();
        let mut centred = Array2::zeros((records.len(), width));
        for (mut row, &record) in centred.rows_mut().into_iter().zip(records) {
            row.zip_mut_with(&examples.input(record), |value, &input| {
                *value = f64::from(input);
            });
        }
        let mean = centred.sum_axis(Axis(0)) / records.len() as f64;
        centred -= &mean;
        let of_record = |&record: &usize| examples.labels()[record];
        let mut classes: Vec<u32> = records.iter().map(of_record).collect();
        classes.sort_unstable();
        classes.dedup();
        let place = |record| classes.partition_point(|&class| class < of_record(record));
        let labels = records.iter().map(place).collect();
        Self {
            centred,
            mean,
            labels,
            classes,
        }
    }

    /// How many records each class that occurs has.
    pub(crate) fn counts(&self) -> Vec<f64> {
        let mut counts = vec![0.0; self.classes.len()];
        for &label in &self.labels {
            counts[label] += 1.0;
        }
        counts
    }
}

/// `A^T A + shift I` of `rows` `A [n, p]` where `n >= p`, else `A A^T + shift I`: the smaller one.
fn gram(rows: &Array2<f64>, shift: f64) -> (bool, Array2<f64>) {
    let primal = rows.nrows() >= rows.ncols();
    let mut gram = match primal {
        true => rows.t().dot(rows),
        false => rows.dot(&rows.t()),
    };
    for value in gram.diag_mut() {
        *value += shift;
    }
    (primal, gram)
}

/// `(A^T A + shift I)^-1 A^T T` of rows `A [n, p]` and targets `T [n, k]`; `None` where the matrix is
/// not positive definite in double precision.
///
/// With fewer rows than columns by the equal `A^T (A A^T + shift I)^-1 T`, which costs `n^2 p`
/// instead of `n p^2`.
pub(crate) fn least_squares(
    rows: &Array2<f64>,
    shift: f64,
    targets: Array2<f64>,
) -> Option<Array2<f64>> {
    let (primal, gram) = gram(rows, shift);
    let factor = Cholesky::new(&gram)?;
    Some(match primal {
        true => factor.solve(rows.t().dot(&targets)),
        false => rows.t().dot(&factor.solve(targets)),
    })
}

/// `(A^T A + shift I)^-1 D` of rows `A [n, p]` and any `D [p, k]`; `None` where the matrix is not
/// positive definite in double precision.
///
/// With fewer rows than columns by the equal `(D - A^T (A A^T + shift I)^-1 A D) / shift` (Woodbury),
/// which loses about the digits of `|A|^2 / shift`.
pub(crate) fn inverse_times(
    rows: &Array2<f64>,
    shift: f64,
    right: Array2<f64>,
) -> Option<Array2<f64>> {
    let (primal, gram) = gram(rows, shift);
    let factor = Cholesky::new(&gram)?;
    Some(match primal {
        true => factor.solve(right),
        false => {
            let inside = factor.solve(rows.dot(&right));
            (right - rows.t().dot(&inside)) / shift
        }
    })
}
