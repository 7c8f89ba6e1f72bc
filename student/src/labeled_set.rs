//! Public inputs with labels that a mechanism released.

use ndarray::{Array2, ArrayView2, Axis};
use privet_mechanisms::ReleasedLabel;
use privet_training::data::PublicInputs;
use thiserror::Error;

/// Labels that do not fit the inputs.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
pub enum LabeledSetError {
    /// A label for a query without an input.
    #[error("a label answers query {query}, but only {inputs} public examples were asked about")]
    NoSuchQuery {
        /// The query.
        query: u64,
        /// Number of public inputs.
        inputs: usize,
    },
    /// No label at all.
    #[error(
        "no label was released, so a student has nothing to learn from: lower the threshold, ask \
         more queries, or use more teachers"
    )]
    Empty,
}

/// What a student learns from: examples the teachers were asked about, with the released labels.
#[derive(Clone, Debug)]
pub struct LabeledSet {
    inputs: Array2<f32>,
    labels: Vec<u32>,
}

impl LabeledSet {
    /// Pairs each released label with the public input that its query asked about; query `i` is
    /// row `i` of `inputs`.
    ///
    /// # Errors
    /// No label, or a label for a query beyond the inputs.
    pub fn new(inputs: &PublicInputs, labels: &[ReleasedLabel]) -> Result<Self, LabeledSetError> {
        if labels.is_empty() {
            return Err(LabeledSetError::Empty);
        }
        let rows = inputs.inputs();
        let mut positions = Vec::with_capacity(labels.len());
        for label in labels {
            match usize::try_from(label.query()) {
                Ok(position) if position < rows.nrows() => positions.push(position),
                _ => {
                    return Err(LabeledSetError::NoSuchQuery {
                        query: label.query(),
                        inputs: rows.nrows(),
                    });
                }
            }
        }
        Ok(Self {
            inputs: rows.select(Axis(0), &positions),
            labels: labels.iter().map(|label| label.class() as u32).collect(),
        })
    }

    /// Inputs `[labels, values]`.
    pub fn inputs(&self) -> ArrayView2<'_, f32> {
        self.inputs.view()
    }

    /// Released labels, one a row.
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }
}
