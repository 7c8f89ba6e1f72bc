//! How many teachers chose each class, for each query.

use ndarray::Array2;
use privet_mechanisms::{MechanismError, Sensitive, VoteHistogram};

use crate::TeachersError;

/// Vote counts `[queries, classes]`: the most private thing that PATE computes.
#[derive(Debug)]
pub struct Votes {
    counts: Sensitive<Array2<u32>>,
}

impl Votes {
    /// No votes yet.
    pub(crate) fn empty(queries: usize, classes: usize) -> Self {
        Self {
            counts: Sensitive::new(Array2::zeros((queries, classes))),
        }
    }

    /// Votes counted earlier by the same ensemble.
    ///
    /// # Errors
    /// A query whose counts do not sum to the number of teachers: one ballot a teacher is what the
    /// sensitivity rests on.
    pub fn from_counts(
        counts: Sensitive<Array2<u32>>,
        teachers: usize,
    ) -> Result<Self, TeachersError> {
        let complete =
            counts.expose_sensitive().rows().into_iter().all(|row| {
                row.iter().map(|&count| u64::from(count)).sum::<u64>() == teachers as u64
            });
        match complete {
            true => Ok(Self { counts }),
            false => Err(TeachersError::Stored(format!(
                "a query does not have exactly one ballot of each of the {teachers} teachers"
            ))),
        }
    }

    /// Adds the ballots of one teacher, one class a query.
    pub(crate) fn add(&mut self, ballots: &Sensitive<Vec<u32>>) {
        let counts = std::mem::replace(&mut self.counts, Sensitive::new(Array2::zeros((0, 0))));
        self.counts = counts.map(|mut counts| {
            for (mut row, &class) in counts
                .rows_mut()
                .into_iter()
                .zip(ballots.expose_sensitive())
            {
                row[class as usize] += 1;
            }
            counts
        });
    }

    /// Number of queries, a public constant.
    pub fn queries(&self) -> usize {
        self.counts.expose_sensitive().nrows()
    }

    /// The counts, for the mechanism and for files under `private/`.
    pub fn counts(&self) -> &Sensitive<Array2<u32>> {
        &self.counts
    }

    /// The histogram of one query.
    ///
    /// # Errors
    /// Fewer than two classes.
    pub fn histogram(&self, query: usize) -> Result<Sensitive<VoteHistogram>, MechanismError> {
        let counts = self.counts.expose_sensitive().row(query).to_vec();
        VoteHistogram::new(counts).map(Sensitive::new)
    }
}
