//! Principal components of public rows.

mod eigen;
mod operator;

use ndarray::linalg::general_mat_mul;
use ndarray::{Array1, Array2, ArrayView2, Axis};
use privet_gradients::network::InputShape;

use self::eigen::leading;
use self::operator::Covariance;
use crate::error::in_range;
use crate::parts::Shelf;
use crate::stage::apply_blocks;
use crate::standardise::check_finite;
use crate::{FeatureError, Stage, StageDescription, StageSpec, Tensor};

/// Projection on the leading principal components of public rows, with or without whitening.
///
/// With mean `m` and covariance `C` (over `n - 1`) of the public rows, and its eigenvectors `v_i` of
/// the largest eigenvalues `l_1 >= l_2 >= ...`, output `i` is `v_i . (x - m) / l_i^(w/2)`: `w = 0`
/// is plain PCA, `w = 1` gives every output variance 1 on the public rows (whitening), and between
/// them its standard deviation is `l_i^((1-w)/2)`. The largest entry of each `v_i` is positive, so
/// that the same rows give the same components.
///
/// **Privacy.** Mean and components are of public rows alone: for private rows a function of one
/// record, fixed in advance. It costs nothing and leaves sensitivity as it is. Components of private
/// rows would be a release without noise.
#[derive(Clone, Debug)]
pub struct PrincipalComponents {
    input: InputShape,
    whitening: f64,
    mean: Array1<f32>,
    /// `[components, values of a row]`, whitening included.
    projection: Array2<f32>,
}

/// Rows of one product; a last product with fewer is filled up with zeros, so that every row goes
/// through the same operations.
const BLOCK: usize = 64;

/// An eigenvalue below this share of the largest is rounding.
const RANK: f64 = 1e-12;

const KIND: &str = "pca";

impl PrincipalComponents {
    /// Shape of the output, before any rows are looked at.
    ///
    /// # Errors
    /// More components than a row has values, or a power outside `[0, 1]`.
    pub(crate) fn output_of(
        input: InputShape,
        components: usize,
        whitening: f64,
    ) -> Result<InputShape, FeatureError> {
        check_whitening(whitening)?;
        in_range(KIND, "components", components, 1..=input.len())?;
        Ok(InputShape::flat(components))
    }

    /// Components of `public` rows and the power `whitening`, `w`.
    ///
    /// Eigenvectors are accurate to about 1e-10 over their relative distance from other eigenvalues.
    ///
    /// # Errors
    /// No rows, rows of another width, values that are not finite, more components than the rows
    /// have, or a power outside `[0, 1]`.
    pub fn fit(
        input: InputShape,
        public: ArrayView2<'_, f32>,
        components: usize,
        whitening: f64,
    ) -> Result<Self, FeatureError> {
        check_whitening(whitening)?;
        if public.ncols() != input.len() {
            return Err(FeatureError::Width {
                kind: KIND,
                expected: input.len(),
                found: public.ncols(),
            });
        }
        check_finite(KIND, public)?;
        let (rows, columns) = public.dim();
        let most = columns.min(rows - 1);
        let too_many = |most: usize| FeatureError::Setting {
            kind: KIND,
            key: "components",
            value: components.to_string(),
            remedy: format!(
                "the {rows} public rows of {columns} values have {most}; give at most that, and at \
                 least 1"
            ),
        };
        if !(1..=most).contains(&components) {
            return Err(too_many(most));
        }
        let covariance = Covariance::new(public);
        let (values, vectors) = leading(&covariance, components);
        let largest = values.first().copied().unwrap_or(0.0);
        let sound = |value: &&f64| **value > RANK * largest && **value > 0.0;
        let rank = values.iter().take_while(sound).count();
        if rank < components {
            return Err(too_many(rank));
        }
        let mut projection = vectors;
        for (mut row, value) in projection.rows_mut().into_iter().zip(&values) {
            let factor = orientation(row.view()) / value.powf(whitening / 2.0);
            row.mapv_inplace(|entry| entry * factor);
        }
        let stage = Self {
            input,
            whitening,
            mean: covariance.mean().mapv(|value| value as f32),
            projection: projection.mapv(|value| value as f32),
        };
        match stage.projection.iter().all(|value| value.is_finite()) {
            true => Ok(stage),
            false => Err(FeatureError::Fit {
                kind: KIND,
                reason: "the public rows' values are too large or too small for single precision: \
                         scale them"
                    .into(),
            }),
        }
    }

    /// Number of components.
    #[must_use]
    pub fn components(&self) -> usize {
        self.projection.nrows()
    }

    pub(crate) fn from_tensors(
        input: InputShape,
        components: usize,
        whitening: f64,
        shelf: &mut Shelf,
    ) -> Result<Self, FeatureError> {
        check_whitening(whitening)?;
        if components == 0 {
            return Err(FeatureError::Parts("\"pca\" without components".into()));
        }
        let shape = [components, input.len()];
        Ok(Self {
            input,
            whitening,
            mean: shelf.take(MEAN, &shape[1..])?.into(),
            projection: Array2::from_shape_vec(shape, shelf.take(PROJECTION, &shape)?)?,
        })
    }
}

const MEAN: &str = "mean";
const PROJECTION: &str = "projection";

fn check_whitening(whitening: f64) -> Result<(), FeatureError> {
    match (0.0..=1.0).contains(&whitening) {
        true => Ok(()),
        false => Err(FeatureError::Setting {
            kind: KIND,
            key: "whitening",
            value: whitening.to_string(),
            remedy: "give a number from 0 to 1".into(),
        }),
    }
}

/// 1 or -1, by the sign of the entry that is largest (the first of them).
fn orientation(vector: ndarray::ArrayView1<'_, f64>) -> f64 {
    let mut largest = 0.0f64;
    for entry in vector {
        if entry.abs() > largest.abs() {
            largest = *entry;
        }
    }
    1.0f64.copysign(largest)
}

impl Stage for PrincipalComponents {
    fn input(&self) -> InputShape {
        self.input
    }

    fn output(&self) -> InputShape {
        InputShape::flat(self.components())
    }

    fn apply(&self, rows: ArrayView2<'_, f32>) -> Result<Array2<f32>, FeatureError> {
        let width = self.mean.len();
        apply_blocks(self, rows, BLOCK, |inputs, outputs| {
            let mut centred = Array2::zeros((BLOCK, width));
            for (mut row, input) in centred
                .rows_mut()
                .into_iter()
                .zip(inputs.chunks_exact(width))
            {
                row.assign(&ndarray::aview1(input));
                row -= &self.mean;
            }
            let mut projected = Array2::zeros((BLOCK, self.components()));
            general_mat_mul(1.0, &centred, &self.projection.t(), 0.0, &mut projected);
            for (output, value) in outputs.iter_mut().zip(&projected) {
                *output = *value;
            }
        })
    }

    fn description(&self) -> StageDescription {
        StageDescription::Configured(StageSpec::Pca {
            components: self.components(),
            whitening: self.whitening,
        })
    }

    fn tensors(&self) -> Vec<Tensor> {
        let values = |array: ndarray::ArrayView2<'_, f32>| array.iter().copied().collect();
        let mean = self.mean.view().insert_axis(Axis(0));
        let projection = self.projection.view();
        vec![
            Tensor::new(MEAN, self.mean.shape().to_vec(), values(mean)),
            Tensor::new(PROJECTION, projection.shape().to_vec(), values(projection)),
        ]
    }
}
