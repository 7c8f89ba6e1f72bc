//! What answers: anything that turns raw rows into scores.

use thiserror::Error;

/// Raw rows that have passed the checks of a [`Form`](crate::Form).
#[derive(Debug, Clone, PartialEq)]
pub enum Rows {
    /// Of an image or a plain list of numbers: `[rows][values]`, each finite and within the form's
    /// bounds; pixels channels first, row by row.
    Numbers(Vec<Vec<f64>>),
    /// Of a table: `[rows][fields]`, in the order of the form's fields. A number is written in
    /// decimal and lies within its bounds; a category is one of its values.
    Records(Vec<Vec<String>>),
}

impl Rows {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::Numbers(rows) => rows.len(),
            Self::Records(rows) => rows.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A model, asked from several threads at once.
pub trait Predictor: Send + Sync + 'static {
    /// The score of every class for every row: `[rows][classes]`, the logits (or any scores whose
    /// softmax is wanted), in the order of the page's classes.
    ///
    /// May take long: it runs on threads of its own and never holds up other clients. It must not
    /// write the rows anywhere, a message of a panic included; a panic becomes an answer with status 500.
    ///
    /// # Errors
    /// [`PredictError::Input`] for rows that the model does not take, [`PredictError::Failed`] where the
    /// fault is not the client's.
    fn scores(&self, rows: &Rows) -> Result<Vec<Vec<f32>>, PredictError>;
}

/// Why a model gives no scores. The words go to the client: they must not repeat what it sent.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PredictError {
    /// The rows are not what the model takes; the answer is 422.
    #[error("{why}")]
    Input {
        /// The row, from 0, where it is one.
        row: Option<usize>,
        /// The field, where it is one of the form's.
        field: Option<String>,
        /// What is wrong, and the way out.
        why: String,
    },
    /// The model failed; the answer is 500.
    #[error("{why}")]
    Failed {
        /// What is wrong, and the way out.
        why: String,
    },
}
