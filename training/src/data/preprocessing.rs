//! How raw records become inputs, kept with the model so that fresh rows are treated the same.

use std::path::{Path, PathBuf};

use ndarray::{Array2, ArrayView2};
use serde::{Deserialize, Serialize};

use super::{
    Column, DataError, InputGrid, InputShape, PixelScaling, TableSchema,
    array::NumericArray,
    file::{Content, read_raw, unpack_whole},
    idx::{is_idx, read_idx},
    npy::{is_npy, read_npy},
    pictures,
    table::{LabelUse, encode_numbers, read_numbers, read_table},
};

/// The encoding of raw records, made of public constants only: nothing in it was computed from
/// private records.
///
/// It is written beside an exported model and applied to fresh rows at prediction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Preprocessing {
    /// Every number of the input is scaled alike.
    Pixels {
        /// Shape of one input.
        shape: InputShape,
        /// The constants.
        scaling: PixelScaling,
    },
    /// Each column is scaled or one-hot encoded by its own constants.
    Table {
        /// The columns.
        schema: TableSchema,
    },
}

/// Encoded rows.
#[derive(Debug)]
pub struct Rows {
    /// `[n, input length]`.
    pub inputs: Array2<f32>,
    /// The picture that each row was, where they came from a folder.
    pub pictures: Option<Vec<PathBuf>>,
}

impl Preprocessing {
    /// Shape of one encoded input.
    #[must_use]
    pub fn input_shape(&self) -> InputShape {
        match self {
            Self::Pixels { shape, .. } => *shape,
            Self::Table { schema } => schema.input_shape(),
        }
    }

    /// The levels that encoded inputs lie on; `None` where they are not rounded.
    #[must_use]
    pub const fn grid(&self) -> Option<InputGrid> {
        match self {
            Self::Pixels { scaling, .. } => scaling.grid(),
            Self::Table { schema } => schema.grid(),
        }
    }

    /// Encodes the unlabelled rows of a CSV, IDX or NPY file (packed with gzip or not), of a PNG
    /// picture, or of all PNG pictures of a folder.
    ///
    /// The format is told from the first bytes. The label column of a CSV file may be there and is
    /// not looked at.
    ///
    /// # Errors
    /// When the file cannot be read or does not fit this encoding.
    pub fn read(&self, path: &Path) -> Result<Rows, DataError> {
        if path.is_dir() {
            let pictures = pictures::files(path)?;
            return Ok(Rows {
                inputs: self.encode_pictures(&pictures)?,
                pictures: Some(pictures),
            });
        }
        let raw = read_raw(path)?;
        let inputs = match pictures::is_png(&raw) {
            true => self.encode_pictures(&[path.to_path_buf()])?,
            false => {
                let content = unpack_whole(raw)?;
                match read_array(&content)? {
                    Some(array) => self.encode_array(&array)?,
                    None => self.encode_csv(&content)?,
                }
            }
        };
        Ok(Rows {
            inputs,
            pictures: None,
        })
    }

    /// Encodes the unlabelled rows of CSV text with a header: `[n, input length]`. `source` names
    /// the text in errors.
    ///
    /// # Errors
    /// When the text does not fit this encoding.
    pub fn apply_csv(&self, text: &[u8], source: &str) -> Result<Array2<f32>, DataError> {
        self.encode_csv(&Content {
            name: source.to_owned(),
            bytes: text.to_vec(),
        })
    }

    /// Encodes raw numbers `[n, numbers]`: the values of an input, or those of a table's columns.
    /// `source` names them in errors.
    ///
    /// # Errors
    /// When this is the encoding of a table with categories, the length differs, or a number is NaN
    /// or infinite.
    pub fn apply_numbers(
        &self,
        raw: ArrayView2<'_, f64>,
        source: &str,
    ) -> Result<Array2<f32>, DataError> {
        self.encode_array(&NumericArray {
            file: source.to_owned(),
            dimensions: raw.shape().to_vec(),
            values: super::array::Values::Doubles(raw.iter().copied().collect()),
        })
    }

