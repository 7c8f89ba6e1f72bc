//! Which public examples are asked about.

use privet_training::seed::seeded_generator;
use rand::seq::SliceRandom;

use super::PatePlan;
use super::voters::Voters;
use crate::run::context::Context;

impl PatePlan<'_> {
    /// The positions in the pool that there are votes on, in the order of the votes' rows: what is
    /// asked where that is known beforehand, else the whole pool.
    pub(super) fn candidates(&self, context: &Context) -> Vec<usize> {
        match &self.voters {
            Voters::Teachers { .. } => self.questions(context),
            Voters::Elsewhere { .. } => (0..context.dataset.pool.len()).collect(),
        }
    }

    /// The positions that are asked about, in order.
    pub(super) fn questions(&self, context: &Context) -> Vec<usize> {
        let mut positions: Vec<usize> = (0..context.dataset.pool.len()).collect();
        positions.shuffle(&mut seeded_generator(context.seed(), "queries", 0));
        positions.truncate(self.config.aggregation.queries as usize);
        positions
    }
}
