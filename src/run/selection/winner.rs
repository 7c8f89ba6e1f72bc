//! What is released of a selection: the model of the winning trial, and how it was chosen.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result};
use privet_mechanisms::{NoiseOrigin, Winner};
use serde_json::{Value, json};

use super::trials::model;
use super::{Candidate, SelectionNumbers};
use crate::ledger::RunLedger;
use crate::run::artefacts::{Claim, Outcome, Released};
use crate::run::context::Context;
use crate::run::pate::Findings;
use crate::run::plan::Accounting;
use crate::run::result::Utility;
use crate::run::{Plan, Stage};
use crate::run_dir::json;

const CHARGED: &str = "the choice among the candidates is charged, unlike other hyperparameters: the cost \
     is that of the whole selection (Papernot and Steinke 2022, theorem 2), if the number of trials, \
     their times and the losing ones stay secret";

/// The outcome, and `released/selection.json`.
pub(super) fn outcome(
    context: &mut Context,
    (candidates, numbers, winner): (&[Candidate], SelectionNumbers, &Winner),
    folder: &Path,
    (accounting, ledger, noise): (Accounting, RunLedger, NoiseOrigin),
) -> Result<Outcome> {
    let root = folder.join(winner.trial().expose_sensitive().to_string());
    let network = model(&root).context(
        "the selection is over and paid for, but the training that won has failed: start a new one with \
         other candidates",
    )?;
    let result = fs::read(root.join("result.json")).context("reading the winning trial")?;
    let result: Value = serde_json::from_slice(&result).context("reading the winning trial")?;
    let seconds = &result["cost"]["wall_seconds"]["total"];
    // Of a student, what it learned from, which is more or less than its own parameters.
    let utility: Utility =
        serde_json::from_value(result["utility"].clone()).context("reading the winning trial")?;
    let bytes_released = result["cost"]["bytes_released"].as_u64();
    let bytes_released = bytes_released.context("reading the winning trial")?;
    // How long all trials took tells how many there were.
    context.known_seconds = Some(seconds.as_f64().unwrap_or_default());
    context.resumed = false;
    let names: Vec<&str> = candidates
        .iter()
        .map(|candidate| candidate.name.as_str())
        .collect();
    let chosen = &candidates[winner.candidate() as usize].name;
    let told = json!({
        "candidates": names,
        "chosen": chosen,
        "noisy_count_of_right_predictions": winner.noisy_count(),
        "score_noise": numbers.score_noise,
        "mean_trials": numbers.mean_trials,
        "distribution_of_trials": "geometric",
    });
    context
        .dir
        .write_released("selection.json", &json(&told)?)?;
    context.dir.write_config(&context.experiment.to_toml()?)?;
    let network_layers = network.architecture().clone();
    let parameters = network.flat_parameters();
    let (test, classes) = (&context.dataset.test, &context.dataset.info.classes);
    let confusion = context
        .engine
        .confusion(&network_layers, &parameters, test, classes)?;
    let plan = Plan::new(context.experiment, &context.dataset, &Stage::All)?;
    let origin = plan.origin();
    let choice = format!(
        "choice: {chosen} won among {} candidates in a geometric number of trials (mean {}), each of a \
         candidate drawn by chance, by the number of private records predicted rightly with discrete \
         Gaussian noise of scale {}; losing trials and their number are not released",
        candidates.len(),
        numbers.mean_trials,
        numbers.score_noise
    );
    let mechanism = [plan.mechanism(), vec![choice]].concat();
    Ok(Outcome {
        utility: Utility {
            distilled: utility.distilled,
            student_failed: utility.student_failed,
            ..Utility::default()
        },
        confusion: Some(confusion),
        bytes_released,
        network: Some(network),
        claim: Claim::Ledger {
            accounting: Box::new(accounting),
            ledger: Box::new(ledger),
            noise,
        },
        mechanism,
        assumptions: [plan.assumptions(), vec![CHARGED.into()]].concat(),
        origin,
        steps: None,
        warnings: plan.warnings().iter().map(ToString::to_string).collect(),
        votes: Findings::default(),
        released: Released::Model,
    })
}
