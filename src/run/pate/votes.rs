//! The private side's first stage: teachers are trained and vote.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use privet_mechanisms::Sensitive;
use privet_teachers::{
    BallotLog, BallotLogError, BallotLogHeader, Ensemble, Learner, Partition, PartitionRule,
    TeachersError, Votes,
};
use privet_training::data::{PublicInputs, read_counts};

use super::PatePlan;
use super::voters::Teacher;
use crate::digest;
use crate::interrupt::Watch;
use crate::run::context::Context;
use crate::run::engine::Engine;
use crate::vote_share::VoteShare;
use crate::vote_store::{FixedVoters, VoteStore, Voted};

/// The ballots of an unfinished ensemble, teacher by teacher.
const BALLOTS: &str = "ballots";

impl PatePlan<'_> {
    /// Votes from a file: a row for each example of the pool.
    pub(super) fn import(&self, context: &Context, path: &Path) -> Result<Votes> {
        let counts = read_counts(path)?;
        let name = path.display();
        let (rows, columns) = counts.dim();
        let pool = context.dataset.pool.len();
        let classes = context.dataset.info.classes.len();
        ensure!(
            (rows, columns) == (pool, classes),
            "{name} holds the votes on {rows} examples for {columns} classes, but the public pool has \
             {pool} examples and [data] {classes} classes: row i must hold the votes on example i"
        );
        let teachers = self.config.teachers()?.count;
        Votes::from_counts(Sensitive::new(counts), teachers).with_context(|| {
            format!("{name}: [teachers] count = {teachers} must be the number of those who voted")
        })
    }

    /// The teachers' votes on the candidates (positions in the pool): those of an interrupted run
    /// where they are for the same data, else those that another run has shared, else by training
    /// every teacher that has not voted.
    pub(super) fn train(
        &self,
        context: &mut Context,
        candidates: &[usize],
        rule: PartitionRule,
        teacher: &Teacher,
    ) -> Result<Votes> {
        let pool = context.dataset.pool.inputs().clone();
        let teachers = self.config.teachers()?.count;
        // Votes belong to the questions as well: a pool file can change between two attempts.
        let config = context.experiment.to_toml()?;
        let asked = digest::of_inputs(pool.select(candidates).inputs());
        let model = format!("partition 1 {rule:?} {teacher:?}");
        let public = [config.as_bytes(), asked.as_bytes(), model.as_bytes()];
        let inputs = records(context, &public);
        let store = VoteStore::new(context.dir.private(""), inputs.clone());
        if let Some(Voted { votes, .. }) = store.load(teachers) {
            context
                .progress
                .say("teachers: their votes are stored already");
            return Ok(votes);
        }
        let private = &context.dataset.private;
        let partition = match private.units() {
            None => Partition::new(private.examples(), teachers, rule)?,
            Some(units) => Partition::of_units(private.examples(), units, teachers, rule)?,
        };
        super::shards::prove(context, &partition)?;
        let voted = match context.share_votes.clone() {
            None => {
                let questions = pool.select(candidates);
                let path = context.dir.private(BALLOTS);
                self.vote(context, (&partition, teacher), (&questions, inputs), &path)?
            }
            Some(share) => {
                let all = self.shared(context, &share, (&partition, teacher), &pool, &model)?;
                Voted {
                    votes: all.votes.select(candidates)?,
                    fixed: all.fixed,
                }
            }
        };
        store.save(&voted)?;
        forget_ballots(&context.dir.private(BALLOTS))?;
        Ok(voted.votes)
    }

    /// Votes on the whole pool, whatever of it a run asks about: those that another run has left, or
    /// new ones for this run and all others.
    fn shared(
        &self,
        context: &mut Context,
        share: &Path,
        (partition, teacher): (&Partition, &Teacher),
        pool: &PublicInputs,
        model: &str,
    ) -> Result<Voted> {
        let engine = context.experiment.file.engine;
        let model = format!(
            "{model} {} teachers, seed {}, engine {engine:?}",
            partition.teachers(),
            context.seed()
        );
        let asked = digest::of_inputs(pool.inputs());
        let public = [model.as_bytes(), asked.as_bytes(), context.dir.machine()];
        let inputs = records(context, &public);
        let waiting = "teachers: waiting for another run that trains the same ones";
        let place = VoteShare::open(share)?.place(&inputs, context.progress, waiting)?;
        let store = VoteStore::new(place.folder.clone(), inputs.clone());
        if let Some(voted) = store.load(partition.teachers()) {
            let told = "teachers: their votes are shared by another run";
            context.progress.say(told);
            forget_ballots(&place.folder.join(BALLOTS))?;
            return Ok(voted);
        }
        let path = place.folder.join(BALLOTS);
        let voted = self.vote(context, (partition, teacher), (pool, inputs), &path)?;
        store.save(&voted)?;
        forget_ballots(&path)?;
        Ok(voted)
    }

    /// Trains every teacher whose ballots are not in the log yet, and counts the votes of all.
    fn vote(
        &self,
        context: &mut Context,
        (partition, teacher): (&Partition, &Teacher),
        (questions, inputs): (&PublicInputs, Sensitive<[u8; 32]>),
        path: &Path,
    ) -> Result<Voted> {
        let examples = context.dataset.private.examples();
        let engine = Engine::side_by_side(context.experiment.file.engine);
        let ensemble = Ensemble {
            learner: match teacher {
                Teacher::Network(architecture, training) => Learner::Network {
                    architecture,
                    training,
                    engine: &engine,
                    device: context.device.clone(),
                },
                Teacher::Ridge(ridge) => Learner::Ridge(*ridge),
                Teacher::LinearDiscriminant(discriminant) => {
                    Learner::LinearDiscriminant(*discriminant)
                }
            },
            seed: context.seed(),
            workers: self.config.teachers()?.workers.unwrap_or_else(processors),
        };
        let teachers = partition.teachers();
        let header = BallotLogHeader {
            inputs,
            teachers,
            queries: questions.len(),
            classes: ensemble.classes(examples),
        };
        let log = match BallotLog::open(path, &header) {
            // Ballots of other data, or a damaged file: these teachers vote again.
            Err(TeachersError::BallotLog(
                BallotLogError::Mismatch { .. } | BallotLogError::Foreign(_),
            )) => BallotLog::create(path, &header)?,
            log => log?,
        };
        let phase = context.progress.phase("teachers", teachers as u64);
        phase.update(log.teachers_done() as u64);
        let watch = Watch::begin();
        let voted =
            ensemble.resume_and_vote(examples, partition, questions.inputs(), log, &|done| {
                phase.update(done as u64);
                !watch.stop_requested()
            });
        watch.end()?;
        let (votes, outcomes) = voted?;
        context.seconds.teachers = Some(phase.finish());
        let fixed = outcomes.map(|outcomes| FixedVoters::among(&outcomes));
        Ok(Voted { votes, fixed })
    }
}

/// Who voted for what is not needed once all votes are counted.
fn forget_ballots(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", path.display()))
        }
        _ => Ok(()),
    }
}

/// A digest of the private records, how they are grouped, and public parts.
fn records(context: &Context, public: &[&[u8]]) -> Sensitive<[u8; 32]> {
    let private = &context.dataset.private;
    let records = digest::of_examples(private.examples(), public);
    match private.units() {
        None => records,
        Some(units) => digest::of_units(units, records),
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
