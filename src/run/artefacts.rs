//! What a finished run leaves: the released files first, `result.json` last.

use std::cell::RefCell;
use std::collections::BTreeMap;

use anyhow::Result;
use privet_export::ModelDescription;
use privet_mechanisms::{NoiseOrigin, ReleasedLabel, ReleasedLabels};
use privet_report::papers::{Facts, ModelHeader};
use privet_report::run::{Confusion, Evaluation, Origin};
use privet_student::PseudoLabel;
use privet_training::data::StageSpec;
use privet_training::evaluate;
use privet_training::network::Network;
use serde_json::Value;

use super::context::Context;
use super::labels_csv;
use super::pate::Findings;
use super::plan::Accounting;
use super::privacy_report::{PoolIdentity, PrivacyReport};
use super::result::{Cost, PrivacyResult, RunResult, Steps, Utility};
use super::statement;
use crate::digest;
use crate::export::{Examples, Source, note, papers};
use crate::ledger::{RunLedger, id_of_run};
use crate::run_dir::json;

/// What a method hands over at its end.
pub(super) struct Outcome {
    /// Absent where labels are all that is made.
    pub(super) network: Option<Network>,
    /// What its model makes of the public test data.
    pub(super) confusion: Option<Confusion>,
    pub(super) utility: Utility,
    pub(super) claim: Claim,
    /// What the mechanism did, in words.
    pub(super) mechanism: Vec<String>,
    /// What its cost rests on beside what that of every such method rests on.
    pub(super) assumptions: Vec<String>,
    /// Of a training that a budget may end.
    pub(super) steps: Option<Steps>,
    pub(super) bytes_released: u64,
    pub(super) released: Released,
    pub(super) warnings: Vec<String>,
    /// What the method knows of how its release came about.
    pub(super) origin: Origin,
    /// PATE: what the votes say about their cost.
    pub(super) votes: Findings,
}

/// On what word the released files are private.
pub(super) enum Claim {
    /// They are not.
    NotPrivate,
    /// By what this run has charged.
    Ledger {
        accounting: Box<Accounting>,
        ledger: Box<RunLedger>,
        noise: NoiseOrigin,
    },
    /// By the statement that came with the labels that it learned from.
    Labels(Box<Stated>),
}

/// A guarantee in every form that leaves a run.
#[derive(Clone, Debug)]
pub(super) struct Stated {
    /// `privacy.json`.
    pub(super) privacy: Value,
    /// `statement.md`.
    pub(super) statement: String,
    /// The headline of `result.json`; none without privacy.
    pub(super) result: Option<PrivacyResult>,
    /// Whether anything is private at all.
    pub(super) private: bool,
    /// `labels.csv`, where labels are released.
    pub(super) labels: Option<String>,
}

/// What crossed from the private side.
pub(super) enum Released {
    /// Labels of public examples, and the position in the pool that each query asked about.
    Labels {
        asked: Vec<usize>,
        labels: Vec<ReleasedLabel>,
        /// What a student said where the teachers did not contradict it.
        reinforced: Vec<PseudoLabel>,
    },
    /// Which labels public examples have, and their positions in the pool.
    LabelVectors {
        asked: Vec<usize>,
        labels: Vec<ReleasedLabels>,
    },
    /// The model itself.
    Model,
    /// Nothing that had not crossed before.
    Nothing,
}

