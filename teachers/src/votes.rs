//! How many teachers chose each class, for each query.

use ndarray::{Array2, Axis};
use privet_mechanisms::{MechanismError, Sensitive, VoteHistogram};

use crate::TeachersError;

/// Vote counts `[queries, classes]`: the most private thing that PATE computes.
///
/// Each row sums to the number of teachers, a public constant: one ballot a teacher is what the
/// sensitivity rests on.
#[derive(Debug)]
pub struct Votes {
    counts: Sensitive<Array2<u32>>,
    teachers: usize,
}

impl Votes {
    /// No votes yet.
    pub(crate) fn empty(queries: usize, classes: usize) -> Self {
        Self {
            counts: Sensitive::new(Array2::zeros((queries, classes))),
            teachers: 0,
        }
    }

    /// Votes counted earlier by an ensemble of this many teachers.
    ///
    /// # Errors
    /// A query whose counts do not sum to the number of teachers.
    pub fn from_counts(
        counts: Sensitive<Array2<u32>>,
        teachers: usize,
    ) -> Result<Self, TeachersError> {
        let complete = sums(&counts).all(|sum| sum == teachers as u64);
        match complete && teachers > 0 {
            true => Ok(Self { counts, teachers }),
            false => Err(TeachersError::Stored(format!(
                "a query does not have exactly one ballot of each of the {teachers} teachers"
            ))),
        }
    }

    /// Votes counted elsewhere, by as many teachers as every query has ballots.
    ///
    /// # Errors
    /// No query, no ballot, or queries with different numbers of ballots; the message says neither
    /// which nor how many.
    pub fn from_imported_counts(counts: Sensitive<Array2<u32>>) -> Result<Self, TeachersError> {
        let first = sums(&counts).next().unwrap_or(0);
        let equal = sums(&counts).all(|sum| sum == first);
        let teachers = u32::try_from(first).unwrap_or(0) as usize;
        match equal && teachers > 0 {
            true => Ok(Self { counts, teachers }),
            false => Err(TeachersError::Stored(
                "every query must have the same number of ballots, at least one and less than 2^32: \
                 one of each teacher"
                    .into(),
            )),
        }
    }

    /// Counts ballots `[teachers, queries]`, each the index of a class below `classes`.
    ///
    /// # Errors
    /// No teachers, or a ballot for a class that does not exist; the message does not say which.
    pub fn from_ballots(
        ballots: &Sensitive<Array2<u32>>,
        classes: usize,
    ) -> Result<Self, TeachersError> {
        let queries = ballots.expose_sensitive().ncols();
        let mut votes = Self::empty(queries, classes);
        for ballots in ballots.expose_sensitive().rows() {
            votes.add(&Sensitive::new(ballots.to_vec()))?;
        }
        match votes.teachers {
            0 => Err(TeachersError::NoTeachers),
            _ => Ok(votes),
        }
    }

    /// Adds the ballots of one teacher, one class a query.
    ///
    /// # Errors
    /// More or fewer ballots than queries, or one for a class that does not exist; nothing is
    /// counted then.
    pub(crate) fn add(&mut self, ballots: &Sensitive<Vec<u32>>) -> Result<(), TeachersError> {
        let classes = ballots.expose_sensitive();
        let (queries, count) = self.counts.expose_sensitive().dim();
        let fit = classes.len() == queries && classes.iter().all(|&class| (class as usize) < count);
        if !fit {
            return Err(TeachersError::Stored(format!(
                "a teacher did not cast one ballot on each of the {queries} queries, for one of the \
                 {count} classes"
            )));
        }
        let counts = std::mem::replace(&mut self.counts, Sensitive::new(Array2::zeros((0, 0))));
        self.counts = counts.map(|mut counts| {
            for (mut row, &class) in counts.rows_mut().into_iter().zip(classes) {
                row[class as usize] += 1;
            }
            counts
        });
        self.teachers += 1;
        Ok(())
    }

    /// The votes on some of the queries, in the order given.
    ///
    /// # Errors
    /// A query that does not exist.
    pub fn select(&self, queries: &[usize]) -> Result<Self, TeachersError> {
        let known = self.queries();
        if let Some(query) = queries.iter().find(|&&query| query >= known) {
            return Err(TeachersError::Stored(format!(
                "there are votes on {known} queries, none on query {query}"
            )));
        }
        let counts = self.counts.as_ref();
        Ok(Self {
            counts: counts.map(|counts| counts.select(Axis(0), queries)),
            teachers: self.teachers,
        })
    }

    /// Number of queries, a public constant.
    pub fn queries(&self) -> usize {
        self.counts.expose_sensitive().nrows()
    }

    /// Number of classes, a public constant.
    pub fn classes(&self) -> usize {
        self.counts.expose_sensitive().ncols()
    }

    /// Number of teachers, a public constant: each has cast one ballot a query.
    pub fn teachers(&self) -> usize {
        self.teachers
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

/// Ballots of each query.
fn sums(counts: &Sensitive<Array2<u32>>) -> impl Iterator<Item = u64> {
    let rows = counts.expose_sensitive().rows().into_iter();
    rows.map(|row| row.iter().map(|&count| u64::from(count)).sum())
}
