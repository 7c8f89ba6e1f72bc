//! Rows to a norm.

use ndarray::{Array2, ArrayView2};
use privet_gradients::network::InputShape;
use serde::{Deserialize, Serialize};

use crate::stage::apply_rows;
use crate::{FeatureError, Stage, StageDescription, StageSpec};

/// What happens to rows that are shorter than the norm.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RowNormMode {
    /// They are scaled up to it; a row of zeros stays.
    #[default]
    Scale,
    /// They stay as they are.
    Clip,
}

/// Scales each row `x` to L2 norm `c`, `c x / |x|`, or clips it to that norm, `x min(1, c / |x|)`.
///
/// Norms are summed in double precision. A row of zeros stays one.
///
/// **Privacy.** The norm is a public constant: a function of one record, fixed in advance. It costs
/// nothing and leaves sensitivity as it is; that rows have a bounded norm may be of use to a later
/// mechanism, which must bound it by itself.
#[derive(Clone, Debug)]
pub struct RowNorm {
    input: InputShape,
    norm: f64,
    mode: RowNormMode,
}

const KIND: &str = "row-norm";

impl RowNorm {
    /// Rows of any shape to a norm.
    ///
    /// # Errors
    /// A norm that is not a number above 0, or rows without values.
    pub fn new(input: InputShape, norm: f64, mode: RowNormMode) -> Result<Self, FeatureError> {
        if input.is_empty() {
            return Err(FeatureError::Input {
                kind: KIND,
                input,
                remedy: "give rows at least one value".into(),
            });
        }
        if !(f64::from(f32::MIN_POSITIVE)..=f64::from(f32::MAX)).contains(&norm) {
            return Err(FeatureError::Setting {
                kind: KIND,
                key: "norm",
                value: norm.to_string(),
                remedy: "give an ordinary number above 0".into(),
            });
        }
        Ok(Self { input, norm, mode })
    }
}

impl Stage for RowNorm {
    fn input(&self) -> InputShape {
        self.input
    }

    fn output(&self) -> InputShape {
        self.input
    }

    fn apply(&self, rows: ArrayView2<'_, f32>) -> Result<Array2<f32>, FeatureError> {
        apply_rows(self, rows, |input, output| {
            let square: f64 = input.iter().map(|x| f64::from(*x) * f64::from(*x)).sum();
            let norm = square.sqrt();
            let stays = match self.mode {
                RowNormMode::Scale => norm == 0.0,
                RowNormMode::Clip => norm <= self.norm,
            };
            let factor = if stays { 1.0 } else { self.norm / norm };
            for (output, input) in output.iter_mut().zip(input) {
                *output = (f64::from(*input) * factor) as f32;
            }
        })
    }

    fn description(&self) -> StageDescription {
        StageDescription::Configured(StageSpec::RowNorm {
            norm: self.norm,
            mode: self.mode,
        })
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn rows_have_the_norm_or_at_most_the_norm() {
        let big = 2f32.powi(100);
        let rows = array![
            [3.0, 4.0],
            [0.0, 0.0],
            [0.3, 0.4],
            [3.0 * big, 4.0 * big],
            [1e-30, 0.0]
        ];
        let flat = InputShape::flat(2);
        let scaled = RowNorm::new(flat, 10.0, RowNormMode::Scale).unwrap();
        assert_eq!(
            scaled.apply(rows.view()).unwrap(),
            array![[6.0, 8.0], [0.0, 0.0], [6.0, 8.0], [6.0, 8.0], [10.0, 0.0]]
        );
        let clipped = RowNorm::new(flat, 1.0, RowNormMode::Clip).unwrap();
        assert_eq!(
            clipped.apply(rows.view()).unwrap(),
            array![[0.6, 0.8], [0.0, 0.0], [0.3, 0.4], [0.6, 0.8], [1e-30, 0.0]]
        );
    }

    #[test]
    fn norms_that_are_none_are_refused() {
        for norm in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-60] {
            let error = RowNorm::new(InputShape::flat(2), norm, RowNormMode::Clip).unwrap_err();
            assert!(error.to_string().contains("`norm` is"), "{error}");
        }
        assert!(RowNorm::new(InputShape::flat(0), 1.0, RowNormMode::Clip).is_err());
    }
}
