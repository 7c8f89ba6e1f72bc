//! Gradients of other functions than the cross-entropy loss.

use privet_mechanisms::Sensitive;

/// A function of the scores of one row: given the row's place in the batch and its scores, it writes
/// its derivative by each score over the zeros of the last argument, and returns its value.
pub type RowFunction<'a> = dyn Fn(usize, &[f32], &mut [f32]) -> f64 + Sync + 'a;

/// What the gradient of an [`Objective`] is taken by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variables {
    /// The parameters, flat: summed over the rows.
    Parameters,
    /// The inputs, `[rows, values]`: each row's own.
    Inputs,
}

/// A sum over rows of any function of a row's scores, for learning from public rows that goes
/// beyond the cross-entropy loss of labels: soft targets, adversarial directions, generators.
///
/// Nothing is clipped here, so its gradient is as private as the rows.
#[derive(Clone, Copy)]
pub struct Objective<'a> {
    /// Rows one after another.
    pub inputs: &'a [f32],
    /// What is summed. It must be a function of its arguments alone: engines call it in any order.
    pub function: &'a RowFunction<'a>,
    /// What the gradient is taken by.
    pub variables: Variables,
    /// Seed of this batch's dropout; dropout is off when absent.
    pub dropout: Option<u64>,
}

/// The gradient of an [`Objective`], and its value.
#[derive(Debug)]
pub struct ObjectiveGradient {
    /// The gradient, in the order that [`Variables`] says.
    pub gradient: Sensitive<Vec<f32>>,
    /// Sum of the function over the rows.
    pub value: Sensitive<f64>,
}
