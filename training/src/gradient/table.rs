//! Gradients of an embedding's table, on the host.

use std::collections::BTreeMap;

use burn::module::ParamId;

/// Tokens of each unit and the loss gradient at their vectors. A unit's gradient is the sum of
/// `delta` over the places of each token, and 0 for the other tokens: most of the table, so that
/// the dense gradient of a unit is never made.
pub(super) struct Table {
    pub(super) id: ParamId,
    pub(super) vocabulary: usize,
    pub(super) width: usize,
    pub(super) units: usize,
    /// `[units, places]`
    pub(super) tokens: Vec<usize>,
    /// `[units, places, width]`
    pub(super) delta: Vec<f32>,
}

impl Table {
    /// Tokens and deltas of each unit.
    fn by_unit(&self) -> impl Iterator<Item = impl Iterator<Item = (usize, &[f32])>> {
        let places = self.tokens.len() / self.units.max(1);
        let tokens = self.tokens.chunks(places.max(1));
        let deltas = self.delta.chunks((places * self.width).max(1));
        tokens.zip(deltas).map(|(tokens, deltas)| {
            let vectors = deltas.chunks(self.width);
            tokens.iter().copied().zip(vectors)
        })
    }

    pub(super) fn squared_norms(&self) -> Vec<f64> {
        self.by_unit()
            .map(|places| {
                let mut sums = BTreeMap::<usize, Vec<f64>>::new();
                for (token, delta) in places {
                    let sum = sums.entry(token).or_insert_with(|| vec![0.0; self.width]);
                    add(sum, 1.0, delta);
                }
                sums.values().flatten().map(|value| value * value).sum()
            })
            .collect()
    }

    pub(super) fn weighted_sum(&self, weights: &[f32]) -> Vec<f64> {
        let mut sum = vec![0.0; self.vocabulary * self.width];
        for (places, &weight) in self.by_unit().zip(weights) {
            // Not just times 0: a dropped unit may hold NaN.
            if weight == 0.0 {
                continue;
            }
            for (token, delta) in places {
                let start = token * self.width;
                add(&mut sum[start..start + self.width], weight.into(), delta);
            }
        }
        sum
    }
}

fn add(sum: &mut [f64], factor: f64, values: &[f32]) {
    for (total, &value) in sum.iter_mut().zip(values) {
        *total += factor * f64::from(value);
    }
}
