//! What these very votes say about the cost, beside what holds for any votes.

use anyhow::{Context as _, Result, anyhow, ensure};
use privet_accountant::Conversion;
use privet_accountant::pate::aggregator::Score;
use privet_accountant::pate::analysis::{Analysis, EpsilonAtOrder, Settings, analyze};
use privet_accountant::pate::sanitized::SanitizeSettings;
use privet_accountant::pate::{self, Aggregator, DataDependent, PateError, Unavailable};
use privet_mechanisms::{NoiseSource, Sensitive};
use privet_report::run::VoteGaps;
use privet_teachers::Votes;
use serde_json::{Value, json};

use super::PatePlan;
use super::mechanism::Mechanism;
use super::release::Release;
use crate::account::sanitized_cost;
use crate::config::Pate;
use crate::config::pate::Answering;
use crate::run::context::Context;
use crate::run::result::SanitizedEpsilon;
use crate::run_dir::json;

const FILE: &str = "data_dependent.json";

/// How far the winners were ahead.
const GAPS: &str = "vote_gaps.json";

/// Why there is no value for questions in rounds.
const IN_ROUNDS: &str = "questions in rounds depend on earlier answers: the costs of the questions that \
     came up add up to no bound, since other answers would have led to other questions";

/// Why there is none where the nearest records vote.
pub(super) const OF_SAMPLES: &str = "the votes are those of a random sample that nobody may know: \
     amplification by sampling rests on a bound for every sample, not on one for the votes of the \
     sample that was drawn, and how likely a label is over all samples is not computed";

/// Why there is none where records find their questions.
pub(super) const OF_ALL_TOGETHER: &str = "the labels of all questions are released together for the cost of \
     one Gaussian, and what these very votes would lessen of it is not computed";

/// Why there is none for any other mechanism.
const NO_ANALYSIS: &str = "this mechanism has no data-dependent analysis";

/// What the votes gave.
#[derive(Default)]
pub(in crate::run) struct Findings {
    /// For everybody.
    pub(in crate::run) sanitized: Option<SanitizedEpsilon>,
    /// For everybody where the records are public anyway.
    pub(in crate::run) raw: Option<Sensitive<f64>>,
}

/// Refuses a sanitised epsilon that this plan cannot have. Whether it can is public: it is tried on
/// votes that nobody cast.
pub(super) fn check(config: &Pate, mechanism: &Mechanism, classes: usize) -> Result<()> {
    let Some(sanitize) = config.sanitize else {
        return Ok(());
    };
    let key = "[privacy] sanitize";
    ensure!(
        config.questions.rounds == 1,
        "{key}: the analysis of votes holds for questions that do not depend on earlier answers; \
         leave it out, or set [questions] rounds = 1"
    );
    let aggregator = aggregator(config, mechanism)?
        .with_context(|| format!("{key}: this mechanism has no data-dependent analysis"))?;
    let mut unanimous = vec![0; classes];
    unanimous[0] = u32::try_from(config.teachers()?.count).unwrap_or(u32::MAX);
    let votes = pate::Votes::from_counts(unanimous, classes)?;
    let settings = Settings::new(config.privacy.delta)?.with_sanitized(sanitize);
    match analyze(&votes, &aggregator, &settings)?.sanitized {
        Ok(_) => Ok(()),
        Err(reason) => Err(anyhow!(
            "{key} = {{ order = {} }}: {reason}",
            sanitize.order().get()
        )),
    }
}

