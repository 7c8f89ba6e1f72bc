//! Regularised least squares.

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::linear::{ClosedForm, LinearClassifier};
use super::regularised::{Rows, least_squares};
use crate::TeachersError;

/// One-against-all ridge regression (Hoerl and Kennard 1970) as a classifier.
///
/// For each class `c` it minimises over weights `w` and intercept `b`
///
/// ```text
/// sum_i (t_ic - w . x_i - b)^2 + strength |w|^2,      t_ic = 1 if y_i = c, else -1
/// ```
///
/// whose solution is `w = (X^T X + strength I)^-1 X^T t_c` with inputs and targets centred on the
/// shard's means and `b` the difference of those means; the intercept is not penalised. A query goes
/// to the class with the largest `w . x + b`. With fewer records than features the dual form is
/// solved, of the size of the shard. Arithmetic is in double precision, the weights are rounded to
/// single precision for the queries.
///
/// A class that the shard lacks is never voted for: its score would be -1, and those of the `k`
/// classes that occur have mean `2/k - 1`. A shard for which the system is not positive definite in
/// double precision casts the fixed vote.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "UncheckedRidgeRegression")]
pub struct RidgeRegression {
    strength: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedRidgeRegression {
    /// Penalty of the squared weights, in squared units of the inputs times records; above 0.
    strength: f64,
}

impl RidgeRegression {
    /// Penalty of the squared weights, in squared units of the inputs times records: a public
    /// constant above 0.
    ///
    /// # Errors
    /// A strength that is not finite or not above 0.
    pub fn new(strength: f64) -> Result<Self, TeachersError> {
        match strength.is_finite() && strength > 0.0 {
            true => Ok(Self { strength }),
            false => Err(TeachersError::Setting {
                key: "strength",
                value: strength,
                range: "a finite number above 0, for example 1.0",
            }),
        }
    }

    /// Penalty of the squared weights.
    pub fn strength(&self) -> f64 {
        self.strength
    }
}

impl TryFrom<UncheckedRidgeRegression> for RidgeRegression {
    type Error = TeachersError;

    fn try_from(unchecked: UncheckedRidgeRegression) -> Result<Self, TeachersError> {
        Self::new(unchecked.strength)
    }
}

impl ClosedForm for RidgeRegression {
    fn fit(&self, rows: &Rows) -> Option<LinearClassifier> {
        let records = rows.labels.len() as f64;
        // The mean of targets +-1 of a class that k of n records have.
        let means: Vec<f64> = (rows.counts().iter())
            .map(|count| 2.0 * count / records - 1.0)
            .collect();
        let mut targets = Array2::zeros((rows.labels.len(), rows.classes.len()));
        for (mut row, &label) in targets.rows_mut().into_iter().zip(&rows.labels) {
            for (class, (target, mean)) in row.iter_mut().zip(&means).enumerate() {
                *target = if class == label { 1.0 } else { -1.0 } - mean;
            }
        }
        let weights = least_squares(&rows.centred, self.strength, targets)?;
        LinearClassifier::new(rows, &weights, &means)
    }
}
