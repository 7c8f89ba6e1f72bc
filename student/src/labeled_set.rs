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
    /// A pseudo label for a position without an input, or for inputs of another length.
    #[error(
        "a pseudo label names position {position} of inputs `[{inputs}, {width}]`: give the inputs \
         that the student was asked about"
    )]
    ForeignPseudoLabel {
        /// The position.
        position: usize,
        /// Number of public inputs.
        inputs: usize,
        /// Their length.
        width: usize,
    },
    /// No label at all.
    #[error(
        "no label was released, so a student has nothing to learn from: lower the threshold, ask \
         more queries, or use more teachers"
    )]
    Empty,
}

/// A student's own answer to a public input, or that of a model of what was released. Only a
/// [`Student`](crate::Student), [`surest_answers`](crate::surest_answers) and a
/// [`LabelRegression`](crate::LabelRegression) make one, but for those that are
/// [read back](Self::read_back) after they were published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PseudoLabel {
    position: usize,
    class: u32,
}

impl PseudoLabel {
    pub(crate) fn new(position: usize, class: u32) -> Self {
        Self { position, class }
    }

    /// An answer that was published with released labels, read back from the file.
    ///
    /// Whoever calls this vouches for the file.
    pub fn read_back(position: usize, class: u32) -> Self {
        Self::new(position, class)
    }

    /// Place among the inputs that the student was asked about.
    pub fn position(&self) -> usize {
        self.position
    }

    /// The student's answer.
    pub fn class(&self) -> u32 {
        self.class
    }
}

/// What a student learns from: examples the teachers were asked about, with the released labels,
/// and, apart from them, public examples with answers of an earlier student.
#[derive(Clone, Debug)]
pub struct LabeledSet {
    inputs: Array2<f32>,
    labels: Vec<u32>,
    pseudo_inputs: Array2<f32>,
    pseudo_labels: Vec<u32>,
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
            pseudo_inputs: Array2::zeros((0, rows.ncols())),
            pseudo_labels: Vec::new(),
        })
    }

    /// Public inputs with the answers of a model of what was released alone: see
    /// [`surest_answers`](crate::surest_answers) and [`LabelRegression`](crate::LabelRegression).
    ///
    /// # Errors
    /// No answer, or one to an input that is not there.
    pub fn distilled(
        inputs: &PublicInputs,
        answers: &[PseudoLabel],
    ) -> Result<Self, LabeledSetError> {
        if answers.is_empty() {
            return Err(LabeledSetError::Empty);
        }
        let width = inputs.inputs().ncols();
        let mut set = Self {
            inputs: Array2::zeros((0, width)),
            labels: Vec::new(),
            pseudo_inputs: Array2::zeros((0, width)),
            pseudo_labels: Vec::new(),
        };
        set.add_pseudo_labels(inputs, answers)?;
        Ok(set)
    }

    /// Adds public inputs with a student's own answers, for instance where an interactive mechanism
    /// said that the teachers do not contradict the student (Papernot et al. 2018, "Scalable private
    /// learning with PATE", section 3.3).
    ///
    /// That costs no privacy beyond what the mechanism was charged for: the inputs are public, the
    /// student is a function of labels that were released, and which positions the mechanism named
    /// is its released outcome. A function of public and released values is post-processing of
    /// them. A pseudo label is the student's guess, so it never counts among [`Self::labels`].
    ///
    /// # Errors
    /// A position outside `inputs`, or inputs of another length than those of the set; nothing is
    /// added then.
    pub fn add_pseudo_labels(
        &mut self,
        inputs: &PublicInputs,
        labels: &[PseudoLabel],
    ) -> Result<(), LabeledSetError> {
        let rows = inputs.inputs();
        let fits = rows.ncols() == self.inputs.ncols();
        let foreign = |label: &&PseudoLabel| !fits || label.position >= rows.nrows();
        if let Some(label) = labels.iter().find(foreign) {
            return Err(LabeledSetError::ForeignPseudoLabel {
                position: label.position,
                inputs: rows.nrows(),
                width: rows.ncols(),
            });
        }
        let positions: Vec<usize> = labels.iter().map(|label| label.position).collect();
        let added = rows.select(Axis(0), &positions);
        // The lengths were compared above.
        if self.pseudo_inputs.append(Axis(0), added.view()).is_ok() {
            self.pseudo_labels
                .extend(labels.iter().map(|label| label.class));
        }
        Ok(())
    }

    /// Inputs of the released labels, `[labels, values]`.
    pub fn inputs(&self) -> ArrayView2<'_, f32> {
        self.inputs.view()
    }

    /// Released labels, one a row.
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// Inputs of the pseudo labels, `[pseudo labels, values]`.
    pub fn pseudo_inputs(&self) -> ArrayView2<'_, f32> {
        self.pseudo_inputs.view()
    }

    /// Pseudo labels, one a row.
    pub fn pseudo_labels(&self) -> &[u32] {
        &self.pseudo_labels
    }

    /// Everything to learn from: released labels, then pseudo labels.
    pub(crate) fn lessons(&self) -> (Array2<f32>, Vec<u32>) {
        let mut inputs = self.inputs.clone();
        let mut labels = self.labels.clone();
        // Rows of one length by construction.
        if inputs.append(Axis(0), self.pseudo_inputs.view()).is_ok() {
            labels.extend(&self.pseudo_labels);
        }
        (inputs, labels)
    }
}
