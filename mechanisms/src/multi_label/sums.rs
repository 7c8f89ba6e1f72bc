//! What noise is added to: the clipped vectors of a query, summed.

use super::clip::{GRID_BITS, clip};
use super::{LabelVotes, MultiLabel, VoteSign};
use crate::noisy_max::same_classes;
use crate::{MechanismError, Sensitive};

impl MultiLabel {
    /// The sums of a query's clipped vectors by label, in the unit of the entries: what a
    /// data-dependent analysis by [`voting`](Self::voting) reads. Each is rounded to a double.
    ///
    /// # Errors
    /// Votes of another shape than planned, or a negative entry where the plan has none.
    pub fn clipped_sums(
        &self,
        votes: &Sensitive<LabelVotes>,
    ) -> Result<Sensitive<Vec<f64>>, MechanismError> {
        let unit = 1.0 / (1_u64 << GRID_BITS) as f64;
        let sums = self.sums(votes.expose_sensitive())?;
        let sums = sums.into_iter().map(|units| units as f64 * unit);
        Ok(Sensitive::new(sums.collect()))
    }

    /// By label, the sum of the clipped vectors in units of the grid.
    pub(super) fn sums(&self, votes: &LabelVotes) -> Result<Vec<i128>, MechanismError> {
        let parameters = &self.parameters;
        same_classes("votes", votes.labels(), parameters.labels)?;
        if votes.teachers() as u64 != u64::from(parameters.teachers) {
            return Err(MechanismError::Teachers {
                found: votes.teachers(),
                expected: parameters.teachers,
            });
        }
        let mut sums = vec![0_i128; votes.labels()];
        let no_negative = parameters.sign == VoteSign::NonNegative;
        for ballot in votes.ballots() {
            if no_negative && ballot.iter().any(|&entry| entry < 0.0) {
                return Err(MechanismError::NegativeVote);
            }
            for (sum, units) in sums.iter_mut().zip(clip(ballot, self.norm_units)) {
                *sum += i128::from(units);
            }
        }
        Ok(sums)
    }
}

#[cfg(test)]
#[path = "sums_tests.rs"]
mod tests;
