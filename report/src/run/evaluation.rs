//! `evaluation.json`: what a run's model does on the public test data.

use serde::{Deserialize, Serialize};

/// The file. It is measured on public data alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluation {
    /// `NOT PRIVATE` of a model that is not; absent else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
    /// Whether the owner of the data set declared all of it a public benchmark, so that measurements of
    /// the records themselves (times, votes) may be shown.
    pub public_benchmark: bool,
    /// Whom to credit for the data set, and its licence; empty where nobody is named.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub attribution: String,
    /// Which classes are taken for which; null where the run makes no model.
    pub confusion: Option<Confusion>,
}

/// Which classes of the public test data a model takes for which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct Confusion {
    classes: Vec<String>,
    /// `counts[truth][answer]`.
    counts: Vec<Vec<u64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    classes: Vec<String>,
    counts: Vec<Vec<u64>>,
}

impl TryFrom<Unchecked> for Confusion {
    type Error = String;

    fn try_from(unchecked: Unchecked) -> Result<Self, String> {
        let Unchecked { classes, counts } = unchecked;
        let size = classes.len();
        match counts.len() == size && counts.iter().all(|row| row.len() == size) {
            true => Ok(Self { classes, counts }),
            false => Err(format!(
                "confusion.counts must have {size} rows of {size} counts, as there are {size} classes"
            )),
        }
    }
}

impl Confusion {
    /// Counts answers; a label or answer that is no class is left out.
    #[must_use]
    pub fn of(classes: &[String], truth: &[u32], answers: &[u32]) -> Self {
        let mut counts = vec![vec![0; classes.len()]; classes.len()];
        for (&truth, &answer) in truth.iter().zip(answers) {
            let row = counts.get_mut(truth as usize);
            if let Some(count) = row.and_then(|row| row.get_mut(answer as usize)) {
                *count += 1;
            }
        }
        Self {
            classes: classes.to_vec(),
            counts,
        }
    }

    /// The names of the classes.
    #[must_use]
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// `counts[truth][answer]`.
    #[must_use]
    pub fn counts(&self) -> &[Vec<u64>] {
        &self.counts
    }

    /// Share of right answers, in [0, 1]; NaN without any.
    #[must_use]
    pub fn accuracy(&self) -> f64 {
        let rows = self.counts.iter().enumerate();
        let right: u64 = rows.filter_map(|(class, row)| row.get(class)).sum();
        let all: u64 = self.counts.iter().flatten().sum();
        right as f64 / all as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_where_they_belong() {
        let classes = ["a", "b"].map(String::from);
        let confusion = Confusion::of(&classes, &[0, 0, 1, 1, 1], &[0, 1, 1, 1, 0]);
        assert_eq!(confusion.counts(), [vec![1, 1], vec![1, 2]]);
        assert_eq!(confusion.accuracy(), 0.6);
        let text = serde_json::to_string(&confusion).unwrap();
        assert_eq!(serde_json::from_str::<Confusion>(&text).unwrap(), confusion);
        let broken = text.replace("[1,2]", "[1]");
        let error = serde_json::from_str::<Confusion>(&broken).unwrap_err();
        assert!(error.to_string().contains("2 rows of 2 counts"), "{error}");
    }
}
