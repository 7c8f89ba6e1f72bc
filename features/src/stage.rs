//! One step of a representation.

use ndarray::{Array2, ArrayView2};
use privet_gradients::network::InputShape;
use rayon::prelude::*;

use crate::{FeatureError, StageDescription, Tensor};

/// A function of one record, fixed before any private record is seen.
///
/// A stage is either fixed in advance or fitted on public rows alone, so it costs no privacy; and it
/// is applied to each record by itself, so neighbouring data sets stay neighbouring ones (under every
/// relation, with the same unit) and the sensitivity of whatever comes after is not touched.
///
/// A row's result has the same bits whatever rows stand beside it and however many threads there
/// are, on one kind of processor. Values that are not finite stay within their row.
pub trait Stage: std::fmt::Debug + Send + Sync {
    /// Shape of a row that goes in.
    fn input(&self) -> InputShape;

    /// Shape of a row that comes out.
    fn output(&self) -> InputShape;

    /// The representation of each row, `[rows, input] -> [rows, output]`.
    ///
    /// # Errors
    /// Rows of another width.
    fn apply(&self, rows: ArrayView2<'_, f32>) -> Result<Array2<f32>, FeatureError>;

    /// Kind and settings, from which the stage can be made again together with its tensors.
    fn description(&self) -> StageDescription;

    /// What was fitted; nothing for a stage that is fixed in advance.
    fn tensors(&self) -> Vec<Tensor> {
        Vec::new()
    }
}

/// Applies `represent` to blocks of rows in parallel: it is given rows one after another and room
/// for what comes of them.
pub(crate) fn apply_blocks(
    stage: &impl Stage,
    rows: ArrayView2<'_, f32>,
    block: usize,
    represent: impl Fn(&[f32], &mut [f32]) + Sync,
) -> Result<Array2<f32>, FeatureError> {
    let (read, written) = (stage.input().len(), stage.output().len());
    check_width(stage, rows)?;
    let rows = rows.as_standard_layout();
    let inputs = rows.as_slice().unwrap_or_default();
    let mut outputs = vec![0.0; rows.nrows() * written];
    let blocks = outputs.par_chunks_mut(written * block);
    blocks
        .zip(inputs.par_chunks(read * block))
        .for_each(|(outputs, inputs)| represent(inputs, outputs));
    Ok(Array2::from_shape_vec((rows.nrows(), written), outputs)?)
}

/// Applies `represent` to each row by itself.
pub(crate) fn apply_rows(
    stage: &impl Stage,
    rows: ArrayView2<'_, f32>,
    represent: impl Fn(&[f32], &mut [f32]) + Sync,
) -> Result<Array2<f32>, FeatureError> {
    /// Rows of a block.
    const BLOCK: usize = 64;
    let (read, written) = (stage.input().len(), stage.output().len());
    apply_blocks(stage, rows, BLOCK, |inputs, outputs| {
        let inputs = inputs.chunks_exact(read);
        for (input, output) in inputs.zip(outputs.chunks_exact_mut(written)) {
            represent(input, output);
        }
    })
}

/// Refuses rows of another width.
pub(crate) fn check_width(
    stage: &impl Stage,
    rows: ArrayView2<'_, f32>,
) -> Result<(), FeatureError> {
    match rows.ncols() == stage.input().len() {
        true => Ok(()),
        false => Err(FeatureError::Width {
            kind: stage.description().kind(),
            expected: stage.input().len(),
            found: rows.ncols(),
        }),
    }
}
