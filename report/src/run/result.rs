//! `result.json`: the keys that tests and tools rely on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The whole file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RunResult {
    /// `pate`, `dp-sgd` or `baseline`.
    pub method: String,
    /// Name of the data set.
    pub dataset: String,
    /// Seed of partition, initialisation and shuffling, never of privacy noise.
    pub seed: u64,
    /// Null for a run without privacy.
    pub privacy: Option<PrivacyResult>,
    /// What was measured on public or released data.
    pub utility: Utility,
    /// What it took.
    pub cost: Cost,
    /// SHA-256 of each released file whose content is final, by its name: of the models, the labels, the
    /// statement and `privacy.json`. Empty in runs of earlier versions.
    #[serde(default)]
    pub released: BTreeMap<String, String>,
}

impl RunResult {
    /// Whether the run learned from labels that another one released: the questions were asked there.
    #[must_use]
    pub fn learned_from_files(&self) -> bool {
        self.utility.labels_released.is_some() && self.utility.queries.is_none()
    }
}

/// The headline guarantee.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PrivacyResult {
    /// Epsilon, in nats: an upper bound, data-independent.
    pub epsilon: f64,
    /// Delta, a probability.
    pub delta: f64,
    /// When two data sets count as neighbours.
    pub neighboring: String,
    /// Of what one is protected: `record` or `user`.
    pub unit: String,
    /// The accountant that computed the bound.
    pub accountant: String,
    /// How the accountant's own measure became epsilon and delta, where it has one.
    pub conversion: Option<String>,
    /// Where the noise came from.
    pub noise: String,
    /// False where the noise is predictable, whatever epsilon says.
    pub private: bool,
    /// Of a training that a budget may end; absent from others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<Steps>,
    /// PATE: a bound that depends on the votes, with noise on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sanitized: Option<SanitizedEpsilon>,
    /// PATE on declared-public benchmarks: epsilon by the published analysis of the very votes, which
    /// is no guarantee and must not be shown of private data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw_data_dependent_epsilon: Option<f64>,
}

/// The steps of a training that a budget may end.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Steps {
    /// As asked for.
    pub planned: u64,
    /// As the budget allowed, decided before the first.
    pub taken: u64,
}

/// What was measured on public or released data.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Utility {
    /// Null where the run makes no model.
    pub test_accuracy: Option<f64>,
    /// Number of public test examples.
    pub test_size: usize,
    /// Share of the most frequent class among the public test labels; null where none were read.
    pub majority_accuracy: Option<f64>,
    /// A model without privacy on the same test data; null unless the data set is a declared
    /// public benchmark and the config has `[baseline]`.
    pub baseline_accuracy: Option<f64>,
    /// PATE: labels that were released.
    pub labels_released: Option<usize>,
    /// PATE: examples that the student labelled itself, since the teachers did not contradict it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels_reinforced: Option<usize>,
    /// PATE: questions that were asked.
    pub queries: Option<u64>,
    /// Share of released labels that equal the public truth; null without one.
    pub label_accuracy: Option<f64>,
    /// Where a model of what was released labelled public examples for the student: what it learned from.
    /// Absent else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distilled: Option<Distilled>,
    /// Noisy SGD whose student could not be trained, why; the noisy model itself is published then. Absent
    /// else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub student_failed: Option<String>,
}

/// What labelled public examples for a student.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LabelledBy {
    /// The model of noisy SGD.
    #[default]
    NoisyModel,
    /// A regression of PATE's labels.
    Regression,
}

impl LabelledBy {
    /// In a sentence.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoisyModel => "the noisy model",
            Self::Regression => "a regression of the released labels",
        }
    }
}

/// What a student learned from, other than the labels that were released.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Distilled {
    /// What labelled them.
    #[serde(default)]
    pub by: LabelledBy,
    /// Public examples that it labelled.
    pub examples: usize,
    /// Its own test accuracy.
    pub model_accuracy: f64,
}

/// What the run took; of a resumed run, what its last process took.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Cost {
    /// Wall time of each phase.
    pub wall_seconds: Seconds,
    /// True where another process began the run: its time and memory are not counted. Absent else.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub resumed: bool,
    /// Null where the operating system does not say.
    pub peak_memory_bytes: Option<u64>,
    /// What crossed from the private side: labels at 4 bytes each, bits of several labels an
    /// example at 1, or the model's parameters.
    pub bytes_released: u64,
}

/// Wall time of each phase, in seconds; null for a phase that the run does not have.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Seconds {
    /// The whole command.
    pub total: f64,
    /// PATE: training the teachers, and their votes.
    pub teachers: Option<f64>,
    /// PATE: from votes to labels.
    pub aggregation: Option<f64>,
    /// PATE: training the student.
    pub student: Option<f64>,
    /// Noisy SGD.
    pub training: Option<f64>,
    /// The model without privacy that is compared with.
    pub baseline: Option<f64>,
}

impl Seconds {
    /// The phases that the run has, in their order, with their names.
    #[must_use]
    pub fn phases(&self) -> Vec<(&'static str, f64)> {
        let phases = [
            ("teachers", self.teachers),
            ("aggregation", self.aggregation),
            ("student", self.student),
            ("noisy SGD", self.training),
            ("baseline", self.baseline),
        ];
        let there = phases.into_iter();
        there
            .filter_map(|(name, seconds)| Some((name, seconds?)))
            .collect()
    }
}

/// A data-dependent epsilon that may be published.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SanitizedEpsilon {
    /// An upper bound on the data-dependent epsilon of the labels and of this number together.
    pub epsilon: f64,
    /// Delta, a probability.
    pub delta: f64,
    /// Probability over the noise that it is too low.
    pub failure_probability: f64,
    /// Renyi order, a public constant.
    pub order: f64,
    /// Smoothness beta, a public constant.
    pub smoothness: f64,
    /// Noise over smooth sensitivity, a public constant.
    pub noise_multiplier: f64,
}
