//! The public pool that the student may ask about, and the truth that it may not see.

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
/// fn evaluate(truth: &HeldBackTruth) -> Option<f64> {
///     truth.agreement(&[(0, 1)])
/// }
/// ```
///
/// ```compile_fail
/// # use privet_training::data::HeldBackTruth;
/// fn train_on(truth: &HeldBackTruth) -> &[u32] {
///     truth.labels()
/// }
/// ```
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

    /// The share of released labels, given as `(index in the pool, class)`, that agree with the
    /// truth, in `0..=1`.
    ///
    /// `None` when nothing was released or an index lies outside the pool.
    #[must_use]
    pub fn agreement(&self, released: &[(usize, u32)]) -> Option<f64> {
        if released.is_empty() {
            return None;
        }
        let mut agreeing = 0_usize;
        for (index, class) in released {
            agreeing += usize::from(self.labels.get(*index)? == class);
        }
        Some(agreeing as f64 / released.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agreement_counts_the_released_labels_only() {
        let truth = HeldBackTruth::new(vec![0, 1, 2, 3]);
        assert_eq!(
            truth.agreement(&[(0, 0), (3, 3), (1, 0), (2, 0)]),
            Some(0.5)
        );
        assert_eq!(truth.agreement(&[(2, 2)]), Some(1.0));
        assert_eq!(truth.agreement(&[]), None);
        assert_eq!(truth.agreement(&[(4, 0)]), None);
        assert_eq!((truth.len(), truth.is_empty()), (4, false));
    }
}
