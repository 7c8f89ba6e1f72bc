//! Predictions, and accuracy on public examples.

use burn::tensor::{Tensor, TensorData};
use ndarray::{Array2, ArrayView2, Axis};

use crate::network::Network;

/// Rows that pass through the network at once; bounds memory.
const ROWS: usize = 512;

/// Scores before the softmax, `[rows, classes]`, for inputs `[rows, values]`.
pub fn logits(network: &Network, inputs: ArrayView2<'_, f32>) -> Array2<f32> {
    let classes = network.architecture().classes();
    let device = network.device();
    let mut scores = Vec::with_capacity(inputs.nrows() * classes);
    for rows in inputs.axis_chunks_iter(Axis(0), ROWS) {
        let values: Vec<f32> = rows.iter().copied().collect();
        let rows = Tensor::<2>::from_data(
            TensorData::new(values, [rows.nrows(), rows.ncols()]),
            &device,
        );
        scores.extend(network.forward(rows).into_data().iter::<f32>());
    }
    Array2::from_shape_vec((inputs.nrows(), classes), scores)
        .expect("the network gives one score a class and row")
}

/// Most likely class of each row, see [`best_classes`].
pub fn classes(network: &Network, inputs: ArrayView2<'_, f32>) -> Vec<u32> {
    let scores = logits(network, inputs);
    let classes = scores.ncols();
    best_classes(&scores.into_iter().collect::<Vec<_>>(), classes)
}

/// The class with the highest score in each row of `scores`, `[rows, classes]`: the lowest of
/// equals. A NaN score never wins, and class 0 stands where nothing exceeds its score.
pub fn best_classes(scores: &[f32], classes: usize) -> Vec<u32> {
    scores
        .chunks_exact(classes.max(1))
        .map(|scores| {
            let mut best = 0;
            for (class, score) in scores.iter().enumerate() {
                if *score > scores[best] {
                    best = class;
                }
            }
            best as u32
        })
        .collect()
}

/// Share of the rows whose most likely class is the given one, in `[0, 1]`; NaN without rows.
pub fn accuracy(network: &Network, inputs: ArrayView2<'_, f32>, labels: &[u32]) -> f64 {
    agreement(&classes(network, inputs), labels)
}

/// The same for scores before the softmax, one row a label.
pub fn accuracy_of_scores(scores: &[f32], labels: &[u32]) -> f64 {
    let classes = scores.len().checked_div(labels.len()).unwrap_or_default();
    agreement(&best_classes(scores, classes), labels)
}

fn agreement(predicted: &[u32], labels: &[u32]) -> f64 {
    let pairs = predicted.iter().zip(labels);
    let right = pairs
        .filter(|(predicted, label)| predicted == label)
        .count();
    right as f64 / labels.len() as f64
}

/// Share of the most frequent label, in `[0, 1]`: what a constant answer reaches. NaN without
/// labels.
pub fn majority_share(labels: &[u32]) -> f64 {
    let classes = labels
        .iter()
        .max()
        .map_or(0, |&largest| largest as usize + 1);
    let mut counts = vec![0usize; classes];
    for &label in labels {
        counts[label as usize] += 1;
    }
    counts.into_iter().max().unwrap_or(0) as f64 / labels.len() as f64
}
