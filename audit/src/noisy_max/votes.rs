//! Two neighbouring vote histograms.

use privet_mechanisms::{VoteHistogram, VoteQueries};

use crate::AuditError;
use crate::error::in_range;

/// The votes on one query, of two neighbours: `k` =
/// [`changed_votes`](privet_mechanisms::ChangedVotes) ballots move from one class to another.
#[derive(Clone, Debug)]
pub struct VotePair {
    /// Of the data set x.
    pub(super) x: VoteHistogram,
    /// Of its neighbour x'.
    pub(super) neighbour: VoteHistogram,
}

impl VotePair {
    /// A tie that `k` ballots decide: `votes + k` against `votes`, and `votes` against `votes + k`;
    /// the other classes have none.
    ///
    /// The worst case of an argmax with Gaussian noise: where the other classes are too far behind
    /// to win, it says which side of a threshold the difference of two noisy counts is on, and
    /// that is a most powerful test of the two histograms (they differ along that difference alone).
    ///
    /// # Errors
    /// More votes than a count holds.
    pub fn tie(queries: VoteQueries, votes: u32) -> Result<Self, AuditError> {
        let k = queries.changed_votes.get();
        Self::new(queries, [(votes, k), (votes, 0)], [(votes, 0), (votes, k)])
    }

    /// A tie whose largest count moves as well: `votes + 2 k` against `votes`, and `votes + k`
    /// against `votes + k`. With `votes + k` near a threshold, the check of the largest count and
    /// the argmax are both near their worst case.
    ///
    /// # Errors
    /// More votes than a count holds.
    pub fn tie_at_threshold(queries: VoteQueries, votes: u32) -> Result<Self, AuditError> {
        let k = queries.changed_votes.get();
        Self::new(
            queries,
            [(votes, k.saturating_mul(2)), (votes, 0)],
            [(votes, k), (votes, k)],
        )
    }

    /// Two classes with counts that are each a sum of two numbers.
    fn new(
        queries: VoteQueries,
        x: [(u32, u32); 2],
        neighbour: [(u32, u32); 2],
    ) -> Result<Self, AuditError> {
        let histogram = |first: [(u32, u32); 2]| -> Result<VoteHistogram, AuditError> {
            let mut counts = vec![0; queries.classes.max(2)];
            for (count, (votes, more)) in counts.iter_mut().zip(first) {
                let expected = "small enough for a count of 32 bits";
                let sum = f64::from(votes) + f64::from(more);
                in_range("votes", sum, sum < f64::from(u32::MAX), expected)?;
                *count = votes + more;
            }
            Ok(VoteHistogram::new(counts)?)
        };
        Ok(Self {
            x: histogram(x)?,
            neighbour: histogram(neighbour)?,
        })
    }

    /// The counts of x and of x'.
    #[must_use]
    pub fn counts(&self) -> [&[u32]; 2] {
        [self.x.counts(), self.neighbour.counts()]
    }
}

#[cfg(test)]
mod tests {
    use privet_mechanisms::ChangedVotes;

    use super::*;

    #[test]
    fn neighbours_differ_by_the_ballots_that_may_change() {
        for ballots in [1, 2, 5] {
            let changed_votes = ChangedVotes::new(ballots).unwrap();
            let queries = VoteQueries {
                classes: 4,
                queries: 1,
                changed_votes,
            };
            for pair in [
                VotePair::tie(queries, 100).unwrap(),
                VotePair::tie_at_threshold(queries, 100).unwrap(),
            ] {
                let [x, neighbour] = pair.counts();
                let moved = |from: &[u32], to: &[u32]| -> u32 {
                    from.iter().zip(to).map(|(a, b)| a.saturating_sub(*b)).sum()
                };
                assert_eq!(
                    (moved(x, neighbour), moved(neighbour, x)),
                    (ballots, ballots)
                );
                assert_eq!(x.len(), 4);
            }
            assert!(VotePair::tie(queries, u32::MAX - ballots).is_err());
        }
    }
}
