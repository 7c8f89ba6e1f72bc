//! Validated inputs, with and without labels.

use ndarray::{Array2, ArrayView1, ArrayView2, Axis};

use super::DataError;

/// Inputs with labels: the same number of each, every input finite, every label below `classes`.
#[derive(Clone, PartialEq)]
pub struct Examples {
    inputs: Array2<f32>,
    labels: Vec<u32>,
    classes: usize,
    positions: Vec<usize>,
}

impl Examples {
    /// Checks and keeps `inputs` (one row an example) and `labels` (one a row, `0..classes`).
    ///
    /// `source` names where the data comes from, for the error.
    ///
    /// # Errors
    /// When the counts differ, a label is not below `classes`, or an input is NaN or infinite.
    pub fn new(
        inputs: Array2<f32>,
        labels: Vec<u32>,
        classes: usize,
        source: &str,
    ) -> Result<Self, DataError> {
        if inputs.nrows() != labels.len() {
            return Err(DataError::CountMismatch {
                inputs_file: source.to_owned(),
                inputs: inputs.nrows(),
                labels_file: source.to_owned(),
                labels: labels.len(),
            });
        }
        require_finite(&inputs, source)?;
        if let Some(record) = labels.iter().position(|&label| label as usize >= classes) {
            return Err(DataError::LabelOutOfRange {
                file: source.to_owned(),
                record,
                value: labels[record].to_string(),
                classes,
            });
        }
        let positions = (0..labels.len()).collect();
        Ok(Self {
            inputs,
            labels,
            classes,
            positions,
        })
    }

    /// The same examples with other inputs, row by row.
    ///
    /// # Errors
    /// When the counts differ, or an input is NaN or infinite.
    pub(super) fn with_inputs(&self, inputs: Array2<f32>, source: &str) -> Result<Self, DataError> {
        let other = Self::new(inputs, self.labels.clone(), self.classes, source)?;
        Ok(Self {
            positions: self.positions.clone(),
            ..other
        })
    }

    /// The inputs, `[len, input length]`.
    #[must_use]
    pub fn inputs(&self) -> ArrayView2<'_, f32> {
        self.inputs.view()
    }

    /// One input, flat.
    ///
    /// # Panics
    /// When `index` is not below [`Self::len`], as indexing a slice does.
    #[must_use]
    pub fn input(&self, index: usize) -> ArrayView1<'_, f32> {
        self.inputs.row(index)
    }

    /// The labels, one for each input, each below [`Self::classes`].
    #[must_use]
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// Number of classes that labels may name (a public constant, not the classes that occur).
    #[must_use]
    pub const fn classes(&self) -> usize {
        self.classes
    }

    /// Place of each example in the file that it was read from; it stays with the example when
    /// others are split off.
    #[must_use]
    pub fn positions(&self) -> &[usize] {
        &self.positions
    }

    /// Number of examples.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no example.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The examples at `indices`, in that order, copied; an index may repeat.
    ///
    /// # Panics
    /// When an index is not below [`Self::len`], as indexing a slice does.
    #[must_use]
    pub fn select(&self, indices: &[usize]) -> Self {
        Self {
            inputs: self.inputs.select(Axis(0), indices),
            labels: indices.iter().map(|&index| self.labels[index]).collect(),
            classes: self.classes,
            positions: indices.iter().map(|&index| self.positions[index]).collect(),
        }
    }

    /// Writes the canonical bytes of one whole record (inputs, then label) into `bytes`, replacing
    /// what it held.
    ///
    /// Equal records have equal bytes on every platform: each input as little-endian IEEE bits with
    /// `-0.0` written as `0.0`, then the label as little-endian `u32`. A partition hashes these
    /// bytes (with a key) to choose a shard.
    ///
    /// # Panics
    /// When `index` is not below [`Self::len`], as indexing a slice does.
    pub fn record_bytes(&self, index: usize, bytes: &mut Vec<u8>) {
        bytes.clear();
        append_input_bytes(self.inputs.row(index), bytes);
        bytes.extend_from_slice(&self.labels[index].to_le_bytes());
    }
}

/// Inputs without labels, declared public.
#[derive(Clone, PartialEq)]
pub struct PublicInputs {
    inputs: Array2<f32>,
}