/// Writes everything and returns the bytes of `result.json`, whose presence marks a finished run.
pub(super) fn write(context: &Context, outcome: Outcome) -> Result<Vec<u8>> {
    let stated = stated(context, &outcome)?;
    let dir = &context.dir;
    let released = RefCell::new(BTreeMap::new());
    let release = |name: &str, bytes: &[u8]| {
        dir.write_released(name, bytes)?;
        released
            .borrow_mut()
            .insert(name.into(), digest::of_bytes(bytes));
        anyhow::Ok(())
    };
    release("privacy.json", &json(&stated.privacy)?)?;
    release("statement.md", stated.statement.as_bytes())?;
    // What is not private, of data that are not public, stays inside.
    let publish =
        |name: &str, bytes: &[u8]| match stated.private || context.dataset.info.public_benchmark {
            true => release(name, bytes),
            false => dir.write_private(name, bytes),
        };
    if let Some(labels) = &stated.labels {
        publish("labels.csv", labels.as_bytes())?;
    }
    let table = context.experiment.file.export.clone().unwrap_or_default();
    let mut files = Vec::new();
    if let Some(network) = &outcome.network {
        let description = description(context, network, (&outcome, &stated));
        let source = Source {
            network,
            description: &description,
            settings: table.settings(),
            examples: Examples::Drawn,
        };
        for format in table.all_formats() {
            match source.bytes(format) {
                Ok(bytes) => {
                    publish(&format.file_name(), &bytes)?;
                    files.push(note(format, bytes.len() as u64));
                }
                // The model is there and paid for.
                Err(error) if !files.is_empty() => context.progress.warn(&format!("{error:#}")),
                Err(error) => return Err(error),
            }
        }
    }

    let evaluation = Evaluation {
        warning: (!stated.private).then(|| "NOT PRIVATE".into()),
        public_benchmark: context.dataset.info.public_benchmark,
        attribution: attribution(context),
        confusion: outcome.confusion.clone(),
    };
    dir.write("evaluation.json", &json(&evaluation)?)?;

    let test = &context.dataset.test;
    let mut seconds = context.seconds.clone();
    seconds.total = context.elapsed();
    let result = RunResult {
        method: context.experiment.file.method.as_str().into(),
        dataset: context.dataset.info.name.clone(),
        seed: context.seed(),
        privacy: stated.result,
        utility: Utility {
            test_accuracy: outcome.confusion.as_ref().map(Confusion::accuracy),
            test_size: test.len(),
            majority_accuracy: (!test.is_empty()).then(|| evaluate::majority_share(test.labels())),
            ..outcome.utility
        },
        cost: Cost {
            wall_seconds: seconds,
            resumed: context.resumed,
            peak_memory_bytes: peak_memory().filter(|_| context.known_seconds.is_none()),
            bytes_released: outcome.bytes_released,
        },
        released: released.take(),
    };
    match facts(context, &result, &stated.privacy, &evaluation) {
        Ok(facts) => {
            let owner = table.owner.unwrap_or_default();
            for (name, text) in papers(&facts, &owner, &files) {
                // Renewed by each export: no digest is kept.
                match stated.private || context.dataset.info.public_benchmark {
                    true => dir.write_released(name, text.as_bytes())?,
                    false => dir.write_private(name, text.as_bytes())?,
                }
            }
        }
        // The model is there and paid for.
        Err(error) => context
            .progress
            .warn(&format!("the model card could not be written: {error:#}")),
    }
    let bytes = json(&result)?;
    dir.write("result.json", &bytes)?;
    Ok(bytes)
}

/// What the papers may speak of.
fn facts(
    context: &Context,
    result: &RunResult,
    privacy: &Value,
    evaluation: &Evaluation,
) -> Result<Facts> {
    let model = [context.dir.released(MODEL), context.dir.private(MODEL)];
    let model = model.iter().find_map(|path| std::fs::read(path).ok());
    let model = model.and_then(|bytes| ModelHeader::of_safetensors(&bytes));
    let (result, config) = (
        serde_json::to_value(result)?,
        context.dir.config()?.parse()?,
    );
    Ok(Facts::new(&result, privacy, evaluation, &config, model)?)
}

/// Whom to credit for the data set, and its licence; empty where nobody is named.
fn attribution(context: &Context) -> String {
    let info = &context.dataset.info;
    match info.attribution.is_empty() {
        true => String::new(),
        false => format!("{} (licence: {})", info.attribution, info.license),
    }
}

/// The file that every model has.
const MODEL: &str = "model.safetensors";

/// What goes with the model: its label map, preprocessing and guarantee.
fn description(
    context: &Context,
    network: &Network,
    (outcome, stated): (&Outcome, &Stated),
) -> ModelDescription {
    // A student may have learned from the inputs as they were, if it could be trained.
    let raw = context.experiment.takes_raw_inputs() && outcome.utility.student_failed.is_none();
    let (input, layers) = ModelDescription::layers_of(network);
    ModelDescription {
        input,
        layers,
        classes: context.dataset.info.classes.clone(),
        preprocessing: context.dataset.preprocessing.clone(),
        dataset: context.dataset.info.name.clone(),
        privacy: stated.privacy.clone(),
        statement_sha256: Some(digest::of_text(&stated.statement)),
        features: (context.dataset.represented.as_ref())
            .filter(|_| !raw)
            .map(|represented| represented.map.clone()),
    }
}

