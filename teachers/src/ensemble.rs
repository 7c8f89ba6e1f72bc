//! Teachers trained side by side, each on its own shard, and their ballots.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use ndarray::ArrayView2;
use privet_mechanisms::Sensitive;
use privet_training::data::Examples;

use crate::ballots::{Ballots, Booth, Tally};
use crate::learner::{Classroom, Shard, Tutor};
use crate::{BallotLog, Learner, Partition, TeacherOutcome, TeachersError, Votes};

/// The plan of an ensemble: every teacher has the same model and training.
#[derive(Clone)]
pub struct Ensemble<'a> {
    /// What a teacher is, and how it learns.
    pub learner: Learner<'a>,
    /// The experiment's seed.
    pub seed: u64,
    /// Teachers trained at the same time (at least 1).
    pub workers: usize,
}

/// What an ensemble gives: the votes, and how each teacher's training ended.
pub type VotesAndOutcomes = (Votes, Sensitive<Vec<TeacherOutcome>>);

impl Ensemble<'_> {
    /// Classes that the ballots may name, a public constant: what a
    /// [`BallotLogHeader`](crate::BallotLogHeader) asks for.
    pub fn classes(&self, examples: &Sensitive<Examples>) -> usize {
        self.learner.classes(examples.expose_sensitive())
    }

    /// Trains every teacher of the partition and counts the ballots on `queries [queries, values]`.
    ///
    /// A teacher is forgotten as soon as it has voted, so memory does not grow with their number.
    /// Each draws from a generator of its own: its ballots depend on its shard and the seed, and on
    /// nothing that another teacher does or that the order of the threads decides.
    ///
    /// `progress` is told the number of teachers done; returning `false` stops the run.
    ///
    /// # Errors
    /// A learner that does not fit the data, a partition of other records, or
    /// [`TeachersError::Interrupted`].
    pub fn train_and_vote(
        &self,
        examples: &Sensitive<Examples>,
        partition: &Partition,
        queries: ArrayView2<'_, f32>,
        progress: &(dyn Fn(usize) -> bool + Sync),
    ) -> Result<VotesAndOutcomes, TeachersError> {
        let classes = self.classes(examples);
        let tally = Tally::new(partition.teachers(), queries.nrows(), classes);
        self.run(
            examples,
            partition,
            queries,
            Booth::in_memory(tally),
            progress,
        )
    }

    /// The same with every ballot kept in `log`: teachers that have voted there are not trained
    /// again. The votes are those that [`train_and_vote`](Self::train_and_vote) counts, however often
    /// the run was interrupted; what was cast until then is on the disk when this returns.
    ///
    /// # Errors
    /// As [`train_and_vote`](Self::train_and_vote); a log for other numbers of teachers, queries or
    /// classes, or one that cannot be written.
    pub fn resume_and_vote(
        &self,
        examples: &Sensitive<Examples>,
        partition: &Partition,
        queries: ArrayView2<'_, f32>,
        log: BallotLog,
        progress: &(dyn Fn(usize) -> bool + Sync),
    ) -> Result<VotesAndOutcomes, TeachersError> {
        self.run(examples, partition, queries, log.into_booth(), progress)
    }

    fn run(
        &self,
        examples: &Sensitive<Examples>,
        partition: &Partition,
        queries: ArrayView2<'_, f32>,
        booth: Booth,
        progress: &(dyn Fn(usize) -> bool + Sync),
    ) -> Result<VotesAndOutcomes, TeachersError> {
        self.learner.check(examples.expose_sensitive(), queries)?;
        let classes = self.classes(examples);
        partition.check(examples)?;
        let planned = [partition.teachers(), queries.nrows(), classes];
        if booth.tally().shape() != planned {
            return Err(TeachersError::Stored(format!(
                "they are of {:?} teachers, queries and classes, but the plan has {planned:?}",
                booth.tally().shape()
            )));
        }
        let queries = queries.as_standard_layout();
        let class = Classroom {
            examples,
            queries: queries.as_slice().unwrap_or_default(),
            count: queries.nrows(),
            teachers: partition.teachers(),
            classes,
            seed: self.seed,
        };
        let missing = booth.tally().missing();
        let together = self.learner.teachers_together(class);
        let groups: Vec<&[usize]> = (missing)
            .chunk_by(|one, other| one / together == other / together)
            .collect();
        let collected = Mutex::new(Collected { booth, error: None });
        let next = AtomicUsize::new(0);
        let work = || -> Result<(), TeachersError> {
            let mut tutor = self.learner.tutor(class)?;
            while let Some(group) = groups.get(next.fetch_add(1, Ordering::Relaxed)) {
                let ballots = group_ballots(tutor.as_mut(), group, partition, class.count)?;
                if !lock(&collected).take(group, &ballots, progress)? {
                    return Err(TeachersError::Interrupted);
                }
            }
            Ok(())
        };
        let one_of_many = || {
            if let Err(error) = work() {
                // No further group is started.
                next.store(groups.len(), Ordering::Relaxed);
                lock(&collected).error.get_or_insert(error);
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..self.workers.max(1).min(groups.len()) {
                scope.spawn(one_of_many);
            }
        });
        let mut collected = match collected.into_inner() {
            Ok(collected) => collected,
            Err(poisoned) => poisoned.into_inner(),
        };
        let synced = collected.booth.sync();
        match collected.error {
            Some(error) => Err(error),
            None => {
                synced?;
                collected.booth.close()
            }
        }
    }
}

/// The ballots of some teachers, in their order; those without a record cast the fixed vote.
fn group_ballots(
    tutor: &mut dyn Tutor,
    group: &[usize],
    partition: &Partition,
    queries: usize,
) -> Result<Vec<Ballots>, TeachersError> {
    let mut shards = Vec::with_capacity(group.len());
    let mut empty = Vec::with_capacity(group.len());
    for &teacher in group {
        let records = partition.shard(teacher);
        empty.push(records.expose_sensitive().is_empty());
        if !records.expose_sensitive().is_empty() {
            shards.push(Shard { teacher, records });
        }
    }
    let mut cast = tutor.ballots(&shards)?.into_iter();
    let fixed = || Ballots::fixed(TeacherOutcome::EmptyShard, queries);
    let ballots = empty.into_iter().map(|empty| match empty {
        true => Some(fixed()),
        false => cast.next(),
    });
    Ok(ballots.flatten().collect())
}

fn lock(collected: &Mutex<Collected>) -> std::sync::MutexGuard<'_, Collected> {
    match collected.lock() {
        Ok(collected) => collected,
        Err(poisoned) => poisoned.into_inner(),
    }
}

struct Collected {
    booth: Booth,
    error: Option<TeachersError>,
}

impl Collected {
    /// Casts the ballots of some teachers; `false` when no further one shall start.
    fn take(
        &mut self,
        teachers: &[usize],
        ballots: &[Ballots],
        progress: &(dyn Fn(usize) -> bool + Sync),
    ) -> Result<bool, TeachersError> {
        let mut go_on = true;
        for (&teacher, ballots) in teachers.iter().zip(ballots) {
            self.booth.cast(teacher, ballots)?;
            go_on = go_on && progress(self.booth.tally().done());
        }
        Ok(go_on)
    }
}
