//! `[questions]`: which public examples the teachers are asked about.

use anyhow::{Result, ensure};
use serde::{Deserialize, Serialize};

/// `[questions]` as typed. All of it is decided by public information.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct QuestionsTable {
    /// How examples are chosen.
    #[serde(default)]
    pub(crate) choose: Choice,
    /// In how many rounds. After each but the last a student learns from the labels so far, and
    /// what it is unsure about is asked next.
    #[serde(default = "one")]
    pub(crate) rounds: u64,
}

/// `choose = ...`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Choice {
    /// Drawn by the seed.
    #[default]
    Random,
    /// Each as far as possible from those before it, in the space of the inputs or, after the first
    /// round, of the student's features (k-centre).
    Diverse,
    /// Where the current student is least sure; the first round is diverse.
    Uncertain,
}

fn one() -> u64 {
    1
}

impl Default for QuestionsTable {
    fn default() -> Self {
        Self {
            choose: Choice::Random,
            rounds: one(),
        }
    }
}

impl QuestionsTable {
    /// Refuses values that no run can honour.
    pub(in crate::config) fn check(self, queries: u64, needs_rounds: bool) -> Result<()> {
        let Self { choose, rounds } = self;
        ensure!(
            (1..=queries).contains(&rounds),
            "[questions] rounds = {rounds}: it must lie between 1 and [aggregator] queries = \
             {queries}"
        );
        let uncertain = choose == Choice::Uncertain;
        ensure!(
            rounds > 1 || !(uncertain || needs_rounds),
            "[questions] rounds = {rounds}: {} needs a student of an earlier round; give at least 2",
            match uncertain {
                true => "choose = \"uncertain\"",
                false => "mechanism = \"interactive-gnmax\"",
            }
        );
        Ok(())
    }
}
