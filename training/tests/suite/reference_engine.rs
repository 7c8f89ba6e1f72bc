//! One linear layer, unit by unit in f64: what any engine must agree with, for tests of what is
//! around it. It remembers the batches that it was given.

use std::sync::{Arc, Mutex};

use privet_gradients::network::Architecture;
use privet_gradients::{
    Batch, GradientEngine, GradientError, GradientRequest, GradientSum, GradientWorker, Sum, Units,
};
use privet_mechanisms::Sensitive;

/// A batch as the engine saw it: rows, and the sizes of the units.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) rows: Vec<Vec<f32>>,
    pub(crate) sizes: Vec<usize>,
}

#[derive(Clone, Default)]
pub(crate) struct ReferenceEngine {
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl ReferenceEngine {
    /// The batches since the last call.
    pub(crate) fn take_seen(&self) -> Vec<Seen> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

impl GradientEngine for ReferenceEngine {
    fn worker(&self, network: &Architecture) -> Result<Box<dyn GradientWorker>, GradientError> {
        Ok(Box::new(Worker {
            inputs: network.input().len(),
            classes: network.classes(),
            seen: Arc::clone(&self.seen),
        }))
    }
}

struct Worker {
    inputs: usize,
    classes: usize,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Worker {
    /// Scores of a row, by weights `[inputs, classes]` and then biases.
    fn row_scores(&self, parameters: &[f32], row: &[f32]) -> Vec<f64> {
        let (weights, biases) = parameters.split_at(self.inputs * self.classes);
        (0..self.classes)
            .map(|class| {
                let products = row.iter().enumerate().map(|(input, &value)| {
                    f64::from(value) * f64::from(weights[input * self.classes + class])
                });
                products.sum::<f64>() + f64::from(biases[class])
            })
            .collect()
    }

    /// Gradient of the cross-entropy loss of one row.
    fn gradient(&self, parameters: &[f32], row: &[f32], label: u32) -> Vec<f64> {
        let scores = self.row_scores(parameters, row);
        let total: f64 = scores.iter().map(|score| score.exp()).sum();
        let delta: Vec<f64> = scores
            .iter()
            .enumerate()
            .map(|(class, score)| score.exp() / total - f64::from(class == label as usize))
            .collect();
        let with_bias = row.iter().copied().chain([1.0]);
        with_bias
            .flat_map(|value| delta.iter().map(move |delta| f64::from(value) * delta))
            .collect()
    }
}

impl GradientWorker for Worker {
    fn gradient_sum(
        &mut self,
        parameters: &[f32],
        batch: Batch<'_>,
        request: GradientRequest<'_>,
    ) -> Result<GradientSum, GradientError> {
        let labels = batch.examples.labels;
        let sizes = match batch.units {
            Units::Rows => vec![1; labels.len()],
            Units::Copies(copies) => vec![copies; labels.len() / copies],
            Units::Sizes(sizes) => sizes.to_vec(),
        };
        let mut rows = batch.examples.inputs.chunks(self.inputs).zip(labels);
        let mut sum = vec![0.0; parameters.len()];
        let mut norms = Vec::new();
        for &size in &sizes {
            let mut unit = vec![0.0; parameters.len()];
            for (row, &label) in rows.by_ref().take(size) {
                for (total, slope) in unit.iter_mut().zip(self.gradient(parameters, row, label)) {
                    *total += slope / size as f64;
                }
            }
            let squares: f64 = unit.iter().map(|value| value * value).sum();
            let mut factor = [1.0];
            if let Some(clipping) = request.clipping {
                norms.push(clipping.factors(&[squares], &mut factor));
            }
            for (total, value) in sum.iter_mut().zip(&unit) {
                *total += value * f64::from(factor[0]);
            }
        }
        assert!(rows.next().is_none());
        self.seen.lock().unwrap().push(Seen {
            rows: (batch
                .examples
                .inputs
                .chunks(self.inputs)
                .map(<[f32]>::to_vec))
            .collect(),
            sizes,
        });
        Ok(GradientSum {
            sum: Sensitive::new(Sum::Float(sum.iter().map(|&value| value as f32).collect())),
            norms: Sensitive::new(norms),
            not_finite: Sensitive::new(0),
            loss: Sensitive::new(0.0),
        })
    }

    fn scores(&mut self, parameters: &[f32], inputs: &[f32]) -> Result<Vec<f32>, GradientError> {
        Ok(inputs
            .chunks(self.inputs)
            .flat_map(|row| self.row_scores(parameters, row))
            .map(|score| score as f32)
            .collect())
    }
}
