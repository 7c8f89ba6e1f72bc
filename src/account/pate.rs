//! PATE's aggregators by their numbers, and what the votes say beyond them.

mod analysis;
mod report;
mod votes;

use clap::ValueEnum;
use privet_accountant::{DpEvent, EventError, VoteNoise};
use privet_ledger::Unit;
use serde_json::{Value, json};

use super::plan::{Plan, Repetition};

pub(crate) use analysis::sanitized_cost;
pub(crate) use report::{PateReport, Shown};
pub(crate) use votes::Votes;

/// How votes become labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Mechanism {
    /// Laplace noise on each count, then the largest (Papernot et al. 2017)
    Lnmax,
    /// Gaussian noise on each count, then the largest (Papernot et al. 2018)
    Gnmax,
    /// GNMax that answers only where a noisy check finds enough agreement (Papernot et al. 2018)
    ConfidentGnmax,
}

/// An aggregator with all its numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PateScales {
    pub(crate) mechanism: Mechanism,
    /// Of the noise on each count, in votes.
    pub(crate) scale: f64,
    /// Of the noise on the check, in votes; for [`Mechanism::ConfidentGnmax`].
    pub(crate) sigma_threshold: Option<f64>,
    /// Votes that the largest noisy count must reach, where it is known.
    pub(crate) threshold: Option<f64>,
    pub(crate) queries: u64,
    /// The most queries that are answered.
    pub(crate) max_answers: u64,
    pub(crate) changed_votes: u32,
}

impl Mechanism {
    /// The name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Lnmax => "lnmax",
            Self::Gnmax => "gnmax",
            Self::ConfidentGnmax => "confident-gnmax",
        }
    }

    /// What the noise on counts is called: its scale parameter.
    pub(crate) fn scale_name(self) -> &'static str {
        match self {
            Self::Lnmax => "scale",
            Self::Gnmax | Self::ConfidentGnmax => "sigma",
        }
    }
}

impl PateScales {
    /// The largest noisy count of one query.
    pub(crate) fn answer(self) -> Result<DpEvent, EventError> {
        let noise = match self.mechanism {
            Mechanism::Lnmax => VoteNoise::Laplace,
            Mechanism::Gnmax | Mechanism::ConfidentGnmax => VoteNoise::Gaussian,
        };
        DpEvent::noisy_max(noise, self.scale, self.changed_votes)
    }

    /// The first `queries` queries, of which at most `max_answers` are answered.
    fn first(self, queries: u64) -> Result<DpEvent, EventError> {
        let answers = DpEvent::self_composed(self.answer()?, queries.min(self.max_answers))?;
        let Some(sigma_threshold) = self.sigma_threshold else {
            return Ok(answers);
        };
        let check =
            DpEvent::threshold_check(VoteNoise::Gaussian, sigma_threshold, self.changed_votes)?;
        let checks = DpEvent::self_composed(check, queries)?;
        Ok(DpEvent::composed(vec![checks, answers]))
    }

    /// The same with another scale of the noise on counts.
    pub(crate) fn with_scale(self, scale: f64) -> Self {
        Self { scale, ..self }
    }

    /// What it costs whatever the votes are.
    pub(crate) fn event(self) -> Result<DpEvent, EventError> {
        self.first(self.queries)
    }

    /// The plan, for a report.
    pub(crate) fn plan(self) -> Result<Plan, EventError> {
        let mut parameters: Vec<(&'static str, Value)> = vec![
            ("mechanism", json!(self.mechanism.name())),
            (self.mechanism.scale_name(), json!(self.scale)),
        ];
        if let Some(sigma_threshold) = self.sigma_threshold {
            parameters.push(("sigma_threshold", json!(sigma_threshold)));
            if let Some(threshold) = self.threshold {
                parameters.push(("threshold", json!(threshold)));
            }
            parameters.push(("max_answers", json!(self.max_answers)));
        }
        parameters.push(("queries", json!(self.queries)));
        parameters.push(("changed_votes", json!(self.changed_votes)));
        Ok(Plan {
            subject: "PATE".into(),
            parameters,
            event: self.event()?,
            unit: Unit::Record,
            repetition: Some(Repetition {
                unit: "queries",
                count: self.queries,
                first: Box::new(move |queries| self.first(queries)),
            }),
            assumptions: self.assumptions(),
        })
    }

    fn assumptions(self) -> Vec<&'static str> {
        let mut all = vec![
            "two neighbouring data sets change no more ballots than `changed votes`, and the number \
             of teachers, the queries and their number were fixed without the private records",
        ];
        if self.sigma_threshold.is_some() {
            all.push(if self.max_answers < self.queries {
                "labelling stops after `max answers` answers"
            } else {
                "every query counts as answered; a cap (--max-answers) that labelling keeps to costs \
                 less"
            });
        }
        all
    }
}
