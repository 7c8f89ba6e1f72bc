//! Votes, counted.

use crate::MechanismError;

/// How many teachers voted for each class of one query. Lives inside [`Sensitive`](crate::Sensitive).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoteHistogram {
    counts: Vec<u32>,
}

impl VoteHistogram {
    /// Counts by class; refuses fewer than two classes.
    pub fn new(counts: Vec<u32>) -> Result<Self, MechanismError> {
        if counts.len() < 2 {
            let found = "a histogram without at least two counts".to_owned();
            return Err(MechanismError::Classes {
                found,
                classes: counts.len(),
            });
        }
        Ok(Self { counts })
    }

    /// Counts the ballots of one query, one class index a teacher.
    ///
    /// A ballot beyond the classes is a broken teacher; the error does not say which class it was.
    pub fn from_ballots(
        ballots: impl IntoIterator<Item = usize>,
        classes: usize,
    ) -> Result<Self, MechanismError> {
        let mut counts = vec![0_u32; classes];
        for ballot in ballots {
            let Some(count) = counts.get_mut(ballot) else {
                let found = "a ballot for a class that does not exist".to_owned();
                return Err(MechanismError::Classes { found, classes });
            };
            *count = count.saturating_add(1);
        }
        Self::new(counts)
    }

    /// The number of classes, which is public.
    pub fn classes(&self) -> usize {
        self.counts.len()
    }

    /// The counts by class.
    pub fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// The count of the class with most votes.
    pub fn max_count(&self) -> u32 {
        self.counts.iter().copied().max().unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ballots_are_counted_and_misfits_refused() {
        let votes = VoteHistogram::from_ballots([2, 0, 2, 2], 3).unwrap();
        assert_eq!(votes.counts(), [1, 0, 3]);
        assert_eq!((votes.classes(), votes.max_count()), (3, 3));
        assert!(VoteHistogram::from_ballots([3], 3).is_err());
        assert!(VoteHistogram::from_ballots([0], 1).is_err());
        assert!(VoteHistogram::new(vec![]).is_err());
    }
}
