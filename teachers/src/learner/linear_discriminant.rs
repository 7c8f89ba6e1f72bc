//! Gaussian classes with one covariance.

use ndarray::Array2;
use serde::{Deserialize, Serialize};

use super::linear::{ClosedForm, LinearClassifier};
use super::regularised::{Rows, inverse_times};
use crate::TeachersError;

/// Linear discriminant analysis (Fisher 1936; Hastie, Tibshirani and Friedman 2009, section 4.3) with
/// a shrunken covariance (Friedman 1989).
///
/// Each class is a Gaussian with its own mean `m_c` and the pooled covariance
///
/// ```text
/// S = (1 - shrinkage) W + shrinkage (tr W / p) I,      W = (1/n) sum_i (x_i - m_yi)(x_i - m_yi)^T
/// ```
///
/// of `n` records and `p` features, and has the prior `n_c / n`. A query goes to the class with the
/// largest `x . S^-1 m_c - m_c . S^-1 m_c / 2 + ln(n_c / n)`. With fewer records than features the
/// inverse is that of a matrix of the size of the shard (Woodbury). Arithmetic is in double
/// precision, the weights are rounded to single precision for the queries.
///
/// A class that the shard lacks is never voted for. A shard without variation inside its classes, or
/// whose `S` is not positive definite in double precision, casts the fixed vote.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "UncheckedLinearDiscriminant")]
pub struct LinearDiscriminant {
    shrinkage: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedLinearDiscriminant {
    /// Share of the scaled identity in the covariance, above 0 and at most 1.
    shrinkage: f64,
}

impl LinearDiscriminant {
    /// Share of the scaled identity in the covariance, a public constant above 0 and at most 1.
    ///
    /// # Errors
    /// A share outside that range: with 0 the covariance of few records is singular.
    pub fn new(shrinkage: f64) -> Result<Self, TeachersError> {
        match shrinkage > 0.0 && shrinkage <= 1.0 {
            true => Ok(Self { shrinkage }),
            false => Err(TeachersError::Setting {
                key: "shrinkage",
                value: shrinkage,
                range: "a number above 0 and at most 1, for example 0.1",
            }),
        }
    }

    /// Share of the scaled identity in the covariance.
    pub fn shrinkage(&self) -> f64 {
        self.shrinkage
    }
}

impl TryFrom<UncheckedLinearDiscriminant> for LinearDiscriminant {
    type Error = TeachersError;

    fn try_from(unchecked: UncheckedLinearDiscriminant) -> Result<Self, TeachersError> {
        Self::new(unchecked.shrinkage)
    }
}

impl ClosedForm for LinearDiscriminant {
    fn fit(&self, rows: &Rows) -> Option<LinearClassifier> {
        let (records, width) = rows.centred.dim();
        let counts = rows.counts();
        // Means of the classes as columns, from the mean of all: the scores of all classes change
        // by one number then.
        let mut means = Array2::zeros((width, counts.len()));
        for (row, &label) in rows.centred.rows().into_iter().zip(&rows.labels) {
            means
                .column_mut(label)
                .scaled_add(1.0 / counts[label], &row);
        }
        let mut within = rows.centred.clone();
        for (mut row, &label) in within.rows_mut().into_iter().zip(&rows.labels) {
            row -= &means.column(label);
        }
        let trace = within.iter().map(|value| value * value).sum::<f64>() / records as f64;
        let shift = self.shrinkage * trace / width as f64;
        let sound = shift.is_finite() && shift > 0.0;
        if !sound {
            return None;
        }
        within *= ((1.0 - self.shrinkage) / records as f64).sqrt();
        let weights = inverse_times(&within, shift, means.clone())?;
        let at_mean: Vec<f64> = (0..counts.len())
            .map(|class| {
                let half = means.column(class).dot(&weights.column(class)) / 2.0;
                (counts[class] / records as f64).ln() - half
            })
            .collect();
        LinearClassifier::new(rows, &weights, &at_mean)
    }
}
