//! The private side's first stage: teachers are trained and vote.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use privet_mechanisms::Sensitive;
use privet_teachers::{
    BallotLog, BallotLogError, BallotLogHeader, Ensemble, Learner, Partition, PartitionRule,
    TeachersError, Votes,
};
use privet_training::data::read_counts;

use super::PatePlan;
use super::voters::Teacher;
use crate::digest;
use crate::run::context::Context;
use crate::run::engine::Engine;
use crate::vote_store::VoteStore;

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
    /// where they are for the same data, else by training every teacher that has not voted.
    pub(super) fn train(
        &self,
        context: &mut Context,
        candidates: &[usize],
        rule: PartitionRule,
        teacher: &Teacher,
    ) -> Result<Votes> {
        let private = &context.dataset.private;
        let examples = private.examples();
        let questions = context.dataset.pool.inputs().select(candidates);
        // Votes belong to the questions as well: a pool file can change between two attempts.
        let config = context.experiment.to_toml()?;
        let asked = digest::of_inputs(questions.inputs());
        let model = format!("partition 1 {rule:?} {teacher:?}");
        let public = [config.as_bytes(), asked.as_bytes(), model.as_bytes()];
        let records = digest::of_examples(examples, &public);
        let inputs = match private.units() {
            None => records,
            Some(units) => digest::of_units(units, records),
        };
        let store = VoteStore::new(&context.dir, inputs.clone());
        let table = self.config.teachers()?;
        let teachers = table.count;
        if let Some(votes) = store.load(teachers)? {
            context
                .progress
                .say("teachers: their votes are stored already");
            return Ok(votes);
        }
        let partition = match private.units() {
            None => Partition::new(examples, teachers, rule)?,
            Some(units) => Partition::of_units(examples, units, teachers, rule)?,
        };
        super::shards::prove(context, &partition)?;
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
            workers: table.workers.unwrap_or_else(processors),
        };
        let path = context.dir.private(BALLOTS);
        let header = BallotLogHeader {
            inputs,
            teachers,
            queries: candidates.len(),
            classes: ensemble.classes(examples),
        };
        let log = match BallotLog::open(&path, &header) {
            // Ballots of other data, or a damaged file: these teachers vote again.
            Err(TeachersError::BallotLog(
                BallotLogError::Mismatch { .. } | BallotLogError::Foreign(_),
            )) => BallotLog::create(&path, &header)?,
            log => log?,
        };
        let phase = context.progress.phase("teachers", teachers as u64);
        phase.update(log.teachers_done() as u64);
        let (votes, outcomes) =
            ensemble.resume_and_vote(examples, &partition, questions.inputs(), log, &|done| {
                phase.update(done as u64);
                true
            })?;
        context.seconds.teachers = Some(phase.finish());
        store.save(&votes, &outcomes)?;
        // Who voted for what is not needed any more.
        fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        Ok(votes)
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