impl PublicInputs {
    /// Checks and keeps `inputs`, one row an input. `source` names where they come from, for the
    /// error.
    ///
    /// # Errors
    /// When an input is NaN or infinite.
    pub fn new(inputs: Array2<f32>, source: &str) -> Result<Self, DataError> {
        require_finite(&inputs, source)?;
        Ok(Self { inputs })
    }

    /// The inputs, `[len, input length]`.
    #[must_use]
    pub fn inputs(&self) -> ArrayView2<'_, f32> {
        self.inputs.view()
    }

    /// Number of inputs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inputs.nrows()
    }

    /// Whether there is no input.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.inputs.nrows() == 0
    }

    /// The inputs at `indices`, in that order, copied.
    ///
    /// # Panics
    /// When an index is not below [`Self::len`], as indexing a slice does.
    #[must_use]
    pub fn select(&self, indices: &[usize]) -> Self {
        Self {
            inputs: self.inputs.select(Axis(0), indices),
        }
    }
}

/// Says how many and of what size, never the values: these may be private.
impl std::fmt::Debug for Examples {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Examples")
            .field("classes", &self.classes)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for PublicInputs {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("PublicInputs")
            .field("shape", &self.inputs.shape())
            .finish_non_exhaustive()
    }
}

/// Appends the canonical bytes of one input: little-endian IEEE bits, with `-0.0` written as `0.0`.
pub(super) fn append_input_bytes(input: ArrayView1<'_, f32>, bytes: &mut Vec<u8>) {
    for &value in input {
        let canonical = if value == 0.0 { 0.0 } else { value };
        bytes.extend_from_slice(&canonical.to_bits().to_le_bytes());
    }
}

/// Refuses NaN and infinities, naming the first.
fn require_finite(inputs: &Array2<f32>, source: &str) -> Result<(), DataError> {
    match inputs.indexed_iter().find(|(_, value)| !value.is_finite()) {
        None => Ok(()),
        Some(((record, column), value)) => Err(DataError::NotFinite {
            file: source.to_owned(),
            record,
            column: column.to_string(),
            value: value.to_string(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn counts_labels_and_values_are_checked() {
        assert!(Examples::new(array![[0.0, 1.0]], vec![1], 2, "x").is_ok());
        let error = Examples::new(array![[0.0]], vec![], 2, "x").unwrap_err();
        assert!(matches!(error, DataError::CountMismatch { .. }), "{error}");
        let error = Examples::new(array![[0.0], [1.0]], vec![0, 2], 2, "x").unwrap_err();
        assert!(
            matches!(error, DataError::LabelOutOfRange { record: 1, .. }),
            "{error}"
        );
        for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            let error = Examples::new(array![[0.0, bad]], vec![0], 2, "x").unwrap_err();
            assert!(
                matches!(error, DataError::NotFinite { record: 0, .. }),
                "{error}"
            );
            assert!(PublicInputs::new(array![[bad]], "x").is_err());
        }
    }

    #[test]
    fn record_bytes_depend_on_the_record_alone() {
        let examples = Examples::new(
            array![[0.0, 1.0], [-0.0, 1.0], [0.0, 1.0]],
            vec![1, 1, 0],
            2,
            "x",
        )
        .unwrap();
        let bytes = |index| {
            let mut bytes = vec![9];
            examples.record_bytes(index, &mut bytes);
            bytes
        };
        assert_eq!(bytes(0), bytes(1));
        assert_ne!(bytes(0), bytes(2));
        assert_eq!(bytes(0).len(), 2 * 4 + 4);
    }

    #[test]
    fn selecting_keeps_inputs_and_labels_together() {
        let examples = Examples::new(array![[0.0], [1.0], [2.0]], vec![0, 1, 2], 3, "x").unwrap();
        let selected = examples.select(&[2, 0]);
        assert_eq!(selected.inputs(), array![[2.0], [0.0]]);
        assert_eq!(selected.labels(), [2, 0]);
        assert_eq!((selected.len(), selected.classes()), (2, 3));
    }

    #[test]
    fn debug_output_shows_no_record() {
        let examples = Examples::new(array![[42.5]], vec![0], 1, "x").unwrap();
        assert!(!format!("{examples:?}").contains("42.5"));
    }
}
