//! Learning from released labels and from public inputs without labels.
//!
//! Everything here is public: rows, pseudo labels and gradients. The gradients come from the same
//! engines that see private rows elsewhere, so they arrive wrapped as sensitive, and are unwrapped
//! in [`public_gradient`] alone.

mod course;
mod cycle;
mod fixmatch;
mod gan;
mod losses;
mod virtual_adversarial;

use ndarray::ArrayView2;
use privet_training::augment::{Augmentation, each_row};
use privet_training::data::InputShape;
use privet_training::gradient::{GradientError, GradientWorker, Objective, RowFunction, Variables};
use privet_training::optimizer::OptimizerError;
use privet_training::plain::TrainingError;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

pub(crate) use course::Course;
pub(crate) use fixmatch::FixMatchStudy;
pub(crate) use gan::GanStudy;
pub(crate) use losses::softmax;
pub(crate) use virtual_adversarial::VirtualAdversarialStudy;

/// The rows of one step, drawn and copied.
pub(crate) struct StepRows<'a> {
    /// Labelled rows one after another.
    pub(crate) labeled: Vec<f32>,
    /// A class for each of them.
    pub(crate) labels: &'a [u32],
    /// Unlabelled rows one after another.
    pub(crate) unlabeled: Vec<f32>,
    /// Seed of the network's dropout, if it has any.
    pub(crate) dropout: Option<u64>,
}

/// A method that learns from both kinds of rows.
pub(crate) trait Study {
    /// Gradient of the step's mean loss, and the loss. Whatever it draws comes from `generator`.
    fn step(
        &mut self,
        worker: &mut dyn GradientWorker,
        parameters: &[f32],
        rows: StepRows<'_>,
        generator: &mut ChaCha8Rng,
    ) -> Result<(Vec<f32>, f64), TrainingError>;
}

/// The gradient of a step's loss with respect to the parameters, and the loss.
fn step_gradient(
    worker: &mut dyn GradientWorker,
    parameters: &[f32],
    (inputs, dropout): (&[f32], Option<u64>),
    function: &RowFunction<'_>,
) -> Result<(Vec<f32>, f64), TrainingError> {
    let objective = Objective {
        inputs,
        function,
        variables: Variables::Parameters,
        dropout,
    };
    Ok(public_gradient(worker, parameters, objective)?)
}

/// The gradient of an objective over public rows, and its value.
fn public_gradient(
    worker: &mut dyn GradientWorker,
    parameters: &[f32],
    objective: Objective<'_>,
) -> Result<(Vec<f32>, f64), GradientError> {
    let found = worker.objective_gradient(parameters, objective)?;
    let value = found.value.into_exposed_sensitive();
    Ok((found.gradient.into_exposed_sensitive(), value))
}

/// Moves every image of `rows` by chance, where that is asked for.
fn change_weakly(
    rows: &mut [f32],
    shape: InputShape,
    weak: Option<Augmentation>,
    generator: &mut ChaCha8Rng,
) {
    if let Some(weak) = weak {
        each_row(rows, shape.len(), generator.next_u64(), |row, own| {
            weak.apply(row, shape, own);
        });
    }
}

/// Some rows one after another; places beyond the end are left out.
fn gather(inputs: ArrayView2<'_, f32>, places: &[usize]) -> Vec<f32> {
    let mut rows = Vec::with_capacity(places.len() * inputs.ncols());
    for &place in places.iter().filter(|&&place| place < inputs.nrows()) {
        rows.extend(inputs.row(place).iter());
    }
    rows
}

/// A share of a batch, as a weight of each of its rows.
fn per_row(weight: f64, rows: usize) -> f32 {
    (weight / rows.max(1) as f64) as f32
}

/// An optimizer's complaint, as that of a training.
fn optimizer_error(error: OptimizerError) -> TrainingError {
    TrainingError::Optimizer(error)
}
