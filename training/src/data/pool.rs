//! The public pool that the student may ask about, and the truth that it may not see.

use privet_mechanisms::ReleasedLabel;

use super::PublicInputs;

/// Public unlabelled inputs that the student may ask the teachers about.
///
/// True labels, where they exist, are apart in [`HeldBackTruth`]: nothing here leads to them.
#[derive(Debug, Clone)]
pub struct PublicPool {
    inputs: PublicInputs,
}

impl PublicPool {
    /// A pool of these inputs.
    #[must_use]
    pub const fn new(inputs: PublicInputs) -> Self {
        Self { inputs }
    }

    /// The inputs.
    #[must_use]
    pub const fn inputs(&self) -> &PublicInputs {
        &self.inputs
    }

    /// Number of inputs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inputs.len()
    }

    /// Whether there is no input.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.inputs.is_empty()
    }
}

/// The true labels of a [`PublicPool`], for evaluation only.
///
/// There is no way to take a label out: no accessor, no iterator, no `Debug`, `Clone` or
/// serialisation. What it offers is one number about labels that were released already,
/// [`Self::agreement`].
///
/// ```
/// # use privet_training::data::HeldBackTruth;
/// # use privet_mechanisms::ReleasedLabel;
/// fn evaluate(truth: &HeldBackTruth, asked: &[usize], released: &[ReleasedLabel]) -> Option<f64> {
///     truth.agreement(asked, released)
/// }
/// ```
///
/// ```compile_fail
/// # use privet_training::data::HeldBackTruth;
/// fn train_on(truth: &HeldBackTruth) -> &[u32] {
///     truth.labels()
/// }
/// ```
#[derive(Clone)]
pub struct HeldBackTruth {
    labels: Vec<u32>,
}

impl HeldBackTruth {
    /// Keeps the labels of the pool, in its order.
    pub(super) const fn new(labels: Vec<u32>) -> Self {
        Self { labels }
    }

    /// Number of inputs whose truth is known: the length of the pool.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether the pool is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// The share of released labels that agree with the truth, in `0..=1`; query `i` asked about
    /// place `asked[i]` of the pool.
    ///
    /// It takes labels that a mechanism released and nothing else, so that it cannot be asked what
    /// the label of an example is by trying one class after another.
    ///
    /// `None` when nothing was released or a place lies outside the pool.
    #[must_use]
    pub fn agreement(&self, asked: &[usize], released: &[ReleasedLabel]) -> Option<f64> {
        if released.is_empty() {
            return None;
        }
        let mut agreeing = 0_usize;
        for label in released {
            let place = *asked.get(usize::try_from(label.query()).ok()?)?;
            agreeing += usize::from(*self.labels.get(place)? as usize == label.class());
        }
        Some(agreeing as f64 / released.len() as f64)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use privet_mechanisms::{
        ChangedVotes, GnMax, NoiseSource, NoisyMax, Sensitive, VoteHistogram, VoteQueries,
    };

    use super::*;

    /// Labels of these classes for queries 0, 1, ..., from a mechanism with next to no noise.
    pub(in crate::data) fn released(classes: &[usize]) -> Vec<ReleasedLabel> {
        let queries = VoteQueries {
            classes: 10,
            queries: classes.len() as u64,
            changed_votes: ChangedVotes::ONE,
        };
        let plan = GnMax::new(1e-3, queries).unwrap();
        let mut aggregator = plan.start(&NoiseSource::danger_fixed_seed(0)).unwrap();
        let mut release = |(query, &class)| {
            let votes = VoteHistogram::from_ballots([class; 5], 10).unwrap();
            aggregator
                .release(query, &Sensitive::new(votes))
                .unwrap()
                .label()
                .unwrap()
        };
        (0..).zip(classes).map(&mut release).collect()
    }

    #[test]
    fn agreement_counts_the_released_labels_only() {
        let truth = HeldBackTruth::new(vec![0, 1, 2, 3]);
        let agreement = truth.agreement(&[0, 3, 1, 2], &released(&[0, 3, 0, 0]));
        assert_eq!(agreement, Some(0.5));
        assert_eq!(truth.agreement(&[2], &released(&[2])), Some(1.0));
        assert_eq!(truth.agreement(&[], &[]), None);
        assert_eq!(truth.agreement(&[4], &released(&[0])), None);
        assert_eq!(truth.agreement(&[], &released(&[0])), None);
        assert_eq!((truth.len(), truth.is_empty()), (4, false));
    }
}
