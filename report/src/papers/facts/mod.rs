//! What a run knows of the model that it leaves.

mod read;

use std::path::Path;

use privet_accountant::DpEvent;
use serde_json::Value;
use toml::Table;

use super::ModelHeader;
use crate::ReportError;
use crate::run::{
    Confusion, Evaluation, Privacy, PrivacyResult, RunResult, Settings, agree, damaged, flat,
};

/// A finished run, as far as its papers may speak of it.
#[derive(Clone, Debug)]
pub struct Facts {
    pub(super) result: RunResult,
    pub(super) privacy: Privacy,
    pub(super) evaluation: Evaluation,
    config: Table,
    circumstances: Circumstances,
}

/// What none of a run's four files says.
#[derive(Clone, Debug, Default)]
pub struct Circumstances {
    /// Whom to credit for the data set, and its licence; empty where nobody is named.
    pub attribution: String,
    /// Whether the run was charged in a ledger of all runs on the same people.
    pub shared_ledger: bool,
    /// Size of the private part as a public constant: declared, never counted.
    pub declared_size: Option<u64>,
    /// The released model; none where labels are all that is made.
    pub model: Option<ModelHeader>,
}

impl Facts {
    /// From the contents of `result.json`, `released/privacy.json`, `evaluation.json` and
    /// `config.resolved.toml`, so that a run can have its papers before any of them is written.
    ///
    /// # Errors
    /// Contents that are not those of the files, or two of them that disagree about the guarantee.
    pub fn new(
        result: &Value,
        privacy: &Value,
        evaluation: &Evaluation,
        config: &Table,
        circumstances: Circumstances,
    ) -> Result<Self, ReportError> {
        let result: RunResult = typed(result, "result.json")?;
        let privacy: Privacy = typed(privacy, STATED)?;
        agree(&result, &privacy, Path::new(STATED))?;
        Ok(Self {
            result,
            privacy,
            evaluation: evaluation.clone(),
            config: config.clone(),
            circumstances,
        })
    }

    /// With the size of the private part as a public constant, which the config of a built-in data set does
    /// not hold.
    #[must_use]
    pub fn with_declared_size(mut self, size: Option<u64>) -> Self {
        self.circumstances.declared_size = size.or(self.circumstances.declared_size);
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

    pub(super) fn circumstances(&self) -> &Circumstances {
        &self.circumstances
    }

    /// What the network and its training were set to: public constants, without the data set, the
    /// ledger (paths, names of budgets), seeds, and what else concerns the operator alone.
    pub(super) fn hyperparameters(&self) -> Settings {
        let tables: &[&str] = match self.method() {
            "pate" => &["teachers", "aggregator", "questions", "student"],
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
    /// compared without rounding, gradients where the config says so.
    pub(super) fn is_exact(&self) -> bool {
        match self.method() {
            "pate" => true,
            "dp-sgd" => self.setting("dp_sgd", "arithmetic") == Some("exact"),
            _ => false,
        }
    }

    /// What one unit is, where that is no record, in the words of the mechanism.
    pub(super) fn unit_in_words(&self) -> Option<&str> {
        let mut mechanism = self.privacy.mechanism.iter();
        mechanism.find_map(|words| words.strip_prefix("unit: "))
    }

    /// Whether teachers elsewhere cast the votes, so that the run takes their word for what a unit changes.
    pub(super) fn votes_are_from_elsewhere(&self) -> bool {
        let teachers = self.config.get("teachers");
        teachers.is_some_and(|teachers| teachers.get("changed_votes").is_some())
    }

    /// Whether a choice among several models by their scores on private records is part of the cost.
    pub(super) fn pays_for_selection(&self) -> bool {
        has_selection(&self.privacy.events)
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

fn has_selection(event: &DpEvent) -> bool {
    match event {
        DpEvent::RepeatAndSelect { .. } => true,
        DpEvent::Composed { events, .. } => events.iter().any(has_selection),
        DpEvent::SelfComposed { event, .. } => has_selection(event),
        _ => false,
    }
}
