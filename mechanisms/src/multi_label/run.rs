//! The running mechanism: votes in, bits out.

use serde::Serialize;

use super::clip::GRID_BITS;
use super::{LabelVotes, MultiLabel};
use crate::noise::{FixedPoint, PlanNoise};
use crate::noisy_max::next_query;
use crate::{MechanismError, Sensitive};

/// A started multi-label plan.
///
/// Queries are released once each and in order from 0. The noise of query `i` is a function of the
/// key, the plan and `i`, so a run started again from the same key and fed the same votes gives the
/// same bits.
#[derive(Debug)]
pub struct MultiLabelRun {
    plan: MultiLabel,
    noise: PlanNoise,
    next_query: u64,
}

/// Which labels a query has, by the mechanism. Only a mechanism can make one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReleasedLabels {
    query: u64,
    labels: Vec<bool>,
}

impl ReleasedLabels {
    /// The number of the query in its run, from 0.
    pub fn query(&self) -> u64 {
        self.query
    }

    /// Whether the query has each of the labels.
    pub fn labels(&self) -> &[bool] {
        &self.labels
    }
}

impl MultiLabelRun {
    pub(super) fn new(plan: MultiLabel, noise: PlanNoise) -> Self {
        Self {
            plan,
            noise,
            next_query: 0,
        }
    }

    /// The labels of query number `query` by the votes on it.
    ///
    /// # Errors
    /// A query out of order or beyond the plan, votes of another shape than planned, and negative
    /// entries where the plan has none; whether there are such depends on private data. Nothing was
    /// drawn or released then, and the same query may be offered again.
    pub fn release(
        &mut self,
        query: u64,
        votes: &Sensitive<LabelVotes>,
    ) -> Result<ReleasedLabels, MechanismError> {
        next_query(query, self.next_query, self.plan.parameters.queries)?;
        let sums = self.plan.sums(votes.expose_sensitive())?;
        self.next_query += 1;
        let mut stream = self.noise.stream("labels", query);
        let mut bit = |sum| {
            let noisy = self.plan.noise.sample(&mut stream);
            let sum = FixedPoint::new(sum, GRID_BITS);
            noisy.plus(sum).reaches(self.plan.threshold, &mut stream)
        };
        Ok(ReleasedLabels {
            query,
            labels: sums.into_iter().map(&mut bit).collect(),
        })
    }

    /// The only query that may be released next.
    pub fn next_query(&self) -> u64 {
        self.next_query
    }
}