impl PatePlan<'_> {
    /// Analyses the votes on all questions of the plan (rows of `votes`, in order). What it finds goes
    /// to `private/`, but for what may be published.
    pub(super) fn data_dependent(
        &self,
        context: &Context,
        votes: &Votes,
        planned: &[usize],
        noise: &NoiseSource,
    ) -> Result<Findings> {
        let gaps = votes.counts().as_ref().map(|counts| {
            let rows: Vec<Vec<u32>> = planned
                .iter()
                .map(|&row| counts.row(row).to_vec())
                .collect();
            VoteGaps::of(votes.teachers() as u32, rows.iter().map(Vec::as_slice))
        });
        context
            .dir
            .write_private(GAPS, &json(gaps.expose_sensitive())?)?;
        if self.config.questions.rounds > 1 {
            return unavailable(context, IN_ROUNDS);
        }
        let Some(aggregator) = aggregator(self.config, &self.mechanism)? else {
            return unavailable(context, NO_ANALYSIS);
        };
        let mut settings = Settings::new(self.config.privacy.delta)?
            .with_conversion(Conversion::CanonneKamathSteinke2020)
            .with_max_answers(self.mechanism.max_answers)
            .with_data_dependent_bound();
        if let Some(sanitize) = self.config.sanitize {
            settings = settings.with_sanitized(sanitize);
        }
        let counts = votes.counts().as_ref().map(|counts| {
            let rows = planned.iter().flat_map(|&row| counts.row(row).to_vec());
            pate::Votes::from_counts(rows.collect(), counts.ncols())
        });
        let votes = counts.into_exposed_sensitive()?;
        let analysis = analyze(&votes, &aggregator, &settings)?;
        keep(context, diagnostics(&analysis))?;
        let raw = analysis.data_dependent.as_ref().ok();
        let raw = raw.map(|found| Sensitive::new(found.reveal_for_private_diagnostics().epsilon));
        Ok(Findings {
            sanitized: self.sanitized(&analysis, noise)?,
            raw,
        })
    }

    fn sanitized(
        &self,
        analysis: &Analysis,
        noise: &NoiseSource,
    ) -> Result<Option<SanitizedEpsilon>> {
        let Some(settings) = self.config.sanitize else {
            return Ok(None);
        };
        let plan = match &analysis.sanitized {
            Ok(plan) => plan.clone().reveal_for_private_diagnostics(),
            Err(reason) => return Err(anyhow!("[privacy] sanitize: {reason}")),
        };
        // The noise of this run and no other: a resumed run publishes the same number.
        let mut stream = noise.stream("sanitized epsilon", 0);
        let noisy = sanitized_cost(&plan, &mut stream)?;
        Ok(Some(published(
            &settings,
            plan.bound_of(noisy),
            analysis.delta,
        )))
    }
}

/// Keeps what was found where the votes are.
pub(super) fn keep(context: &Context, mut found: Value) -> Result<()> {
    found["PRIVATE"] = json!("these values depend on private votes: not to be published");
    context.dir.write_private(FILE, &json(&found)?)
}

/// Says why nothing was found.
pub(super) fn unavailable(context: &Context, reason: &str) -> Result<Findings> {
    context
        .dir
        .write_private(FILE, &json(&json!({"unavailable": reason}))?)?;
    Ok(Findings::default())
}

pub(super) fn at_order(found: EpsilonAtOrder) -> Value {
    json!({"epsilon": found.epsilon, "order": found.order})
}

fn published(settings: &SanitizeSettings, epsilon: f64, delta: f64) -> SanitizedEpsilon {
    SanitizedEpsilon {
        epsilon,
        delta,
        failure_probability: settings.failure_probability(),
        order: settings.order().get(),
        smoothness: settings.beta(),
        noise_multiplier: settings.noise_multiplier(),
    }
}

/// The mechanism as the analysis of votes knows it; none where voters are not teachers.
fn aggregator(config: &Pate, mechanism: &Mechanism) -> Result<Option<Aggregator>, PateError> {
    let aggregation = &config.aggregation;
    let (Answering::Teachers, Release::NoisyMax(plan)) =
        (aggregation.answering, &mechanism.release)
    else {
        return Ok(None);
    };
    let mut aggregator = Aggregator::noisy_max(aggregation.noise, mechanism.scale)?;
    if let Some(check) = aggregation.check {
        let (threshold, scale) = (check.threshold, check.scale);
        aggregator =
            aggregator.with_check(Score::LargestCount, threshold, aggregation.noise, scale)?;
    }
    let changed = plan.queries().changed_votes.get();
    aggregator.with_changed_votes(changed).map(Some)
}

/// Everything, for the owner of the records alone.
fn diagnostics(analysis: &Analysis) -> Value {
    json!({
        "delta": analysis.delta,
        "expected_answers": analysis.expected_answered.reveal_for_private_diagnostics(),
        "published_analysis": found(&analysis.data_dependent),
        "proved_bound": found(&analysis.data_dependent_bound),
        "data_independent_by_rdp": at_order(analysis.data_independent),
    })
}

fn found(result: &Result<DataDependent<EpsilonAtOrder>, Unavailable>) -> Value {
    match result {
        Ok(value) => at_order(value.reveal_for_private_diagnostics()),
        Err(reason) => json!({"unavailable": reason.to_string()}),
    }
}
