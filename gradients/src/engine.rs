//! The interface that every engine implements.

use privet_mechanisms::{Clipping, Sensitive};
use thiserror::Error;

use crate::network::{Architecture, NetworkError};
use crate::objective::{Objective, ObjectiveGradient};

/// Rows with their classes, on the host.
#[derive(Clone, Copy, Debug)]
pub struct Examples<'a> {
    /// Rows one after another: `labels.len()` times the length of one input.
    pub inputs: &'a [f32],
    /// Class of each row.
    pub labels: &'a [u32],
}

/// Which rows form one unit of privacy. The gradient of a unit is the mean of its rows' gradients,
/// and is what clipping bounds.
#[derive(Clone, Copy, Debug)]
pub enum Units<'a> {
    /// Every row by itself.
    Rows,
    /// This many rows one after another: augmented copies of one example (De et al. 2022).
    Copies(usize),
    /// Sizes of the units, in the order of the rows: the records of one user each. The sizes add up
    /// to the number of rows; a unit without rows has a gradient of zero.
    Sizes(&'a [usize]),
}

impl Examples<'_> {
    /// Checks the rows for a network that takes `width` values and has `classes` scores.
    ///
    /// # Errors
    /// Rows and labels that do not fit each other, or a label that is no class.
    pub fn check(&self, width: usize, classes: usize) -> Result<(), GradientError> {
        let labels = self.labels.len();
        let expected = labels.saturating_mul(width);
        if self.inputs.len() != expected {
            return Err(GradientError::Shape {
                labels,
                expected,
                found: self.inputs.len(),
            });
        }
        match self.labels.iter().all(|&label| (label as usize) < classes) {
            true => Ok(()),
            false => Err(GradientError::Label { classes }),
        }
    }
}

impl Units<'_> {
    /// Number of rows of each unit, for a batch of this many rows.
    ///
    /// # Errors
    /// Units that do not add up to the rows.
    pub fn sizes(&self, rows: usize) -> Result<Vec<usize>, GradientError> {
        match *self {
            Self::Rows => Ok(vec![1; rows]),
            Self::Copies(copies) if copies > 0 && rows.is_multiple_of(copies) => {
                Ok(vec![copies; rows / copies])
            }
            Self::Copies(_) => Err(GradientError::Units),
            Self::Sizes(sizes) => {
                let total = sizes
                    .iter()
                    .try_fold(0usize, |sum, &size| sum.checked_add(size));
                match total == Some(rows) {
                    true => Ok(sizes.to_vec()),
                    false => Err(GradientError::Units),
                }
            }
        }
    }
}

/// What an engine computes the gradient of.
#[derive(Clone, Copy, Debug)]
pub struct Batch<'a> {
    /// The rows.
    pub examples: Examples<'a>,
    /// How the rows form units.
    pub units: Units<'a>,
}

impl<'a> Batch<'a> {
    /// A batch in which every row is a unit.
    pub fn of_rows(inputs: &'a [f32], labels: &'a [u32]) -> Self {
        Self {
            examples: Examples { inputs, labels },
            units: Units::Rows,
        }
    }
}

/// What happens to the gradient of each unit before it enters the sum.
#[derive(Clone, Copy, Debug, Default)]
pub struct GradientRequest<'a> {
    /// How each unit is clipped; not at all when absent, which is not private.
    pub clipping: Option<&'a Clipping>,
    /// Spacing of the grid to which each clipped gradient is rounded, for sums that are exact.
    /// Needs clipping.
    pub grid: Option<f64>,
    /// Seed of this batch's dropout; dropout is off when absent. Refused beside clipping.
    pub dropout: Option<u64>,
}

impl GradientRequest<'_> {
    /// Checks the request for a network with this many layers with parameters.
    ///
    /// # Errors
    /// Clipping that does not fit, a grid without clipping, or dropout beside clipping.
    pub fn check(&self, trainable_layers: usize) -> Result<(), GradientError> {
        let refuse = |reason: String| Err(GradientError::Request(reason));
        let Some(clipping) = self.clipping else {
            return match self.grid {
                Some(_) => refuse("sums on a grid need clipping: give a clipping rule".into()),
                None => Ok(()),
            };
        };
        if let Err(error) = clipping.validate() {
            return refuse(error.to_string());
        }
        if let Some(layers) = clipping.layers()
            && layers != trainable_layers
        {
            return refuse(format!(
                "{layers} clipping norms were given to a network with {trainable_layers} layers with \
                 parameters: give one for each"
            ));
        }
        if self.dropout.is_some() {
            return refuse(
                "dropout is for training without privacy: ask for it or for clipping".into(),
            );
        }
        match self.grid {
            Some(grid) if !(grid.is_finite() && grid > 0.0) => refuse(format!(
                "the grid is {grid}: it must be a finite number above 0"
            )),
            _ => Ok(()),
        }
    }
}

/// A sum of gradients, flat, in the order of the network's layers, weight before bias.
#[derive(Clone, Debug, PartialEq)]
pub enum Sum {
    /// In the gradient's unit.
    Float(Vec<f32>),
    /// In steps of the grid that was asked for: exact, whatever the order of addition.
    Grid(Vec<i64>),
}

