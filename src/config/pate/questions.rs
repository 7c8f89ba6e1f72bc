//! `[questions]`: which public examples the teachers are asked about.

use anyhow::{Result, ensure};
use privet_student::questions::QuestionStrategy;
use serde::{Deserialize, Serialize};

/// `[questions]`: which public examples are asked about. All of it is decided by public information.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuestionsTable {
    /// How examples are chosen.
    #[serde(default = "random")]
    pub(crate) choose: QuestionStrategy,
    /// In how many rounds. After each but the last a student learns from the labels so far, and
    /// decides what is asked next.
    #[serde(default = "one")]
    pub(crate) rounds: u64,
}

fn random() -> QuestionStrategy {
    QuestionStrategy::Random {}
}

fn one() -> u64 {
    1
}

impl Default for QuestionsTable {
    fn default() -> Self {
        Self {
            choose: random(),
            rounds: one(),
        }
    }
}

impl QuestionsTable {
    /// Refuses values that no run can honour.
    pub(in crate::config) fn check(self, queries: u64, interactive: bool) -> Result<()> {
        let Self { choose, rounds } = self;
        ensure!(
            (1..=queries).contains(&rounds),
            "[questions] rounds = {rounds}: it must lie between 1 and [aggregator] queries = \
             {queries}"
        );
        let why = match choose {
            QuestionStrategy::Uncertain { .. } => Some("choose = { kind = \"uncertain\" }"),
            _ if interactive => Some("mechanism = \"interactive-gnmax\""),
            _ => None,
        };
        if let (1, Some(why)) = (rounds, why) {
            anyhow::bail!(
                "[questions] rounds = 1: {why} needs the student of an earlier round; give at least 2"
            );
        }
        if let QuestionStrategy::Uncertain { candidates, .. } = choose {
            ensure!(
                candidates >= 1,
                "[questions] choose.candidates = 0: give at least 1 for each question"
            );
        }
        Ok(())
    }
}
