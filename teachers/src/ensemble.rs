//! Teachers trained side by side, each on its own shard, and their ballots.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use burn::tensor::Device;
use ndarray::{ArrayView2, Axis};
use privet_mechanisms::Sensitive;
use privet_training::data::Examples;
use privet_training::evaluate;
use privet_training::gradient::GradientEngine;
use privet_training::network::{Architecture, Network, NetworkError};
use privet_training::plain::{LabeledRows, PlainTraining, SeedName, TrainingError, train};

use crate::{Partition, TeachersError, Votes};

/// The class that an empty or failed teacher votes for, on every query.
pub const FIXED_VOTE: u32 = 0;

/// How one teacher's training ended. It depends on the shard, so it is Sensitive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TeacherOutcome {
    /// The teacher learned and voted.
    Trained,
    /// The shard holds no record: the fixed vote was cast.
    EmptyShard,
    /// The training diverged: the fixed vote was cast.
    Diverged,
}

/// The plan of an ensemble: every teacher has the same network and training.
pub struct Ensemble<'a> {
    /// The network, its initial parameters drawn for each teacher.
    pub architecture: &'a Architecture,
    /// The training.
    pub training: &'a PlainTraining,
    /// The gradient engine.
    pub engine: &'a dyn GradientEngine,
    /// The experiment's seed.
    pub seed: u64,
    /// Teachers trained at the same time (at least 1).
    pub workers: usize,
    /// The device that draws the initial parameters.
    pub device: Device,
}

impl Ensemble<'_> {
    /// Trains every teacher of the partition and counts the ballots on `queries [queries, values]`.
    ///
    /// A teacher is forgotten as soon as it has voted, so memory does not grow with their number.
    /// Each draws from a generator of its own: its ballots depend on its shard and the seed, and on
    /// nothing that another teacher does or that the order of the threads decides.
    ///
    /// `progress` is told the number of teachers done; returning `false` stops the run.
    ///
    /// # Errors
    /// A network that does not fit the data, or [`TeachersError::Interrupted`].
    pub fn train_and_vote(
        &self,
        examples: &Sensitive<Examples>,
        partition: &Partition,
        queries: ArrayView2<'_, f32>,
        progress: &(dyn Fn(usize) -> bool + Sync),
    ) -> Result<(Votes, Sensitive<Vec<TeacherOutcome>>), TeachersError> {
        self.check(examples, queries)?;
        let questions = Questions {
            count: queries.nrows(),
            values: queries.iter().copied().collect(),
        };
        let teachers = partition.teachers();
        let votes = Votes::empty(queries.nrows(), self.architecture.classes());
        let collected = Mutex::new(Collected {
            votes,
            outcomes: vec![TeacherOutcome::EmptyShard; teachers],
            done: 0,
            error: None,
        });
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..self.workers.clamp(1, teachers.max(1)) {
                scope.spawn(|| {
                    loop {
                        let teacher = next.fetch_add(1, Ordering::Relaxed);
                        if teacher >= teachers {
                            break;
                        }
                        let shard = partition.shard(teacher);
                        let result = self.one_teacher(teacher, examples, &shard, &questions);
                        let mut collected = match collected.lock() {
                            Ok(collected) => collected,
                            Err(poisoned) => poisoned.into_inner(),
                        };
                        if !collected.take(teacher, result, progress) {
                            next.store(teachers, Ordering::Relaxed);
                            break;
                        }
                    }
                });
            }
        });
        let collected = match collected.into_inner() {
            Ok(collected) => collected,
            Err(poisoned) => poisoned.into_inner(),
        };
        match collected.error {
            Some(error) => Err(error),
            None => Ok((collected.votes, Sensitive::new(collected.outcomes))),
        }
    }

    /// What does not fit is refused before any teacher is trained, and whatever the shards hold: the
    /// widths and the number of classes are public.
    fn check(
        &self,
        examples: &Sensitive<Examples>,
        queries: ArrayView2<'_, f32>,
    ) -> Result<(), TeachersError> {
        let (width, classes) = (self.architecture.input().len(), self.architecture.classes());
        let examples = examples.expose_sensitive();
        for (what, found) in [
            ("records", examples.inputs().ncols()),
            ("queries", queries.ncols()),
        ] {
            if found != width {
                return Err(NetworkError::Parameters(format!(
                    "the {what} have {found} values each, but the teachers' network takes {width}"
                ))
                .into());
            }
        }
        if examples.classes() > classes {
            return Err(NetworkError::Parameters(format!(
                "the records have {} classes, but the teachers' network has {classes}",
                examples.classes()
            ))
            .into());
        }
        Ok(())
    }

    fn one_teacher(
        &self,
        teacher: usize,
        examples: &Sensitive<Examples>,
        shard: &Sensitive<&[usize]>,
        questions: &Questions,
    ) -> Result<(Sensitive<Vec<u32>>, TeacherOutcome), TeachersError> {
        let fixed = || Sensitive::new(vec![FIXED_VOTE; questions.count]);
        let shard = *shard.expose_sensitive();
        if shard.is_empty() {
            return Ok((fixed(), TeacherOutcome::EmptyShard));
        }
        let examples = examples.expose_sensitive();
        let inputs = examples.inputs().select(Axis(0), shard);
        let labels: Vec<u32> = shard.iter().map(|&i| examples.labels()[i]).collect();
        let name = SeedName {
            seed: self.seed,
            purpose: "teacher",
            index: teacher as u64,
        };
        let network = Network::new(
            self.architecture.clone(),
            name.seed,
            name.purpose,
            name.index,
            &self.device,
        );
        let mut worker = self
            .engine
            .worker(self.architecture)
            .map_err(TrainingError::from)?;
        let trained = train(
            worker.as_mut(),
            self.architecture,
            network.flat_parameters(),
            LabeledRows {
                inputs: inputs.view(),
                labels: &labels,
            },
            self.training,
            name,
            |_, _| {},
        );
        match trained {
            Ok(parameters) => {
                let scores = worker
                    .scores(&parameters, &questions.values)
                    .map_err(TrainingError::from)?;
                let ballots = evaluate::best_classes(&scores, self.architecture.classes());
                let ballots = Sensitive::new(ballots);
                Ok((ballots, TeacherOutcome::Trained))
            }
            // Whether a teacher diverges depends on its records: it must neither stop the run nor
            // show, so the fixed vote stands in.
            Err(TrainingError::Diverged { .. }) => Ok((fixed(), TeacherOutcome::Diverged)),
            Err(error) => Err(error.into()),
        }
    }
}

/// What every teacher is asked, row after row.
struct Questions {
    count: usize,
    values: Vec<f32>,
}

struct Collected {
    votes: Votes,
    outcomes: Vec<TeacherOutcome>,
    done: usize,
    error: Option<TeachersError>,
}

impl Collected {
    /// Records one teacher; `false` when no further one shall start.
    fn take(
        &mut self,
        teacher: usize,
        result: Result<(Sensitive<Vec<u32>>, TeacherOutcome), TeachersError>,
        progress: &(dyn Fn(usize) -> bool + Sync),
    ) -> bool {
        match result {
            Ok((ballots, outcome)) => {
                self.votes.add(&ballots);
                self.outcomes[teacher] = outcome;
                self.done += 1;
                if progress(self.done) {
                    return true;
                }
                self.error.get_or_insert(TeachersError::Interrupted);
            }
            Err(error) => {
                self.error.get_or_insert(error);
            }
        }
        false
    }
}
