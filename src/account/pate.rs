//! PATE's mechanisms by their numbers, and what the votes say beyond them.

mod analysis;
mod report;
mod votes;

use anyhow::Result;
use privet_accountant::{DpEvent, VoteNoise};
use privet_ledger::Unit;
use privet_mechanisms::{ChangedVotes, VoteQueries, VoteSign};
use serde_json::{Value, json};

use super::plan::{Plan, Repetition};
use crate::config::pate::{Answering, Check, MechanismName};
use crate::errors::usage;
use crate::run::pate::release::{Release, ReleaseNumbers};

pub(crate) use analysis::sanitized_cost;
pub(crate) use report::{PateReport, Shown};
pub(crate) use votes::Votes;

/// A mechanism with all numbers that its cost depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PateScales {
    pub(crate) mechanism: MechanismName,
    /// The noise on counts and on the check.
    pub(crate) noise: VoteNoise,
    /// Of the noise on each count, in votes.
    pub(crate) scale: f64,
    /// Of the noise on the check, in votes, where there is one.
    pub(crate) sigma_threshold: Option<f64>,
    /// Votes that the largest noisy count must reach, where it is known.
    pub(crate) threshold: Option<f64>,
    pub(crate) queries: u64,
    /// The most queries that are answered.
    pub(crate) max_answers: u64,
    pub(crate) changed_votes: u32,
    /// Private kNN: probability with which a record is in a sample.
    pub(crate) sampling_probability: f64,
    /// Nearest questions: on how many of them a record votes.
    pub(crate) questions_per_record: u32,
    /// Multi-label voting: the L2 norm of a teacher's vector, and its entries.
    pub(crate) clipping: (f64, VoteSign),
}

impl PateScales {
    /// The mechanism itself, for so many classes. What no cost depends on, and the caller may not know,
    /// is made up: the threshold, who teachers and neighbours are, how sure a student is.
    ///
    /// # Errors
    /// A usage error for a number that the mechanism refuses.
    pub(crate) fn release(self, classes: usize) -> Result<Release> {
        let threshold = self.threshold.unwrap_or(0.0);
        let numbers = ReleaseNumbers {
            answering: match self.mechanism {
                MechanismName::InteractiveGnmax => Answering::Interactive { confidence: 0.5 },
                MechanismName::PrivateKnn => Answering::NearestRecords {
                    neighbors: 1,
                    sampling_probability: self.sampling_probability,
                },
                MechanismName::NearestQuestions => Answering::NearestQuestions {
                    per_record: self.questions_per_record,
                },
                MechanismName::MultiLabel => Answering::Labels {
                    clipping_norm: self.clipping.0,
                    sign: self.clipping.1,
                    threshold,
                },
                _ => Answering::Teachers,
            },
            noise: self.noise,
            scale: self.scale,
            check: self.sigma_threshold.map(|scale| Check { threshold, scale }),
            max_answers: self.max_answers,
            teachers: 1,
            queries: VoteQueries {
                classes,
                queries: self.queries,
                changed_votes: ChangedVotes::new(self.changed_votes)?,
            },
        };
        let name = self.mechanism.name();
        let refused = |error| usage(format!("--mechanism {name}: {error}"));
        numbers.plan().map_err(refused)
    }

    /// The same with another scale of the noise on counts.
    pub(crate) fn with_scale(self, scale: f64) -> Self {
        Self { scale, ..self }
    }

    /// The first `queries` queries.
    fn first(self, queries: u64) -> Self {
        Self {
            queries,
            max_answers: self.max_answers.min(queries),
            ..self
        }
    }

    /// What it costs whatever the votes are.
    pub(crate) fn event(self) -> Result<DpEvent> {
        Ok(self.release(2)?.event())
    }

    /// The plan, for a report.
    pub(crate) fn plan(self) -> Result<Plan> {
        Ok(Plan {
            subject: "PATE".into(),
            parameters: self.parameters(),
            event: self.event()?,
            unit: Unit::Record,
            // Where records find their questions, all of these cost what one does.
            repetition: (self.mechanism != MechanismName::NearestQuestions).then(|| Repetition {
                unit: "queries",
                count: self.queries,
                first: Box::new(move |queries| self.first(queries).event()),
            }),
            assumptions: self.assumptions(),
        })
    }

    fn parameters(self) -> Vec<(&'static str, Value)> {
        let mut all = vec![("mechanism", json!(self.mechanism.name()))];
        if self.mechanism.noise(None) != Some(self.noise) {
            all.push(("noise", json!(self.noise)));
        }
        all.push((self.mechanism.scale_name(), json!(self.scale)));
        if let Some(sigma_threshold) = self.sigma_threshold {
            all.push(("sigma_threshold", json!(sigma_threshold)));
            if let Some(threshold) = self.threshold {
                all.push(("threshold", json!(threshold)));
            }
            all.push(("max_answers", json!(self.max_answers)));
        }
        match self.mechanism {
            MechanismName::PrivateKnn => {
                all.push(("sampling_probability", json!(self.sampling_probability)));
            }
            MechanismName::NearestQuestions => {
                all.push(("questions_per_record", json!(self.questions_per_record)));
            }
            MechanismName::MultiLabel => {
                let sign = match self.clipping.1 {
                    VoteSign::NonNegative => "non-negative",
                    VoteSign::Any => "any",
                };
                all.push(("clipping_norm", json!(self.clipping.0)));
                all.push(("vote_sign", json!(sign)));
            }
            _ => (),
        }
        all.push(("queries", json!(self.queries)));
        if !self.mechanism.records_vote() {
            all.push(("changed_votes", json!(self.changed_votes)));
        }
        all
    }

    fn assumptions(self) -> Vec<&'static str> {
        let mut all = vec![match self.mechanism {
            MechanismName::PrivateKnn => {
                "every query looks at a fresh sample that holds each record independently with the \
                 sampling probability, which of two records is nearer depends on no other record, and \
                 the queries and their number were fixed without the private records"
            }
            MechanismName::NearestQuestions => {
                "every record votes on as many questions as is said, found by that record and public values \
                 alone, and all questions were fixed without the private records before the first was \
                 answered"
            }
            _ => {
                "two neighbouring data sets change no more ballots than `changed votes`, and the \
                 number of teachers, the queries and their number were fixed without the private \
                 records"
            }
        }];
        if self.clipping.1 == VoteSign::NonNegative && self.mechanism == MechanismName::MultiLabel {
            all.push("no entry of a teacher's vector is below 0 (else: --vote-sign any)");
        }
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
