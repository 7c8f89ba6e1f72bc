//! An array of numbers as it stands in an IDX or NPY file, before any encoding.

use ndarray::Array2;

use super::{DataError, InputShape, PixelScaling};

/// The numbers of an array, in row-major order, in the narrowest of four types that holds them
/// exactly.
#[derive(Debug, PartialEq)]
pub(super) enum Values {
    /// Unsigned bytes: pixels, small labels.
    Bytes(Vec<u8>),
    /// Any other integers.
    Integers(Vec<i64>),
    /// Single precision.
    Floats(Vec<f32>),
    /// Double precision.
    Doubles(Vec<f64>),
}

impl Values {
    /// How many numbers there are.
    pub(super) const fn len(&self) -> usize {
        match self {
            Self::Bytes(values) => values.len(),
            Self::Integers(values) => values.len(),
            Self::Floats(values) => values.len(),
            Self::Doubles(values) => values.len(),
        }
    }

    /// Each number turned into another, in order; stops at the first error.
    pub(super) fn try_map<T, E>(
        &self,
        each: impl Fn(usize, f64) -> Result<T, E>,
    ) -> Result<Vec<T>, E> {
        fn over<V: Copy, T, E>(
            values: &[V],
            each: impl Fn(usize, V) -> Result<T, E>,
        ) -> Result<Vec<T>, E> {
            values
                .iter()
                .enumerate()
                .map(|(index, &value)| each(index, value))
                .collect()
        }
        match self {
            Self::Bytes(values) => over(values, |index, value| each(index, f64::from(value))),
            Self::Integers(values) => over(values, |index, value| each(index, value as f64)),
            Self::Floats(values) => over(values, |index, value| each(index, f64::from(value))),
            Self::Doubles(values) => over(values, each),
        }
    }
}

/// An array with the name of its file. The product of its dimensions is the number of its values.
#[derive(Debug, PartialEq)]
pub(super) struct NumericArray {
    /// What to call the file in errors.
    pub(super) file: String,
    /// Its dimensions, the first counting records.
    pub(super) dimensions: Vec<usize>,
    /// Its numbers.
    pub(super) values: Values,
}

impl NumericArray {
    /// Number of records: the first dimension.
    pub(super) fn records(&self) -> usize {
        self.dimensions.first().copied().unwrap_or(0)
    }

    /// The shape of one input: `[n, features]`, `[n, height, width]` or `[n, channels, height,
    /// width]`.
    ///
    /// # Errors
    /// For any other number of dimensions, no record, or inputs without a number.
    pub(super) fn input_shape(&self) -> Result<InputShape, DataError> {
        let shape = match *self.dimensions.as_slice() {
            [_, features] => InputShape::flat(features),
            [_, height, width] => InputShape::image(1, height, width),
            [_, channels, height, width] => InputShape::image(channels, height, width),
            _ => {
                return Err(self.unexpected(
                    "[n, features], [n, height, width] or [n, channels, height, width]",
                ));
            }
        };
        if self.records() == 0 || shape.is_empty() {
            return Err(DataError::Empty {
                file: self.file.clone(),
                expected: "at least one input of at least one number",
            });
        }
        Ok(shape)
    }

    /// The inputs, `[n, shape.len()]`, scaled by public constants.
    ///
    /// # Errors
    /// When an input is not of `shape`, or a number is NaN or infinite.
    pub(super) fn inputs(
        &self,
        shape: InputShape,
        scaling: &PixelScaling,
    ) -> Result<Array2<f32>, DataError> {
        if self.input_shape()?.len() != shape.len() {
            return Err(self.unexpected(&format!("inputs of {shape}, one a record")));
        }
        if let Values::Bytes(bytes) = &self.values {
            // There are few of them: each is scaled once.
            let scaled: [f32; 256] = std::array::from_fn(|byte| scaling.scale(byte as f64));
            return self.rows(
                bytes
                    .iter()
                    .map(|&byte| scaled[usize::from(byte)])
                    .collect(),
            );
        }
        self.require_finite()?;
        let scaled = self
            .values
            .try_map(|_, value| Ok::<f32, DataError>(scaling.scale(value)))?;
        self.rows(scaled)
    }

    /// The raw numbers, one row a record.
    ///
    /// # Errors
    /// When the dimensions are not those of inputs, or a number is NaN or infinite.
    pub(super) fn table(&self) -> Result<Array2<f64>, DataError> {
        self.input_shape()?;
        self.require_finite()?;
        self.rows(
            self.values
                .try_map(|_, value| Ok::<f64, DataError>(value))?,
        )
    }

