//! PATE: teachers, votes, noisy labels, student.

mod data_dependent;
mod distillation;
mod from_labels;
mod labels;
pub(crate) mod mechanism;
mod multi_label;
mod questions;
pub(crate) mod release;
mod rounds;
mod shards;
mod voters;
mod votes;
mod words;

use anyhow::{Context as _, Result, ensure};
use privet_report::run::Origin;
use privet_student::kept;
use privet_training::data::Dataset;
use privet_training::network::Architecture;

use super::artefacts::{Claim, Outcome, Released};
use super::baseline::BaselinePlan;
use super::context::Context;
use super::estimate::Work;
use super::plan::{Accounting, declared_size};
use super::result::Utility;
use super::stage::Stage;
use super::student;
use crate::config::{Experiment, Pate, Warning};
use crate::ledger::PlannedRelease;
use mechanism::Mechanism;
use voters::{Teacher, Voters};

pub(super) use data_dependent::Findings;
pub(super) use from_labels::StudentPlan;
pub(super) use multi_label::{MultiLabelPlan, check_stage};
pub(crate) use voters::ballots_of_a_neighbour;

/// What is told where a student fails.
const PAID_FOR: &str = "the labels are paid for all the same: privet label with this config and --out DIR of this \
                        run releases them";

/// A PATE run whose every bound has been checked and whose noise is fixed.
pub(super) struct PatePlan<'a> {
    config: &'a Pate,
    accounting: Accounting,
    mechanism: Mechanism,
    voters: Voters,
    student: Architecture,
    /// Whether one is trained here.
    with_student: bool,
    baseline: Option<BaselinePlan<'a>>,
    warnings: Vec<Warning>,
}

impl<'a> PatePlan<'a> {
    pub(super) fn new(
        config: &'a Pate,
        experiment: &Experiment,
        dataset: &Dataset,
        stage: &Stage,
    ) -> Result<Self> {
        enough_examples(config, dataset)?;
        let privacy = &config.privacy;
        let (voters, changed_votes) = Voters::new(config, experiment, dataset, stage)?;
        let (mechanism, accounting) =
            mechanism::mechanism(config, dataset.info.classes.len(), changed_votes)?;
        if config.distillation.is_some() {
            distillation::check(mechanism.max_answers)?;
        }
        data_dependent::check(config, &mechanism, dataset.info.classes.len())?;
        let mut warnings = privacy.warnings(declared_size(dataset)?);
        let (baseline, warned) = (config.baseline.as_ref(), &mut warnings);
        Ok(Self {
            config,
            accounting,
            mechanism,
            voters,
            student: student::network(config.student()?, experiment, dataset)?,
            with_student: matches!(stage, Stage::All),
            baseline: BaselinePlan::to_compare(baseline, experiment, dataset, warned)?,
            warnings,
        })
    }

    /// The accountant that answers for it.
    pub(super) fn accounting(&self) -> &Accounting {
        &self.accounting
    }

    /// What is done to the records.
    pub(super) fn in_words(&self) -> Vec<String> {
        let mut words = words::of(self.config, &self.voters, &self.mechanism);
        let distilled = self.config.distillation.filter(|_| self.with_student);
        words.extend(
            distilled
                .map(|keep| student::in_words("a regression of the labels on the features", keep)),
        );
        words
    }

    /// What the cost rests on.
    pub(super) fn assumptions(&self) -> Vec<String> {
        words::assumptions(self.config, &self.voters)
    }

    /// How labels come about.
    pub(super) fn origin(&self) -> Origin {
        words::origin(self.config, &self.voters)
    }

    /// The gradients of a run on so many records, with a pool of so many examples.
    pub(super) fn work(&self, records: f64, pool: usize) -> Vec<Work<'_>> {
        let student = self.config.student();
        let labels = match self.config.distillation {
            Some(keep) => kept(keep, pool),
            None => self.mechanism.max_answers as usize,
        };
        let mut work = vec![Work {
            network: &self.student,
            rows: student.map_or(0, |student| student.rows(labels, pool)) as f64,
        }];
        if let Voters::Teachers {
            teacher: Teacher::Network(network, training),
            ..
        } = &self.voters
        {
            let rows = records * training.epochs as f64;
            work.push(Work { network, rows });
        }
        work.extend(self.baseline.iter().map(|plan| plan.work(records)));
        work
    }

    /// What it releases.
    pub(super) fn release(&self) -> PlannedRelease {
        self.mechanism.planned(&self.config.privacy)
    }

    pub(super) fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// All stages, or those up to the one that is asked for; no outcome where only votes are.
    pub(super) fn run(&self, context: &mut Context, stage: &Stage) -> Result<Option<Outcome>> {
        let privacy = &self.config.privacy;
        // What is lost is known before any teacher is trained.
        let mut ledger = context.dir.ledger(privacy.relation, privacy.protected())?;
        let candidates = self.candidates(context)?;
        let votes = match &self.voters {
            Voters::Teachers { rule, teacher } => {
                Some(self.train(context, &candidates, *rule, teacher)?)
            }
            Voters::Elsewhere { votes } => Some(self.import(context, votes)?),
            Voters::Records => None,
        };
        if let Stage::Teachers = stage {
            return Ok(None);
        }
        let labeled = self.label(context, &mut ledger, &candidates, votes.as_ref())?;
        let mut utility = Utility {
            labels_released: Some(labeled.labels.len()),
            labels_reinforced: Some(labeled.reinforced.len()).filter(|&count| count > 0),
            queries: Some(self.config.aggregation.queries),
            label_accuracy: (context.dataset.pool_truth.as_ref())
                .and_then(|truth| truth.agreement(&labeled.asked, &labeled.labels)),
            ..Utility::default()
        };
        let (network, confusion) = match stage {
            Stage::Labels { .. } => (None, None),
            _ => {
                let training = self.config.student()?;
                let keep = self.config.distillation;
                let lesson = labeled.crossed().lesson(context, training.inputs, keep);
                let (set, distilled) = lesson.context(PAID_FOR)?;
                utility.distilled = distilled;
                let measured = student::measured(context, training, &self.student, &set);
                let (network, confusion) = measured.context(PAID_FOR)?;
                if let Some(baseline) = &self.baseline {
                    utility.baseline_accuracy = Some(baseline.accuracy(context)?);
                }
                (Some(network), Some(confusion))
            }
        };
        Ok(Some(Outcome {
            network,
            confusion,
            utility,
            claim: Claim::Ledger {
                accounting: Box::new(self.accounting.clone()),
                ledger: Box::new(ledger),
                noise: labeled.noise.context("no noise was drawn")?,
            },
            mechanism: self.in_words(),
            assumptions: self.assumptions(),
            origin: self.origin(),
            steps: None,
            warnings: Warning::of_guarantee(&self.warnings),
            votes: labeled.findings,
            bytes_released: 4 * (labeled.labels.len() + labeled.reinforced.len()) as u64,
            released: Released::Labels {
                asked: labeled.asked,
                labels: labeled.labels,
                reinforced: labeled.reinforced,
            },
        }))
    }
}

/// Refuses more questions than there are examples.
fn enough_examples(config: &Pate, dataset: &Dataset) -> Result<()> {
    let (queries, pool) = (config.aggregation.queries, dataset.pool.len());
    ensure!(
        queries <= pool as u64,
        "[aggregator] queries = {queries}, but the public pool holds {pool} examples: ask fewer \
         queries"
    );
    Ok(())
}
