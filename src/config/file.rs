//! An experiment as typed: the shape of the TOML file, before anything is checked.
//!
//! Every table refuses unknown keys. What a key means stands beside it; ranges are checked in
//! [`super::experiment`].

use privet_accountant::NeighboringRelation;
use privet_integer::Settings;
use privet_report::papers::Owner;
use privet_student::StudentTraining;
use privet_training::data::{DataConfig, UnitColumn};
use privet_training::plain::PlainTraining;
use serde::{Deserialize, Serialize};

use super::distillation::DistillationTable;
use super::dp_sgd::DpSgdTable;
use super::pate::{AggregatorTable, QuestionsTable, SanitizeTable, TeachersTable};
use crate::account::Accountant;
use crate::export::FileFormat;
use crate::ledger::LedgerTable;

/// An experiment: what `privet run` and the stages of PATE read.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExperimentFile {
    /// How the model is trained.
    pub(crate) method: MethodName,
    /// Seed of partition, initialisation and shuffling; never of privacy noise.
    #[serde(default)]
    pub(crate) seed: u64,
    /// What computes gradients; when absent the CPU engine, or Burn where that lacks a layer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) engine: Option<EngineName>,
    /// The data set and what of it is public.
    pub(crate) data: DataConfig,
    /// The ledger of all runs, and whose budget this one is charged to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ledger: Option<LedgerTable>,
    /// The guarantee that is asked for. Absent for `method = "baseline"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) privacy: Option<PrivacyTable>,
    /// PATE: the teachers; there are none where records vote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) teachers: Option<TeachersTable>,
    /// PATE: how votes become labels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) aggregator: Option<AggregatorTable>,
    /// PATE: which public examples are asked about; random ones when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) questions: Option<QuestionsTable>,
    /// The student: PATE's, or one that learns what a model of noisy SGD says of the public pool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) student: Option<StudentTraining>,
    /// Noisy SGD; required by `method = "dp-sgd"`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) dp_sgd: Option<DpSgdTable>,
    /// What of the public pool is labelled for `[student]` by a model of what was released: by that of noisy
    /// SGD all when absent; by a regression of PATE's labels none when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) distillation: Option<DistillationTable>,
    /// Which files the model is written to, beside `model.safetensors`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) export: Option<ExportTable>,
    /// The model without privacy: what `method = "baseline"` trains, and what the other methods
    /// are compared with on declared-public benchmarks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) baseline: Option<PlainTraining>,
}

/// `[export]`: the files that a model is written to.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExportTable {
    /// Beside `safetensors`, which is always written: `onnx`, `burnpack`, and `integer` for a network with
    /// `profile = "encrypted-inference"`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) formats: Vec<FileFormat>,
    /// `integer`: bits of a weight, its sign included, 2 to 16; 8 when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) weight_bits: Option<u32>,
    /// What only people can say of the model, for its card and the other papers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) owner: Option<Owner>,
}

impl ExportTable {
    /// safetensors, from which all others can be made, and what is asked for.
    pub(crate) fn all_formats(&self) -> Vec<FileFormat> {
        let mut formats = vec![FileFormat::Safetensors];
        for format in &self.formats {
            if !formats.contains(format) {
                formats.push(*format);
            }
        }
        formats
    }

    /// How weights are rounded to whole numbers.
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            weight_bits: self.weight_bits.unwrap_or(Settings::default().weight_bits),
        }
    }
}

/// `method = ...`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum MethodName {
    /// Private aggregation of teacher ensembles.
    Pate,
    /// Noisy SGD.
    DpSgd,
    /// No privacy at all.
    Baseline,
}

impl MethodName {
    /// The name as typed.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pate => "pate",
            Self::DpSgd => "dp-sgd",
            Self::Baseline => "baseline",
        }
    }
}

/// `engine = ...`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum EngineName {
    /// The engine of our own for ordinary processors; the faster one.
    Cpu,
    /// Burn, which has every layer.
    Burn,
}

/// `[privacy]`: the guarantee that is asked for, and of what.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrivacyTable {
    /// The budget. Noise that the config leaves open is calibrated to it; noise that the config
    /// fixes is checked against it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) epsilon: Option<f64>,
    /// What is added to the bound on probabilities; below one over the number of records.
    pub(crate) delta: f64,
    /// Which data sets count as neighbours.
    #[serde(default = "default_relation")]
    pub(crate) neighboring: NeighboringRelation,
    /// Whose upper bound epsilon is; the tightest that supports the mechanism when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) accountant: Option<Accountant>,
    /// Whose protection epsilon speaks of, where that is not a record:
    /// `{ column = "user_id", maximum_records = 50 }` for all records with one value in a column of
    /// the private table, here those of one user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) unit: Option<UnitColumn>,
    /// PATE: also publishes an epsilon that depends on the votes, with noise on it; its cost is
    /// charged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sanitize: Option<SanitizeTable>,
    /// For debugging only: draws all noise from this seed, so that nothing is private.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) danger_fixed_noise_seed: Option<u64>,
}

fn default_relation() -> NeighboringRelation {
    NeighboringRelation::AddOrRemoveOne
}
