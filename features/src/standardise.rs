//! Standardisation by public statistics.

use ndarray::{Array2, ArrayView2};
use privet_gradients::network::InputShape;
use serde::{Deserialize, Serialize};

use crate::parts::Shelf;
use crate::stage::{apply_rows, check_width};
use crate::{FeatureError, Stage, StageDescription, StageSpec, Tensor};

/// What has a mean and a deviation of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Statistics {
    /// Each value of a row.
    #[default]
    Feature,
    /// Each channel of an image, over all its pixels (each feature of a row without spatial
    /// structure).
    Channel,
}

/// `(x - mean) / deviation` with the mean and standard deviation of public rows.
///
/// The normalisation by public statistics of Tramer and Boneh (2021, "Differentially private
/// learning needs better features (or much more data)"), there of the channels of scattering
/// features. The variance is the mean of squares (over the number of values). A feature that is
/// constant on the public rows, to six digits, is only shifted: it says nothing of how far private
/// rows may be from it.
///
/// **Privacy.** Mean and deviation are of public rows alone: for private rows a function of one
/// record, fixed in advance. It costs nothing and leaves sensitivity as it is. Fitted on private
/// rows it would be a release without noise.
#[derive(Clone, Debug)]
pub struct Standardise {
    input: InputShape,
    by: Statistics,
    /// One for each value of a row or each channel.
    mean: Vec<f32>,
    deviation: Vec<f32>,
}

/// A deviation below this share of the largest value is rounding.
const CONSTANT: f64 = 1e-6;

const KIND: &str = "standardise";

impl Standardise {
    /// Statistics of `public` rows.
    ///
    /// # Errors
    /// No rows, rows of another width, or values that are not finite.
    pub fn fit(
        input: InputShape,
        public: ArrayView2<'_, f32>,
        by: Statistics,
    ) -> Result<Self, FeatureError> {
        let count = statistics(input, by);
        let mut stage = Self {
            input,
            by,
            mean: vec![0.0; count],
            deviation: vec![1.0; count],
        };
        check_width(&stage, public)?;
        check_finite(KIND, public)?;
        let mut sums = vec![0.0f64; count];
        let values = input.len() / count.max(1) * public.nrows();
        stage.add_up(public, &mut sums, |_, x| x);
        let mean: Vec<f64> = sums.iter().map(|sum| sum / values as f64).collect();
        sums.fill(0.0);
        stage.add_up(public, &mut sums, |at, x| (x - mean[at]).powi(2));
        let mut largest = vec![0.0f64; count];
        for row in public.rows() {
            for (at, x) in row.iter().enumerate() {
                let place = &mut largest[stage.statistic(at)];
                *place = place.max(f64::from(x.abs()));
            }
        }
        for (at, square) in sums.iter().enumerate() {
            let deviation = (square / values as f64).sqrt();
            stage.mean[at] = mean[at] as f32;
            if deviation > CONSTANT * largest[at] && deviation >= f64::from(f32::MIN_POSITIVE) {
                stage.deviation[at] = deviation as f32;
            }
        }
        Ok(stage)
    }

    pub(crate) fn from_tensors(
        input: InputShape,
        by: Statistics,
        shelf: &mut Shelf,
    ) -> Result<Self, FeatureError> {
        let shape = [statistics(input, by)];
        let stage = Self {
            input,
            by,
            mean: shelf.take("mean", &shape)?,
            deviation: shelf.take("deviation", &shape)?,
        };
        if stage
            .deviation
            .iter()
            .any(|value| *value < f32::MIN_POSITIVE)
            || input.is_empty()
        {
            return Err(FeatureError::Parts(
                "a deviation of \"standardise\" is not above 0; write the file again".into(),
            ));
        }
        Ok(stage)
    }

    /// Adds `of(statistic, value)` up over all values that belong to each statistic.
    fn add_up(&self, rows: ArrayView2<'_, f32>, sums: &mut [f64], of: impl Fn(usize, f64) -> f64) {
        for row in rows.rows() {
            for (at, x) in row.iter().enumerate() {
                let statistic = self.statistic(at);
                sums[statistic] += of(statistic, f64::from(*x));
            }
        }
    }

