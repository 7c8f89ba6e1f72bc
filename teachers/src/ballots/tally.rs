//! Ballots as they come in.

use std::fs::File;

use privet_mechanisms::Sensitive;

use super::appender::Appender;
use super::{Ballots, TeacherOutcome};
use crate::{BallotLogError, TeachersError, Votes};

/// The counts so far, and who has voted.
#[derive(Debug)]
pub(crate) struct Tally {
    votes: Votes,
    /// Who has voted is not sensitive, how its training ended is.
    outcomes: Vec<Option<Sensitive<TeacherOutcome>>>,
    done: usize,
}

impl Tally {
    /// Nobody has voted.
    pub(crate) fn new(teachers: usize, queries: usize, classes: usize) -> Self {
        Self {
            votes: Votes::empty(queries, classes),
            outcomes: vec![None; teachers],
            done: 0,
        }
    }

    /// Counts the ballots of one teacher.
    ///
    /// # Errors
    /// A teacher that does not exist or has voted, or ballots that do not fit; nothing is counted
    /// then.
    pub(crate) fn add(&mut self, teacher: usize, ballots: &Ballots) -> Result<(), TeachersError> {
        let Some(outcome @ None) = self.outcomes.get_mut(teacher) else {
            return Err(TeachersError::Stored(
                "a teacher voted a second time, or is none of the ensemble".into(),
            ));
        };
        self.votes.add(&ballots.classes)?;
        *outcome = Some(Sensitive::new(ballots.outcome));
        self.done += 1;
        Ok(())
    }

    /// How many teachers have voted.
    pub(crate) fn done(&self) -> usize {
        self.done
    }

    /// Teachers that have not voted, ascending.
    pub(crate) fn missing(&self) -> Vec<usize> {
        let outcomes = self.outcomes.iter().enumerate();
        let missing = outcomes.filter(|(_, outcome)| outcome.is_none());
        missing.map(|(teacher, _)| teacher).collect()
    }

    /// Teachers, queries and classes.
    pub(crate) fn shape(&self) -> [usize; 3] {
        [
            self.outcomes.len(),
            self.votes.queries(),
            self.votes.classes(),
        ]
    }

    /// The votes of all teachers and how each ended.
    ///
    /// # Errors
    /// [`TeachersError::Interrupted`] where a teacher has not voted.
    fn complete(self) -> Result<(Votes, Sensitive<Vec<TeacherOutcome>>), TeachersError> {
        if self.done < self.outcomes.len() {
            return Err(TeachersError::Interrupted);
        }
        let outcomes = self.outcomes.into_iter().flatten();
        let outcomes = outcomes.map(Sensitive::into_exposed_sensitive).collect();
        Ok((self.votes, Sensitive::new(outcomes)))
    }
}

/// Where ballots are cast: counted, and kept in a file where there is one.
#[derive(Debug)]
pub(crate) struct Booth {
    pub(super) tally: Tally,
    pub(super) log: Option<Appender<File>>,
}

impl Booth {
    /// Without a file.
    pub(crate) fn in_memory(tally: Tally) -> Self {
        Self { tally, log: None }
    }

    /// The counts so far.
    pub(crate) fn tally(&self) -> &Tally {
        &self.tally
    }

    /// Counts the ballots of one teacher and keeps them.
    ///
    /// # Errors
    /// As [`Tally::add`], or a file that cannot be written.
    pub(crate) fn cast(&mut self, teacher: usize, ballots: &Ballots) -> Result<(), TeachersError> {
        self.tally.add(teacher, ballots)?;
        match &mut self.log {
            Some(log) => Ok(log.append(teacher, ballots)?),
            None => Ok(()),
        }
    }

    /// Brings everything cast so far to the disk.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub(crate) fn sync(&mut self) -> Result<(), BallotLogError> {
        self.log.as_mut().map_or(Ok(()), Appender::sync)
    }

    /// The votes of all teachers and how each ended.
    ///
    /// # Errors
    /// As [`Tally`]: a teacher that has not voted.
    pub(crate) fn close(self) -> Result<(Votes, Sensitive<Vec<TeacherOutcome>>), TeachersError> {
        self.tally.complete()
    }
}
