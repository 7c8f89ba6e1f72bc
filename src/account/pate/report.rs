//! The report on PATE.

mod json;
mod table;

use anyhow::Result;
use privet_accountant::pate::sanitized::SanitizeSettings;

use super::analysis::{Findings, findings};
use super::{PateScales, Votes};
use crate::account::cost::Cost;
use crate::account::plan::Plan;
use crate::account::question::{Asked, Question};
use crate::account::report::print_json;
use crate::output;

/// Why a private value is not shown.
const PRIVATE: &str = "private: it depends on the votes; see --private-diagnostics";
/// Why there is nothing that depends on votes.
const NO_VOTES: &str = "no votes were given";
/// Why there is no sanitised value.
const NOT_SANITIZED: &str = "not asked for; see --sanitize-order";

/// What a set of votes costs.
pub(crate) struct PateReport {
    pub(crate) plan: Plan,
    question: Question,
    delta: f64,
    /// Whatever the votes are.
    cost: Cost,
    shown: Shown,
    has_votes: bool,
    /// Nothing was computed from the votes where nothing of it was asked for.
    findings: Option<Findings>,
}

/// What of the votes is to be shown.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    /// Values that are as private as the votes.
    pub(crate) private_diagnostics: bool,
    /// An epsilon that may be published.
    pub(crate) sanitize: Option<SanitizeSettings>,
}

impl PateReport {
    /// Accounts for `scales`, and for the votes where that is asked for.
    ///
    /// # Errors
    /// A usage error when the data-independent cost cannot be bounded.
    pub(crate) fn new(
        scales: PateScales,
        votes: Option<&Votes>,
        delta: f64,
        question: Question,
        shown: Shown,
    ) -> Result<Self> {
        let plan = scales.plan()?;
        let question = Question {
            asked: Asked::EpsilonAt { delta },
            ..question
        };
        let cost = Cost::of(&plan.event, question)?;
        let sanitize = shown.sanitize.as_ref();
        let findings = votes
            .filter(|_| shown.private_diagnostics || sanitize.is_some())
            .map(|votes| findings(votes, scales, delta, question.conversion, sanitize))
            .transpose()?;
        Ok(Self {
            plan,
            question,
            delta,
            cost,
            shown,
            has_votes: votes.is_some(),
            findings,
        })
    }

    /// Prints JSON, or the table; what values mean is said on standard error.
    pub(crate) fn print(&self, as_json: bool) -> Result<()> {
        if self.shown.private_diagnostics {
            output::note(
                "warning: --private-diagnostics: data_dependent and expected_answered are computed \
                 from the private votes and are not differentially private; do not publish them, \
                 and do not decide by them anything that others can see",
            );
        }
        if self.sanitized().is_ok() {
            output::note(
                "warning: the sanitized epsilon has fresh noise on it each time that it is computed, \
                 and pays for one publication only: publish the first, and do not choose among \
                 several",
            );
        }
        if as_json {
            print_json(&self.json())
        } else {
            output::print(&self.table())
        }
    }

    /// The findings, where the user has asked for private values.
    fn diagnostics(&self) -> Result<&Findings, &str> {
        if !self.has_votes {
            return Err(NO_VOTES);
        }
        let asked = self.shown.private_diagnostics;
        self.findings.as_ref().filter(|_| asked).ok_or(PRIVATE)
    }

    fn data_independent(&self) -> Result<f64, &str> {
        match &self.cost.rdp {
            Ok(rdp) => Ok(rdp.value),
            Err(why) => Err(why),
        }
    }

    fn data_dependent(&self) -> Result<f64, &str> {
        match &self.diagnostics()?.epsilon {
            Ok(epsilon) => Ok(epsilon.reveal_for_private_diagnostics()),
            Err(why) => Err(why),
        }
    }

    fn expected_answered(&self) -> Result<f64, &str> {
        let found = self.diagnostics()?;
        Ok(found.expected_answered.reveal_for_private_diagnostics())
    }

    fn sanitized(&self) -> Result<f64, &str> {
        match &self.findings {
            Some(found) if self.shown.sanitize.is_some() => match &found.sanitized {
                Ok(epsilon) => Ok(*epsilon),
                Err(why) => Err(why),
            },
            _ => Err(NOT_SANITIZED),
        }
    }
}