    /// Which mean belongs to a value of a row.
    fn statistic(&self, at: usize) -> usize {
        at / (self.input.len() / self.mean.len())
    }
}

/// How many means there are.
fn statistics(input: InputShape, by: Statistics) -> usize {
    match (by, input) {
        (Statistics::Channel, InputShape::Image { channels, .. }) => channels,
        _ => input.len(),
    }
}

/// Refuses public rows to fit on that are none or hold a value that is not finite.
pub(crate) fn check_finite(
    kind: &'static str,
    public: ArrayView2<'_, f32>,
) -> Result<(), FeatureError> {
    let reason = match public.iter().all(|value| value.is_finite()) {
        true if !public.is_empty() => return Ok(()),
        true => "there are no public rows: declare a public split that has some",
        false => "a public row holds a value that is not finite: mend or drop that row",
    };
    Err(FeatureError::Fit {
        kind,
        reason: reason.into(),
    })
}

impl Stage for Standardise {
    fn input(&self) -> InputShape {
        self.input
    }

    fn output(&self) -> InputShape {
        self.input
    }

    fn apply(&self, rows: ArrayView2<'_, f32>) -> Result<Array2<f32>, FeatureError> {
        let each = self.input.len() / self.mean.len().max(1);
        apply_rows(self, rows, |input, output| {
            let statistics = self.mean.iter().zip(&self.deviation);
            let values = input.chunks_exact(each).zip(output.chunks_exact_mut(each));
            for ((mean, deviation), (input, output)) in statistics.zip(values) {
                for (output, input) in output.iter_mut().zip(input) {
                    *output = (input - mean) / deviation;
                }
            }
        })
    }

    fn description(&self) -> StageDescription {
        StageDescription::Configured(StageSpec::Standardise { by: self.by })
    }

    fn tensors(&self) -> Vec<Tensor> {
        let shape = vec![self.mean.len()];
        vec![
            Tensor::new("mean", shape.clone(), self.mean.clone()),
            Tensor::new("deviation", shape, self.deviation.clone()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;
    use ndarray::array;

    use super::*;

    #[test]
    fn features_are_standardised_and_constant_ones_are_shifted() {
        let public = array![[1.0, 7.0, 1e6], [3.0, 7.0, 1e6 + 0.0625]];
        let stage =
            Standardise::fit(InputShape::flat(3), public.view(), Statistics::Feature).unwrap();
        let found = stage.apply(array![[5.0, 9.0, 1e6]].view()).unwrap();
        assert!(found[[0, 2]].abs() < 0.07);
        assert_relative_eq!(found[[0, 0]], 3.0);
        assert_relative_eq!(found[[0, 1]], 2.0);
    }

    #[test]
    fn channels_share_their_statistics() {
        let input = InputShape::image(2, 1, 2);
        let public = array![[0.0, 2.0, 10.0, 10.0], [4.0, 6.0, 10.0, 18.0]];
        let stage = Standardise::fit(input, public.view(), Statistics::Channel).unwrap();
        let found = stage.apply(public.view()).unwrap();
        // Means 3 and 12, variances 5 and 12.
        let (a, b) = (5.0f32.sqrt(), 12.0f32.sqrt());
        let expected = [
            [-3.0 / a, -1.0 / a, -2.0 / b, -2.0 / b],
            [1.0 / a, 3.0 / a, -2.0 / b, 6.0 / b],
        ];
        assert_relative_eq!(
            found.as_slice().unwrap(),
            expected.as_flattened(),
            epsilon = 1e-6
        );
    }

    #[test]
    fn rows_that_cannot_be_fitted_on_are_refused() {
        let fit = |rows: Array2<f32>| {
            let error = Standardise::fit(InputShape::flat(2), rows.view(), Statistics::Feature);
            error.unwrap_err().to_string()
        };
        assert!(fit(Array2::zeros((0, 2))).contains("no public rows"));
        assert!(fit(Array2::zeros((4, 3))).contains("rows of 2 values"));
        assert!(fit(array![[0.0, f32::NAN]]).contains("not finite"));
        assert!(fit(array![[0.0, f32::INFINITY]]).contains("not finite"));
    }
}
