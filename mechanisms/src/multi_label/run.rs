//! The running mechanism: votes in, bits out.

use serde::Serialize;

use super::clip::{GRID_BITS, clip};
use super::{LabelVotes, MultiLabel, VoteSign};
use crate::noise::{FixedPoint, PlanNoise};
use crate::noisy_max::{next_query, same_classes};
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
        let parameters = &self.plan.parameters;
        let votes = votes.expose_sensitive();
        next_query(query, self.next_query, parameters.queries)?;
        same_classes("votes", votes.labels(), parameters.labels)?;
        if votes.teachers() as u64 != u64::from(parameters.teachers) {
            return Err(MechanismError::Teachers {
                found: votes.teachers(),
                expected: parameters.teachers,
            });
        }
        let sums = self.sums(votes)?;
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

    /// By label, the sum of the clipped vectors in units of the grid.
    fn sums(&self, votes: &LabelVotes) -> Result<Vec<i128>, MechanismError> {
        let mut sums = vec![0_i128; votes.labels()];
        let no_negative = self.plan.parameters.sign == VoteSign::NonNegative;
        for ballot in votes.ballots() {
            if no_negative && ballot.iter().any(|&entry| entry < 0.0) {
                return Err(MechanismError::NegativeVote);
            }
            for (sum, units) in sums.iter_mut().zip(clip(ballot, self.plan.norm_units)) {
                *sum += i128::from(units);
            }
        }
        Ok(sums)
    }
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
