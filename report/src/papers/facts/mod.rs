//! What a run knows of the model that it leaves.

mod read;

use std::path::Path;

use privet_accountant::DpEvent;
use serde_json::Value;
use toml::Table;

use super::ModelHeader;
use crate::ReportError;
use crate::run::{
    Confusion, Evaluation, Origin, Privacy, PrivacyResult, RunResult, Settings, agree, damaged,
    flat, holds,
};

/// A finished run, as far as its papers may speak of it.
#[derive(Clone, Debug)]
pub struct Facts {
    pub(super) result: RunResult,
    pub(super) privacy: Privacy,
    pub(super) evaluation: Evaluation,
    config: Table,
    model: Option<ModelHeader>,
}

impl Facts {
    /// From the contents of `result.json`, `released/privacy.json`, `evaluation.json` and
    /// `config.resolved.toml`, and the model (none where labels are all that is made), so that a run can
    /// have its papers before any of them is written.
    ///
    /// Of a student that learned from files the config says nothing but how it learned: whose author it is
    /// knows of the labels what came with them.
    ///
    /// # Errors
    /// Contents that are not those of the files, or two of them that disagree about the guarantee.
    pub fn new(
        result: &Value,
        privacy: &Value,
        evaluation: &Evaluation,
        config: &Table,
        model: Option<ModelHeader>,
    ) -> Result<Self, ReportError> {
        let result: RunResult = typed(result, "result.json")?;
        let privacy: Privacy = typed(privacy, STATED)?;
        agree(&result, &privacy, Path::new(STATED))?;
        let mut config = config.clone();
        if result.learned_from_files() {
            config.retain(|table, _| table == "student");
        }
        Ok(Self {
            result,
            privacy,
            evaluation: evaluation.clone(),
            config,
            model,
        })
    }

    /// With the size of the private part as its config declares it, where the run's files do not say it and
    /// the config is that of the owner of the records.
    #[must_use]
    pub fn with_declared_size(mut self, size: Option<u64>) -> Self {
        let origin = &mut self.privacy.origin;
        if !self.result.learned_from_files() {
            origin.declared_size = origin.declared_size.or(size);
        }
        self
    }

    /// Whether anything is guaranteed.
    #[must_use]
    pub fn is_private(&self) -> bool {
        self.guarantee().is_some()
    }

    /// Whether the papers may be published: of what is private, and of public benchmarks. All others
    /// tell what a model without privacy does, and belong beside it under `private/`.
    #[must_use]
    pub fn may_be_published(&self) -> bool {
        self.is_private() || self.is_public_benchmark()
    }

    /// The headline, if there is one to rely on.
    pub(super) fn guarantee(&self) -> Option<&PrivacyResult> {
        let stated = self.result.privacy.as_ref()?;
        (self.privacy.private && stated.private).then_some(stated)
    }

    /// Whether the data set was declared a public benchmark.
    pub(super) fn is_public_benchmark(&self) -> bool {
        self.evaluation.public_benchmark
    }

    /// `pate`, `dp-sgd` or `baseline`.
    pub(super) fn method(&self) -> &str {
        &self.result.method
    }

    /// Name of the data set.
    pub(super) fn dataset(&self) -> &str {
        &self.result.dataset
    }

    pub(super) fn confusion(&self) -> Option<&Confusion> {
        self.evaluation.confusion.as_ref()
    }

    /// How the release came about.
    pub(super) fn origin(&self) -> Origin {
        self.privacy.origin
    }

    /// The released model; none where labels are all that is made.
    pub(super) fn model(&self) -> Option<&ModelHeader> {
        self.model.as_ref()
    }

    /// Whether labels that another run released are what the model learned from.
    pub(super) fn labels_are_from_elsewhere(&self) -> bool {
        self.result.learned_from_files()
    }

    /// What was computed from records and is shown without noise, as the data set was declared a public
    /// benchmark.
    pub(super) fn unprotected(&self) -> Vec<&'static str> {
        let utility = &self.result.utility;
        let shown = [
            (
                utility.baseline_accuracy,
                "the accuracy of a model that was trained on the same records without privacy",
            ),
            (
                utility.label_accuracy,
                "the share of released labels that equal the truth",
            ),
        ];
        let shown = shown
            .into_iter()
            .filter(|(share, _)| share.is_some() && self.is_public_benchmark());
        shown.map(|(_, what)| what).collect()
    }

    /// Whether the model is a student of what noisy SGD released, and not its model itself.
    pub(super) fn is_student_of_noisy_sgd(&self) -> bool {
        self.method() == "dp-sgd" && self.result.utility.distilled.is_some()
    }

    /// What the network and its training were set to: public constants, without the data set, the
    /// ledger (paths, names of budgets), seeds, and what else concerns the operator alone.
    pub(super) fn hyperparameters(&self) -> Settings {
        let tables: &[&str] = match self.method() {
            "pate" => &[
                "teachers",
                "aggregator",
                "questions",
                "distillation",
                "student",
            ],
            "dp-sgd" if self.is_student_of_noisy_sgd() => &["dp_sgd", "distillation", "student"],
            "dp-sgd" => &["dp_sgd"],
            _ => &["baseline"],
        };
        let there = tables
            .iter()
            .filter_map(|&name| Some(flat(name, self.config.get(name)?)));
        let operational = |key: &str| OPERATIONAL.contains(&key);
        there
            .flatten()
            .filter(|(key, _)| !operational(key))
            .collect()
    }

    /// A key of the config as text.
    pub(super) fn setting(&self, table: &str, key: &str) -> Option<&str> {
        self.config.get(table)?.get(key)?.as_str()
    }

    /// Whether no rounding of floating-point numbers is outside the guarantee: votes are counted and
    /// compared without rounding, gradients where the config says so. A bound on the cost of the very votes
    /// is computed in floating point.
    pub(super) fn is_exact(&self) -> bool {
        match self.method() {
            "pate" => !self.is_sanitized(),
            "dp-sgd" => self.setting("dp_sgd", "arithmetic") == Some("exact"),
            _ => false,
        }
    }

    /// What one unit is, where that is no record, in the words of the mechanism.
    pub(super) fn unit_in_words(&self) -> Option<&str> {
        let mut mechanism = self.privacy.mechanism.iter();
        mechanism.find_map(|words| words.strip_prefix("unit: "))
    }

    /// Whether a bound that depends on the votes was released with noise, or at least paid for.
    pub(super) fn is_sanitized(&self) -> bool {
        let stated = self.result.privacy.as_ref();
        stated.is_some_and(|stated| stated.sanitized.is_some())
            || holds(&self.privacy.events, &|event| {
                matches!(event, DpEvent::SmoothSensitivityRelease { .. })
            })
    }

    /// Whether a run on more units than were declared is refused, so that their number is not all hidden.
    pub(super) fn refuses_more_units(&self) -> bool {
        holds(&self.privacy.events, &|event| {
            matches!(event, DpEvent::TruncatedSubsampledGaussian { .. })
        })
    }

    /// Whether a choice among several models by their scores on private records is part of the cost.
    pub(super) fn pays_for_selection(&self) -> bool {
        self.privacy.pays_for_selection()
    }
}

const STATED: &str = "released/privacy.json";

/// Keys that change no result.
const OPERATIONAL: [&str; 3] = [
    "teachers.workers",
    "dp_sgd.physical_batch",
    "dp_sgd.checkpoint_every",
];

fn typed<T: serde::de::DeserializeOwned>(value: &Value, name: &str) -> Result<T, ReportError> {
    T::deserialize(value).map_err(|error| damaged(Path::new(name), error.to_string()))
}