/// The sum over a batch of its units' gradients of the cross-entropy loss.
///
/// Without clipping it is as private as the batch; with clipping it is still private data, only of
/// bounded sensitivity. All of it stays [`Sensitive`] until a mechanism has added noise.
#[derive(Debug)]
pub struct GradientSum {
    /// The sum.
    pub sum: Sensitive<Sum>,
    /// L2 norm of each unit's gradient before clipping, NaN or infinite where the gradient is;
    /// empty without clipping.
    pub norms: Sensitive<Vec<f64>>,
    /// How many units had a gradient that is not finite; under clipping they added nothing. Without
    /// clipping units are not told apart: above 0 if there was one.
    pub not_finite: Sensitive<usize>,
    /// Sum over the rows of the cross-entropy loss, in nats.
    pub loss: Sensitive<f64>,
}

/// Number of rows of `width` values.
///
/// # Errors
/// Values that are not whole rows.
pub fn whole_rows(inputs: &[f32], width: usize) -> Result<usize, GradientError> {
    let rows = inputs.len() / width.max(1);
    match rows * width == inputs.len() {
        true => Ok(rows),
        false => Err(GradientError::Shape {
            labels: rows,
            expected: rows * width,
            found: inputs.len(),
        }),
    }
}

/// Why an engine gives no gradient.
#[derive(Debug, Error)]
pub enum GradientError {
    /// Rows and labels do not fit each other or the network.
    #[error("a batch of {labels} labels needs {expected} input values, got {found}")]
    Shape {
        /// Number of labels.
        labels: usize,
        /// Input values that the labels and the network ask for.
        expected: usize,
        /// Input values given.
        found: usize,
    },
    /// The units do not fit the rows. Sizes of units may be private, so they are not said.
    #[error("the units of the batch do not add up to its rows")]
    Units,
    /// A label names a class that the network has no score for. Labels may be private, so it is not
    /// said which.
    #[error("a label is not below {classes}, the number of classes of the network")]
    Label {
        /// Classes of the network.
        classes: usize,
    },
    /// An input of an embedding is no token. Inputs may be private, so it is not said which.
    #[error("a token is not a whole number below {vocabulary}, the vocabulary of the embedding")]
    Token {
        /// Tokens of the embedding.
        vocabulary: usize,
    },
    /// Parameters of another network.
    #[error("{found} parameters were given to a network of {expected}")]
    Parameters {
        /// Parameters of the network.
        expected: usize,
        /// Parameters given.
        found: usize,
    },
    /// The clipping does not fit the network, or cannot be combined with what else is asked.
    #[error("{0}")]
    Request(String),
    /// This engine has no such layer.
    #[error("the {engine} engine has no layer `{kind}`: {remedy}")]
    Unsupported {
        /// Name of the engine.
        engine: &'static str,
        /// The layer's kind as written in a config.
        kind: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// The network cannot be walked.
    #[error(transparent)]
    Network(#[from] NetworkError),
}

/// A way to compute gradients.
pub trait GradientEngine: Send + Sync {
    /// A worker for one network; it keeps the memory that a step needs from batch to batch.
    ///
    /// # Errors
    /// A layer that the engine does not have.
    fn worker(&self, architecture: &Architecture)
    -> Result<Box<dyn GradientWorker>, GradientError>;
}

/// An engine at work on one network, whose parameters come and go as one flat vector.
pub trait GradientWorker: Send {
    /// Sum over the batch's units of the gradients of the cross-entropy loss, clipped as asked.
    ///
    /// An empty batch gives zeros. Under clipping a unit whose gradient is not finite contributes
    /// nothing.
    ///
    /// # Errors
    /// A batch, parameters or a request that do not fit the network.
    fn gradient_sum(
        &mut self,
        parameters: &[f32],
        batch: Batch<'_>,
        request: GradientRequest<'_>,
    ) -> Result<GradientSum, GradientError>;

    /// Scores before the softmax, `[rows, classes]`, dropout off.
    ///
    /// # Errors
    /// Inputs or parameters that do not fit the network.
    fn scores(&mut self, parameters: &[f32], inputs: &[f32]) -> Result<Vec<f32>, GradientError>;

    /// Gradient of an objective by the parameters or by the inputs.
    ///
    /// # Errors
    /// Inputs or parameters that do not fit the network, or an engine that knows the cross-entropy
    /// loss alone.
    fn objective_gradient(
        &mut self,
        parameters: &[f32],
        objective: Objective<'_>,
    ) -> Result<ObjectiveGradient, GradientError> {
        let _ = (parameters, objective);
        Err(GradientError::Request(
            "this engine has gradients of the cross-entropy loss alone: take the cpu or the burn \
             engine"
                .into(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_that_do_not_add_up_are_refused() {
        assert!(Units::Copies(0).sizes(4).is_err());
        assert!(Units::Copies(3).sizes(4).is_err());
        assert!(Units::Sizes(&[1, 2]).sizes(4).is_err());
        assert!(Units::Sizes(&[usize::MAX, 5]).sizes(4).is_err());
        assert_eq!(Units::Copies(2).sizes(4).unwrap(), [2, 2]);
        assert_eq!(Units::Sizes(&[0, 4]).sizes(4).unwrap(), [0, 4]);
    }
}