    /// The labels, each a whole number below `classes`.
    ///
    /// # Errors
    /// When the array is not of one dimension, holds none, or a number is no such label.
    pub(super) fn labels(&self, classes: usize) -> Result<Vec<u32>, DataError> {
        if self.dimensions.len() != 1 {
            return Err(self.unexpected("[n]: one label a record"));
        }
        if self.records() == 0 {
            return Err(DataError::Empty {
                file: self.file.clone(),
                expected: "one label a record",
            });
        }
        let bound = u32::try_from(classes).unwrap_or(u32::MAX);
        self.values.try_map(|record, value| {
            if value >= 0.0 && value < f64::from(bound) && value.fract() == 0.0 {
                Ok(value as u32)
            } else {
                let value = value.to_string();
                Err(DataError::LabelOutOfRange {
                    file: self.file.clone(),
                    record,
                    value,
                    classes,
                })
            }
        })
    }

    /// Refuses NaN and infinities, naming the first.
    fn require_finite(&self) -> Result<(), DataError> {
        let width = self
            .values
            .len()
            .checked_div(self.records())
            .unwrap_or(1)
            .max(1);
        let refuse = |index: usize, value: f64| {
            if value.is_finite() {
                return Ok(());
            }
            Err(DataError::NotFinite {
                file: self.file.clone(),
                record: index / width,
                column: (index % width).to_string(),
                value: value.to_string(),
            })
        };
        match self.values {
            Values::Bytes(_) | Values::Integers(_) => Ok(()),
            Values::Floats(_) | Values::Doubles(_) => self.values.try_map(refuse).map(drop),
        }
    }

    /// One row a record.
    fn rows<T>(&self, values: Vec<T>) -> Result<Array2<T>, DataError> {
        let width = values.len().checked_div(self.records()).unwrap_or(0);
        Array2::from_shape_vec((self.records(), width), values)
            .map_err(|_| self.unexpected("as many numbers as they say"))
    }

    /// An error about the dimensions.
    pub(super) fn unexpected(&self, expected: &str) -> DataError {
        DataError::Dimensions {
            file: self.file.clone(),
            found: self.dimensions.clone(),
            expected: expected.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(dimensions: &[usize], values: Values) -> NumericArray {
        NumericArray {
            file: "a.npy".into(),
            dimensions: dimensions.to_vec(),
            values,
        }
    }

    #[test]
    fn two_three_and_four_dimensions_are_inputs() {
        let bytes = |count| Values::Bytes(vec![0; count]);
        assert_eq!(
            array(&[2, 3], bytes(6)).input_shape().unwrap(),
            InputShape::flat(3)
        );
        assert_eq!(
            array(&[2, 3, 4], bytes(24)).input_shape().unwrap(),
            InputShape::image(1, 3, 4)
        );
        assert_eq!(
            array(&[1, 2, 3, 4], bytes(24)).input_shape().unwrap(),
            InputShape::image(2, 3, 4)
        );
        for (dimensions, count) in [
            (vec![], 1),
            (vec![4], 4),
            (vec![1; 5], 1),
            (vec![0, 3], 0),
            (vec![3, 0], 0),
        ] {
            assert!(
                array(&dimensions, bytes(count)).input_shape().is_err(),
                "{dimensions:?}"
            );
        }
    }

    #[test]
    fn whole_numbers_of_any_type_are_labels() {
        for values in [
            Values::Bytes(vec![0, 2]),
            Values::Integers(vec![0, 2]),
            Values::Floats(vec![0.0, 2.0]),
            Values::Doubles(vec![-0.0, 2.0]),
        ] {
            assert_eq!(array(&[2], values).labels(3).unwrap(), [0, 2]);
        }
    }

    #[test]
    fn other_numbers_are_not_labels() {
        for value in [-1.0, 3.0, 0.5, f64::NAN, f64::INFINITY, 1e300] {
            let error = array(&[2], Values::Doubles(vec![0.0, value]))
                .labels(3)
                .unwrap_err();
            assert!(
                matches!(error, DataError::LabelOutOfRange { record: 1, .. }),
                "{error}"
            );
        }
        assert!(
            array(&[2], Values::Integers(vec![0, i64::MIN]))
                .labels(3)
                .is_err()
        );
        assert!(array(&[2, 1], Values::Bytes(vec![0, 0])).labels(3).is_err());
        assert!(array(&[0], Values::Bytes(vec![])).labels(3).is_err());
    }

    #[test]
    fn a_nan_is_refused_with_its_place() {
        let scaling = PixelScaling::unit(0.0, 1.0).unwrap();
        let bad = array(
            &[2, 3],
            Values::Floats(vec![0.0, 0.0, 0.0, 0.0, f32::NAN, 0.0]),
        );
        let error = bad.inputs(InputShape::flat(3), &scaling).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a.npy, record 1, column 1: the value NaN is not a finite number; remove the record or replace the value"
        );
    }

    #[test]
    fn inputs_are_scaled_and_shaped() {
        let scaling = PixelScaling::unit(0.0, 255.0).unwrap();
        let pixels = array(&[2, 1, 2], Values::Bytes(vec![0, 255, 51, 0]));
        let inputs = pixels.inputs(InputShape::image(1, 1, 2), &scaling).unwrap();
        assert_eq!(inputs, ndarray::array![[0.0, 1.0], [0.2, 0.0]]);
        assert!(pixels.inputs(InputShape::image(1, 3, 1), &scaling).is_err());
    }
}
