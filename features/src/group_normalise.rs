//! Normalisation of each row by itself.

use ndarray::{Array2, ArrayView2};
use privet_gradients::network::InputShape;

use crate::stage::apply_rows;
use crate::{FeatureError, Stage, StageDescription, StageSpec};

/// Brings the channels of each row, in groups, to mean 0 and variance 1:
/// `(x - mean) / sqrt(variance + 1e-5)` over all values of a group of neighbouring channels.
///
/// It is group normalisation (Wu and He 2018) without gain and shift, the normalisation of
/// scattering features without data of Tramer and Boneh (2021, "Differentially private learning
/// needs better features (or much more data)"). Of a row without spatial structure the features
/// are the channels. Sums are in double precision.
///
/// **Privacy.** Mean and variance are those of the row itself: a function of one record, fixed in
/// advance. It costs nothing and leaves sensitivity as it is.
#[derive(Clone, Debug)]
pub struct GroupNormalise {
    input: InputShape,
    groups: usize,
}

/// Added to the variance, so that a constant group is 0 and not noise.
const EPSILON: f64 = 1e-5;

const KIND: &str = "group-normalise";

impl GroupNormalise {
    /// Normalisation in this many groups of channels.
    ///
    /// # Errors
    /// Groups that do not divide the channels, or rows that have none.
    pub fn new(input: InputShape, groups: usize) -> Result<Self, FeatureError> {
        if input.is_empty() || matches!(input, InputShape::Sequence { .. }) {
            return Err(FeatureError::Input {
                kind: KIND,
                input,
                remedy: "it takes images and rows of features".into(),
            });
        }
        let channels = input.depth();
        if groups == 0 || !channels.is_multiple_of(groups) {
            return Err(FeatureError::Setting {
                kind: KIND,
                key: "groups",
                value: groups.to_string(),
                remedy: format!("give a divisor of {channels}, the number of channels"),
            });
        }
        Ok(Self { input, groups })
    }
}

impl Stage for GroupNormalise {
    fn input(&self) -> InputShape {
        self.input
    }

    fn output(&self) -> InputShape {
        self.input
    }

    fn apply(&self, rows: ArrayView2<'_, f32>) -> Result<Array2<f32>, FeatureError> {
        let size = self.input.len() / self.groups;
        apply_rows(self, rows, |input, output| {
            for (input, output) in input.chunks_exact(size).zip(output.chunks_exact_mut(size)) {
                normalise(input, output);
            }
        })
    }

    fn description(&self) -> StageDescription {
        StageDescription::Configured(StageSpec::GroupNormalise {
            groups: self.groups,
        })
    }
}

fn normalise(input: &[f32], output: &mut [f32]) {
    let count = input.len() as f64;
    let mean = input.iter().map(|x| f64::from(*x)).sum::<f64>() / count;
    let squares = input.iter().map(|x| (f64::from(*x) - mean).powi(2));
    let factor = 1.0 / (squares.sum::<f64>() / count + EPSILON).sqrt();
    for (output, input) in output.iter_mut().zip(input) {
        *output = ((f64::from(*input) - mean) * factor) as f32;
    }
}

#[cfg(test)]
mod tests {
    use approx::assert_relative_eq;
    use ndarray::{Array2, array};

    use super::*;

    #[test]
    fn each_group_has_mean_0_and_variance_1() {
        let stage = GroupNormalise::new(InputShape::image(4, 2, 3), 2).unwrap();
        let rows = Array2::from_shape_fn((3, 24), |(row, at)| ((7 * row + at * at) % 11) as f32);
        let found = stage.apply(rows.view()).unwrap();
        for row in found.rows() {
            for group in row.to_vec().chunks(12) {
                let square: f32 = group.iter().map(|x| x * x).sum();
                assert_relative_eq!(group.iter().sum::<f32>(), 0.0, epsilon = 1e-5);
                assert_relative_eq!(square / 12.0, 1.0, epsilon = 1e-5);
            }
        }
    }

    #[test]
    fn values_are_those_of_the_formula_and_constant_groups_are_0() {
        let stage = GroupNormalise::new(InputShape::flat(4), 2).unwrap();
        let found = stage.apply(array![[1.0, 3.0, 5.0, 5.0]].view()).unwrap();
        let one = 1.0 / (1.0f32 + 1e-5).sqrt();
        let expected = [-one, one, 0.0, 0.0];
        assert_relative_eq!(found.as_slice().unwrap(), &expected[..], epsilon = 1e-7);
    }

    #[test]
    fn groups_that_do_not_divide_the_channels_are_refused() {
        for groups in [0, 3, 5, 8] {
            let error = GroupNormalise::new(InputShape::image(4, 2, 2), groups).unwrap_err();
            assert!(error.to_string().contains("divisor of 4"), "{error}");
        }
        let sequence = InputShape::Sequence {
            length: 2,
            width: 2,
        };
        assert!(GroupNormalise::new(sequence, 1).is_err());
    }
}
