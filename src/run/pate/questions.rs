//! Which public examples the teachers vote on.

use anyhow::Result;
use privet_student::questions::Questions;

use super::PatePlan;
use super::voters::Voters;
use crate::run::context::Context;

impl PatePlan<'_> {
    /// The positions in the pool that there are votes on, in the order of the votes' rows: what is
    /// asked where that is known beforehand, else the whole pool.
    pub(super) fn candidates(&self, context: &Context) -> Result<Vec<usize>> {
        let pool = context.dataset.pool.inputs();
        let questions = self.config.questions;
        Ok(match &self.voters {
            Voters::Teachers { .. } if questions.rounds == 1 => {
                let count = self.config.aggregation.queries as usize;
                Questions::new(pool, context.seed()).next_round(questions.choose, count, None)?
            }
            _ => (0..pool.len()).collect(),
        })
    }
}
