//! The noise of tree aggregation, step by step.

use zeroize::Zeroizing;

use super::TreeEstimator;
use super::noise::Draws;
use super::recurrence::{Secret, add};

/// The noise of the estimates of the nodes whose sum is the prefix so far, largest first.
///
/// A new step is a new leaf. Two nodes of one height become their parent, as when counting in
/// binary; the noise of the step is what this changes in the sum of all nodes.
#[derive(Debug)]
pub(super) struct TreeNoise {
    estimator: TreeEstimator,
    nodes: Vec<(u32, Secret)>,
}

impl TreeNoise {
    pub(super) fn new(estimator: TreeEstimator) -> Self {
        Self {
            estimator,
            nodes: Vec::new(),
        }
    }

    /// Adds the noise of `step` to `sum`, the steps before having been advanced over.
    pub(super) fn advance(
        &mut self,
        draws: &Draws<'_>,
        step: u64,
        dimension: usize,
        sum: &mut [f64],
    ) {
        let mut height = 0;
        let mut estimate = Zeroizing::new(vec![0.0; dimension]);
        draws.fill("height 0", step, &mut estimate);
        while let Some((_, left)) = self.nodes.pop_if(|(other, _)| *other == height) {
            height += 1;
            let mut own = Zeroizing::new(vec![0.0; dimension]);
            draws.fill(&format!("height {height}"), step >> height, &mut own);
            let weight = self.estimator.own_weight(height);
            for ((own, left), right) in own.iter_mut().zip(left.0.iter()).zip(estimate.iter()) {
                *own = weight * *own + (1.0 - weight) * (left + right);
            }
            add(sum, -1.0, &left.0);
            estimate = own;
        }
        add(sum, 1.0, &estimate);
        self.nodes.push((height, Secret(estimate)));
    }
}
