//! Labels of examples that have several: teachers elsewhere vote by vectors over the labels.
//!
//! Counts alone could not be clipped teacher by teacher, so every teacher's vector is read. What is
//! released is a bit for each label of each question; models that learn from them are trained
//! elsewhere.

mod cost;

use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use ndarray::{Array3, Axis};
use privet_mechanisms::{LabelVotes, MultiLabel, ReleasedLabels, Sensitive, VoteSign};
use privet_student::questions::Questions;
use privet_training::data::{Dataset, read_ballots};
use serde_json::json;

use super::labels::PURPOSE;
use super::mechanism::{Mechanism, mechanism};
use super::release::Release;
use super::voters::{Voters, changed_elsewhere};
use super::{enough_examples, words};
use crate::config::pate::Answering;
use crate::config::{Pate, Warning};
use crate::digest;
use crate::ledger::PlannedRelease;
use crate::run::artefacts::{Claim, Outcome, Released};
use crate::run::context::Context;
use crate::run::plan::{Accounting, declared_size};
use crate::run::result::Utility;
use crate::run::stage::Stage;

/// A release whose votes fit the pool and whose noise is fixed.
pub(crate) struct MultiLabelPlan<'a> {
    config: &'a Pate,
    accounting: Accounting,
    mechanism: Mechanism,
    voters: Voters,
    /// Teachers by examples of the pool by labels.
    ballots: Sensitive<Array3<f32>>,
    warnings: Vec<Warning>,
}

/// Refuses the stages that a mechanism does not have, before its data are read.
pub(crate) fn check_stage(config: &Pate, stage: &Stage) -> Result<()> {
    ensure!(
        !config.is_multi_label() || matches!(stage, Stage::Labels { votes: Some(_) }),
        "[aggregator] mechanism = \"multi-label\" is for privet label CONFIG --votes BALLOTS.npy, not for \
         privet {} without votes: its teachers are trained elsewhere and vote in an \
         array [teachers, examples of the pool, labels], and what learns from the released labels is \
         trained elsewhere, too",
        stage.name()
    );
    Ok(())
}

impl<'a> MultiLabelPlan<'a> {
    pub(crate) fn new(config: &'a Pate, dataset: &Dataset, votes: &Path) -> Result<Self> {
        enough_examples(config, dataset)?;
        let changed_votes = changed_elsewhere(config)?;
        let labels = dataset.info.classes.len();
        let (mechanism, accounting) = mechanism(config, labels, changed_votes)?;
        let sign = match config.aggregation.answering {
            Answering::Labels { sign, .. } => sign,
            _ => VoteSign::NonNegative,
        };
        let ballots = read_ballots(votes, sign)?;
        let shape = (config.teachers()?.count, dataset.pool.len(), labels);
        ensure!(
            ballots.dim() == shape,
            "{} holds an array {:?}, but [teachers] count, the public pool and [data] classes (the \
             labels) make {shape:?}: entry (t, i, l) must be the vote of teacher t on label l of \
             example i",
            votes.display(),
            ballots.dim(),
        );
        Ok(Self {
            config,
            accounting,
            mechanism,
            voters: Voters::Elsewhere {
                votes: votes.to_path_buf(),
            },
            ballots: Sensitive::new(ballots),
            warnings: config.privacy.warnings(declared_size(dataset)?),
        })
    }

    /// What it releases.
    pub(crate) fn release(&self) -> PlannedRelease {
        self.mechanism.planned(&self.config.privacy)
    }

    /// The accountant that answers for it.
    pub(crate) fn accounting(&self) -> &Accounting {
        &self.accounting
    }

    pub(crate) fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Reserves the plan's cost, then releases the labels of all questions.
    pub(crate) fn run(&self, context: &mut Context) -> Result<Outcome> {
        let privacy = &self.config.privacy;
        let mut ledger = context.dir.ledger(privacy.relation, privacy.protected())?;
        let pool = context.dataset.pool.inputs().clone();
        let (queries, choose) = (
            self.config.aggregation.queries,
            self.config.questions.choose,
        );
        let mut questions = Questions::new(&pool, context.seed());
        let asked = questions.next_round(choose, queries as usize, None)?;
        let reserved = privacy.replay().reserve(
            &context.dir,
            &mut ledger,
            PURPOSE,
            &self.mechanism.event,
            &digest::of_ballots(&self.ballots, pool.inputs()),
            |ledger, event| self.accounting.afford(ledger, event),
        )?;
        let Release::MultiLabel(plan) = &self.mechanism.release else {
            bail!("the mechanism releases no labels by vectors");
        };
        let phase = context.progress.phase("aggregation", queries);
        let mut run = plan.start(&reserved.noise)?;
        let mut labels: Vec<ReleasedLabels> = Vec::with_capacity(asked.len());
        for (query, &position) in asked.iter().enumerate() {
            labels.push(run.release(query as u64, &self.votes(plan, position)?)?);
            phase.update(query as u64 + 1);
        }
        context.seconds.aggregation = Some(phase.finish());
        context.metrics.record(&json!({
            "phase": "aggregation",
            "queries": asked.len(),
            "labels_released": labels.len(),
        }))?;
        let findings = self.data_dependent(context, plan, &asked)?;
        Ok(Outcome {
            network: None,
            confusion: None,
            utility: Utility {
                labels_released: Some(labels.len()),
                queries: Some(queries),
                ..Utility::default()
            },
            claim: Claim::Ledger {
                accounting: Box::new(self.accounting.clone()),
                ledger: Box::new(ledger),
                noise: reserved.noise.origin(),
            },
            mechanism: words::of(self.config, &self.voters, &self.mechanism),
            assumptions: words::assumptions(self.config, &self.voters),
            origin: words::origin(self.config, &self.voters),
            steps: None,
            warnings: Warning::of_guarantee(&self.warnings),
            votes: findings,
            bytes_released: labels.len() as u64 * plan.parameters().labels as u64,
            released: Released::LabelVectors { asked, labels },
        })
    }

    /// What all teachers say of the example at `position` in the pool.
    fn votes(&self, plan: &MultiLabel, position: usize) -> Result<Sensitive<LabelVotes>> {
        let entries = self.ballots.as_ref().map(|ballots| {
            let of_example = ballots.index_axis(Axis(1), position);
            of_example.iter().copied().collect::<Vec<f32>>()
        });
        let votes = entries.map(|entries| LabelVotes::new(entries, plan.parameters().labels));
        let votes = votes.into_exposed_sensitive();
        Ok(Sensitive::new(votes.context("a vector is incomplete")?))
    }
}
