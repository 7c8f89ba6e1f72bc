//! A table of counts with coloured cells: which classes are taken for which.

/// A square table of counts; rows are true classes, columns are answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    /// The classes.
    pub classes: Vec<String>,
    /// `counts[truth][answer]`.
    pub counts: Vec<Vec<u64>>,
}

impl Matrix {
    /// Share of its row that a cell holds, in [0, 1].
    #[must_use]
    pub fn share(&self, truth: usize, answer: usize) -> f64 {
        let row = self
            .counts
            .get(truth)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let total: u64 = row.iter().sum();
        let count = row.get(answer).copied().unwrap_or(0);
        if total == 0 {
            0.0
        } else {
            count as f64 / total as f64
        }
    }

    pub(super) fn table(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let head = ["true class".to_string()].into_iter();
        let answers = self
            .classes
            .iter()
            .map(|class| format!("taken for {class}"));
        let rows = self
            .classes
            .iter()
            .zip(&self.counts)
            .map(|(class, counts)| {
                let counts = counts.iter().map(u64::to_string);
                [class.clone()].into_iter().chain(counts).collect()
            });
        (head.chain(answers).collect(), rows.collect())
    }
}
