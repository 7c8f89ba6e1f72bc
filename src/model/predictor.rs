//! Scores of a model, by the fastest engine that has all of its layers.

use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use ndarray::{Array2, ArrayView1, ArrayView2, Axis};
use privet_training::data::FeatureMap;
use privet_training::gradient::{GradientEngine, GradientWorker};
use privet_training::network::Network;

use crate::run::engine::Engine;

/// Rows that are handed to the engine at once; bounds the memory beside the inputs.
const ROWS: usize = 4096;

/// A network that gives scores. Calls from several threads take turns, each on all processors.
pub(crate) struct Predictor {
    worker: Mutex<Box<dyn GradientWorker>>,
    parameters: Vec<f32>,
    features: Option<FeatureMap>,
    classes: usize,
}

impl Predictor {
    /// A network at work, behind its features.
    pub(crate) fn new(network: &Network, features: Option<FeatureMap>) -> Result<Self> {
        let architecture = network.architecture();
        let worker = Engine::new(None).worker(architecture);
        Ok(Self {
            worker: Mutex::new(worker.context("no engine has all layers of this model")?),
            parameters: network.flat_parameters(),
            features,
            classes: architecture.classes(),
        })
    }

    /// Scores before the softmax, `[rows, classes]`, of encoded inputs `[rows, values]`.
    pub(crate) fn scores(&self, inputs: ArrayView2<'_, f32>) -> Result<Array2<f32>> {
        let mut scores = Vec::with_capacity(inputs.nrows() * self.classes);
        // A worker keeps memory from batch to batch, and nothing of what was in it.
        let mut worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        for rows in inputs.axis_chunks_iter(Axis(0), ROWS) {
            let features = self
                .features
                .as_ref()
                .map(|map| map.apply(rows))
                .transpose()?;
            let rows = features.as_ref().map_or(rows, |rows| rows.view());
            let rows = rows.as_standard_layout();
            let rows = rows.as_slice().context("rows lie one after another")?;
            scores.extend(worker.scores(&self.parameters, rows)?);
        }
        let scores = Array2::from_shape_vec((inputs.nrows(), self.classes), scores)
            .context("the engine gave another number of scores")?;
        let odd = |row: ArrayView1<'_, f32>| !row.iter().all(|score| score.is_finite());
        match scores.rows().into_iter().position(odd) {
            None => Ok(scores),
            Some(row) => bail!(
                "the scores of row {row} are not finite: the model's weights are too large for 32-bit \
                 numbers; do not use it"
            ),
        }
    }
}

/// The softmax of scores.
pub(crate) fn probabilities(scores: &[f32]) -> Vec<f64> {
    let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers = scores.iter().map(|score| f64::from(score - largest).exp());
    let powers: Vec<f64> = powers.collect();
    let sum: f64 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}

#[cfg(test)]
mod tests {
    use super::probabilities;

    #[test]
    fn probabilities_add_up_whatever_the_scores() {
        for scores in [
            [0.0, 0.0, 0.0],
            [1e30, 0.0, -1e30],
            [-500.0, -501.0, -502.0],
        ] {
            let sum: f64 = probabilities(&scores).iter().sum();
            assert!((sum - 1.0).abs() < 1e-12, "{scores:?}");
        }
        let [likely, unlikely] = probabilities(&[3f32.ln(), 0.0])[..] else {
            panic!("two scores have two probabilities");
        };
        assert!((likely - 0.75).abs() < 1e-7 && (unlikely - 0.25).abs() < 1e-7);
    }
}
