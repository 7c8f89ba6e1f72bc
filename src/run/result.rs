//! `result.json`: the keys that tests and tools rely on.

use serde::{Deserialize, Serialize};

use super::pate::SanitizedEpsilon;

/// The whole file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct RunResult {
    pub(super) method: String,
    pub(super) dataset: String,
    pub(super) seed: u64,
    /// Null for a run without privacy.
    pub(super) privacy: Option<PrivacyResult>,
    pub(super) utility: Utility,
    pub(super) cost: Cost,
}

/// The headline guarantee.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct PrivacyResult {
    pub(super) epsilon: f64,
    pub(super) delta: f64,
    pub(super) neighboring: String,
    pub(super) unit: String,
    pub(super) accountant: String,
    pub(super) conversion: Option<String>,
    pub(super) noise: String,
    /// False where the noise is predictable, whatever epsilon says.
    pub(super) private: bool,
    /// Of a training that a budget may end; absent from others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) steps: Option<Steps>,
    /// PATE: a bound that depends on the votes, with noise on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sanitized: Option<SanitizedEpsilon>,
    /// PATE on declared-public benchmarks: epsilon by the published analysis of the very votes, which
    /// is no guarantee and must not be shown of private data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) raw_data_dependent_epsilon: Option<f64>,
}

/// The steps of a training that a budget may end.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(super) struct Steps {
    /// As asked for.
    pub(super) planned: u64,
    /// As the budget allowed, decided before the first.
    pub(super) taken: u64,
}

/// What was measured on public or released data.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Utility {
    /// Null where the run makes no model.
    pub(super) test_accuracy: Option<f64>,
    pub(super) test_size: usize,
    /// Share of the most frequent class among the public test labels; null where none were read.
    pub(super) majority_accuracy: Option<f64>,
    /// A model without privacy on the same test data; null unless the data set is a declared
    /// public benchmark and the config has `[baseline]`.
    pub(super) baseline_accuracy: Option<f64>,
    pub(super) labels_released: Option<usize>,
    /// PATE: examples that the student labelled itself, since the teachers did not contradict it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) labels_reinforced: Option<usize>,
    pub(super) queries: Option<u64>,
    /// Share of released labels that equal the public truth; null without one.
    pub(super) label_accuracy: Option<f64>,
}

/// What the run took; of a resumed run, what its last process took.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Cost {
    pub(super) wall_seconds: Seconds,
    /// True where another process began the run: its time and memory are not counted. Absent else.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) resumed: bool,
    /// Null where the operating system does not say.
    pub(super) peak_memory_bytes: Option<u64>,
    /// What crossed from the private side: labels at 4 bytes each, bits of several labels an
    /// example at 1, or the model's parameters.
    pub(super) bytes_released: u64,
}

/// Wall time of each phase, in seconds; null for a phase that the run does not have.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Seconds {
    pub(super) total: f64,
    pub(super) teachers: Option<f64>,
    pub(super) aggregation: Option<f64>,
    pub(super) student: Option<f64>,
    pub(super) training: Option<f64>,
    pub(super) baseline: Option<f64>,
}
