//! The private side's first stage: teachers are trained and vote.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use privet_mechanisms::Sensitive;
use privet_teachers::{Ensemble, Partition, PartitionRule, Votes};
use privet_training::data::read_counts;
use privet_training::network::Architecture;

use super::PatePlan;
use super::voters::Voters;
use crate::digest;
use crate::run::context::Context;
use crate::run::engine::Engine;
use crate::vote_store::VoteStore;

impl PatePlan<'_> {
    /// The teachers' votes on the candidates (positions in the pool): those of an interrupted run
    /// where they are complete and for the same data, else by training every teacher.
    pub(super) fn votes(&self, context: &mut Context, candidates: &[usize]) -> Result<Votes> {
        match &self.voters {
            Voters::Teachers { rule, architecture } => {
                self.train(context, candidates, *rule, architecture)
            }
            Voters::Elsewhere { votes } => self.import(context, votes),
        }
    }

    /// Votes from a file: a row for each example of the pool.
    fn import(&self, context: &Context, path: &Path) -> Result<Votes> {
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
        let teachers = self.config.teachers.count;
        Votes::from_counts(Sensitive::new(counts), teachers).with_context(|| {
            format!("{name}: [teachers] count = {teachers} must be the number of those who voted")
        })
    }

    fn train(
        &self,
        context: &mut Context,
        candidates: &[usize],
        rule: PartitionRule,
        architecture: &Architecture,
    ) -> Result<Votes> {
        let examples = context.dataset.private.examples();
        let questions = context.dataset.pool.inputs().select(candidates);
        // Votes belong to the questions as well: a pool file can change between two attempts.
        let config = context.experiment.to_toml()?;
        let asked = digest::of_inputs(questions.inputs());
        let teacher = format!("{architecture:?}");
        let public = [config.as_bytes(), asked.as_bytes(), teacher.as_bytes()];
        let store = VoteStore::new(&context.dir, digest::of_examples(examples, &public));
        let teachers = self.config.teachers.count;
        if let Some(votes) = store.load(teachers)? {
            context
                .progress
                .say("teachers: their votes are stored already");
            return Ok(votes);
        }
        let partition = Partition::new(examples, teachers, rule)?;
        let training = self.config.teachers.training()?;
        let engine = Engine::side_by_side(context.experiment.file.engine);
        let ensemble = Ensemble {
            architecture,
            training: &training,
            engine: &engine,
            seed: context.seed(),
            workers: self.config.teachers.workers.unwrap_or_else(processors),
            device: context.device.clone(),
        };
        let phase = context.progress.phase("teachers", teachers as u64);
        let (votes, outcomes) =
            ensemble.train_and_vote(examples, &partition, questions.inputs(), &|done| {
                phase.update(done as u64);
                true
            })?;
        context.seconds.teachers = Some(phase.finish());
        store.save(&votes, &outcomes)?;
        Ok(votes)
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}
