//! Bounds on epsilon, and who was in the training by the model's loss.

use anyhow::{Context as _, Result};
use privet_audit::Confidence;
use privet_audit::membership::MembershipReport;
use privet_audit::noisy_sgd::{Power, Sight, power};
use privet_audit::one_run::{Canary, OneRunBound, best_bound};
use privet_mechanisms::Sampling;
use privet_training::data::{Dataset, Examples};
use privet_training::gradient::GradientEngine;

use super::canaries::CanarySet;
use super::training::Trained;
use crate::run::dp_sgd::Audited;

/// The fewest records that members are compared with; with fewer the test set serves.
const FEWEST_OTHERS: usize = 50;
/// Sizes of noise of which the audit says what it would have seen.
const NOISE_TIMES: [f64; 4] = [1.0, std::f64::consts::FRAC_1_SQRT_2, 0.5, 0.0];

/// What an audit found. The bounds hold together with the confidence asked for.
pub(super) struct Findings {
    /// By what every step released.
    pub(super) steps: OneRunBound,
    /// By the losses of canaries that are records, under the model.
    pub(super) loss: Option<OneRunBound>,
    /// The largest bound that so many canaries can give.
    pub(super) ceiling: f64,
    /// What is seen of too little noise, where the steps are alike and independent.
    pub(super) power: Option<Vec<Power>>,
    /// Members against others.
    pub(super) membership: MembershipReport,
    /// Whether the others are private records as well, or the test set.
    pub(super) others_are_private: bool,
}

impl Findings {
    /// The largest lower bound on epsilon.
    pub(super) fn epsilon(&self) -> f64 {
        let loss = self.loss.map_or(0.0, |bound| bound.epsilon);
        self.steps.epsilon.max(loss)
    }
}

pub(super) fn of(
    trained: &Trained,
    set: &CanarySet,
    plan: &Audited<'_>,
    engine: &dyn GradientEngine,
    dataset: &Dataset,
    confidence: Confidence,
) -> Result<Findings> {
    let delta = plan.claimed.delta;
    // What is computed from here on stays under private/, but for the bounds.
    let records = set.records.expose_sensitive();
    let bounds = match records.is_empty() {
        true => 1,
        false => 2,
    };
    let each = confidence.for_each_of(bounds);
    let bound = |scores: &[f64]| -> Result<OneRunBound> {
        let canaries = scores.iter().zip(&set.included);
        let canaries = canaries.map(|(&score, &included)| Canary { score, included });
        Ok(best_bound(&canaries.collect::<Vec<_>>(), delta, each)?)
    };
    let losses = |examples: &Examples| losses(trained, plan, engine, examples);
    let loss = match bounds {
        1 => None,
        _ => Some(bound(&losses(records)?)?),
    };
    let others = set.others.expose_sensitive();
    let others_are_private = others.len() >= FEWEST_OTHERS;
    let others = match others_are_private {
        true => others,
        false => &dataset.test,
    };
    let members = losses(set.members.expose_sensitive())?;
    let count = set.included.len() as u64;
    let sight = sight(plan, set.included.len());
    let power = match sight {
        Some(sight) => {
            let claimed = plan.claimed.epsilon;
            Some(power(sight, &NOISE_TIMES, claimed, delta, each)?)
        }
        None => None,
    };
    Ok(Findings {
        steps: bound(&trained.steps)?,
        loss,
        ceiling: ceiling(count, delta, each)?,
        power,
        membership: MembershipReport::of(&members, &losses(others)?)
            .context("comparing members with others")?,
        others_are_private,
    })
}

/// The bound of right guesses alone.
fn ceiling(canaries: u64, delta: f64, confidence: Confidence) -> Result<f64> {
    let all: Vec<Canary> = (0..canaries)
        .map(|canary| Canary {
            score: canary as f64,
            included: canary >= canaries / 2,
        })
        .collect();
    Ok(best_bound(&all, delta, confidence)?.epsilon)
}

/// Minus the cross-entropy of each record under the model, in nats.
fn losses(
    trained: &Trained,
    plan: &Audited<'_>,
    engine: &dyn GradientEngine,
    examples: &Examples,
) -> Result<Vec<f64>> {
    let inputs: Vec<f32> = examples.inputs().iter().copied().collect();
    let mut worker = engine.worker(plan.architecture)?;
    let scores = worker.scores(&trained.model, &inputs)?;
    let classes = plan.architecture.classes().max(1);
    let rows = scores.chunks_exact(classes).zip(examples.labels());
    Ok(rows
        .map(|(scores, &label)| {
            let largest = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let shifted = scores.iter().map(|score| f64::from(score - largest));
            let total: f64 = shifted.map(f64::exp).sum();
            let own = scores.get(label as usize).copied().unwrap_or(f32::NAN);
            f64::from(own - largest) - total.ln()
        })
        .collect())
}

/// What decides how well canaries are seen, where records are sampled afresh in each step.
fn sight(plan: &Audited<'_>, canaries: usize) -> Option<Sight> {
    match plan.mechanism.parameters().sampling {
        Sampling::Poisson {
            sampling_probability,
        } => Some(Sight {
            canaries,
            sampling_probability,
            steps: plan.mechanism.steps(),
            noise_multiplier: plan.mechanism.gradient_noise_multiplier(),
        }),
        _ => None,
    }
}