    /// Encodes PNG pictures: their darkest value is the least raw number, their brightest the greatest.
    fn encode_pictures(&self, paths: &[PathBuf]) -> Result<Array2<f32>, DataError> {
        let shape = self.input_shape();
        let ranges = match self {
            Self::Pixels { scaling, .. } => {
                let [minimum, maximum, ..] = scaling.constants();
                vec![(minimum, maximum); shape.len()]
            }
            Self::Table { schema } => {
                let range = |column: &Column| match column {
                    Column::Numeric { min, max, .. } => Some((*min, *max)),
                    _ => None,
                };
                schema.columns().iter().filter_map(range).collect()
            }
        };
        self.encode_array(&pictures::read(paths, shape, &ranges)?)
    }

    /// Encodes an array of raw numbers.
    pub(super) fn encode_array(&self, array: &NumericArray) -> Result<Array2<f32>, DataError> {
        match self {
            Self::Pixels { shape, scaling } => array.inputs(*shape, scaling),
            Self::Table { schema } => encode_numbers(array, schema),
        }
    }

    /// Encodes the rows of CSV text.
    fn encode_csv(&self, content: &Content) -> Result<Array2<f32>, DataError> {
        match self {
            Self::Pixels { shape, scaling } => read_numbers(content, *shape, scaling),
            Self::Table { schema } => Ok(read_table(content, schema, LabelUse::Ignored)?.inputs),
        }
    }
}

/// Whether the content starts like IDX or NPY, and so is no text.
pub(super) fn is_array(content: &Content) -> bool {
    // Two zero bytes never start a text: say what is wrong with the IDX file, not that it is no
    // CSV.
    is_npy(&content.bytes) || is_idx(&content.bytes) || content.bytes.starts_with(&[0, 0])
}

/// Reads IDX or NPY; `None` for content that starts like neither and so should be CSV.
pub(super) fn read_array(content: &Content) -> Result<Option<NumericArray>, DataError> {
    if !is_array(content) {
        return Ok(None);
    }
    match is_npy(&content.bytes) {
        true => read_npy(content).map(Some),
        false => read_idx(content).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::data::{file::tests::gzip, idx::tests::idx_bytes, npy::tests::npy_bytes};

    fn pixels() -> Preprocessing {
        Preprocessing::Pixels {
            shape: InputShape::image(1, 1, 2),
            scaling: PixelScaling::unit(0.0, 255.0).unwrap(),
        }
    }

    #[test]
    fn the_same_pixels_from_any_format_are_the_same_inputs() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rows");
        let expected = array![[0.0, 1.0], [0.2, 0.4]];
        let idx = idx_bytes(&[2, 1, 2], &[0, 255, 51, 102]);
        for bytes in [
            idx.clone(),
            gzip(&idx),
            npy_bytes(&array![[0.0_f32, 255.0], [51.0, 102.0]]),
            npy_bytes(&array![[[[0_u8, 255]]], [[[51, 102]]]]),
            gzip(b"a,b\n0,255\n51,102\n"),
        ] {
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(pixels().read(&path).unwrap().inputs, expected);
        }
        assert_eq!(
            pixels()
                .apply_numbers(array![[0.0, 255.0], [51.0, 102.0]].view(), "x")
                .unwrap(),
            expected
        );
    }

    #[test]
    fn rows_that_do_not_fit_are_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("rows");
        for bytes in [
            idx_bytes(&[2, 3, 2], &[0; 12]),
            npy_bytes(&array![[f64::NAN, 0.0]]),
            b"a,b\n1,x\n".to_vec(),
            vec![0, 0],
            vec![0, 0, 7, 1],
            vec![],
        ] {
            std::fs::write(&path, bytes).unwrap();
            let error = pixels().read(&path).unwrap_err().to_string();
            assert!(error.contains("rows"), "{error}");
        }
        assert!(pixels().apply_numbers(array![[0.0]].view(), "x").is_err());
    }

    #[test]
    fn preprocessing_survives_json_and_refuses_unknown_keys() {
        let text = serde_json::to_string(&pixels()).unwrap();
        assert_eq!(
            serde_json::from_str::<Preprocessing>(&text).unwrap(),
            pixels()
        );
        assert!(
            serde_json::from_str::<Preprocessing>(
                &text.replace("\"shape\"", "\"colour\":1,\"shape\"")
            )
            .is_err()
        );
    }
}