/// What a guarantee rests on where features took the place of inputs.
fn of_features(context: &Context) -> Vec<String> {
    let Some(features) = &context.experiment.file.data.features else {
        return Vec::new();
    };
    let kinds: Vec<&str> = features.0.iter().map(StageSpec::kind).collect();
    let fitted = features.0.iter().any(StageSpec::needs_public_rows);
    vec![format!(
        "inputs were represented ({}) one record at a time, {}",
        kinds.join(", "),
        match fitted {
            true => "by what was fitted on the public pool alone",
            false => "by functions that no data has a part in",
        }
    )]
}

fn stated(context: &Context, outcome: &Outcome) -> Result<Stated> {
    let method = context.experiment.file.method;
    let info = &context.dataset.info;
    let report = match &outcome.claim {
        Claim::Labels(stated) => {
            return Ok(Stated::clone(stated));
        }
        Claim::NotPrivate => PrivacyReport::not_private(method, info.public.clone()),
        Claim::Ledger {
            accounting,
            ledger,
            noise,
        } => {
            let ledger = ledger.to_ledger()?;
            let report = PrivacyReport::new(
                method,
                context.experiment.arithmetic(),
                accounting.guarantees(&ledger)?,
                &ledger,
                *noise,
                info.public.clone(),
            )?;
            let once = ledger.entries().len() == 1;
            PrivacyReport {
                unit: accounting.privacy().protected().name(),
                mechanism: outcome.mechanism.clone(),
                assumptions: [
                    &outcome.assumptions[..],
                    &of_features(context),
                    &report.assumptions,
                ]
                .concat(),
                warnings: outcome.warnings.clone(),
                origin: Origin {
                    declared_size: info.declared_size.map(|size| size as u64),
                    shared_ledger: Some(context.dir.is_charged()),
                    ..outcome.origin
                },
                // It speaks of one attempt; what an earlier one released is not in it.
                sanitized: outcome.votes.sanitized.clone().filter(|_| once),
                ..report
            }
        }
    };
    let labels = match &outcome.released {
        Released::Labels {
            asked,
            labels,
            reinforced,
        } => {
            let labels = (&asked[..], &labels[..]);
            Some(labels_csv::text(
                &info.classes,
                labels,
                reinforced,
                report.private,
            ))
        }
        Released::LabelVectors { asked, labels } => {
            let labels = (&asked[..], &labels[..]);
            Some(labels_csv::text_of_vectors(
                &info.classes,
                labels,
                report.private,
            ))
        }
        Released::Model | Released::Nothing => None,
    };
    let report = PrivacyReport {
        public_pool: (labels.is_some() || outcome.utility.distilled.is_some())
            .then(|| PoolIdentity::of(context.dataset.raw_pool().inputs())),
        labels_sha256: labels.as_ref().map(|text| digest::of_text(text)),
        ledger_run: (context.dir.is_charged())
            .then(|| id_of_run(&context.dir.private("")))
            .transpose()?
            .flatten()
            .map(|run| run.as_str().into()),
        ..report
    };
    Ok(Stated {
        privacy: serde_json::to_value(&report)?,
        statement: statement::text(&report, info),
        result: report.guarantee.as_ref().map(|guarantee| PrivacyResult {
            epsilon: guarantee.epsilon,
            delta: guarantee.delta,
            neighboring: guarantee.neighboring_relation.to_string(),
            unit: report.unit.into(),
            accountant: guarantee.accountant.into(),
            conversion: guarantee.conversion.map(Into::into),
            noise: report.noise.clone(),
            private: report.private,
            steps: outcome.steps,
            sanitized: report.sanitized.clone(),
            raw_data_dependent_epsilon: outcome
                .votes
                .raw
                .as_ref()
                .filter(|_| info.public_benchmark)
                .map(|raw| *raw.expose_sensitive()),
        }),
        private: report.private,
        labels,
    })
}

/// Largest resident memory of this process so far, where the operating system says it.
fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}
