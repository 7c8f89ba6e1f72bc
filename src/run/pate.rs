//! PATE: teachers, votes, noisy labels, student.

use anyhow::{Context as _, Result, ensure};
use privet_mechanisms::{
    ChangedVotes, ConfidentGnMax, ConfidentScales, GnMax, LnMax, MechanismError, NoisyMax,
    VoteQueries,
};
use privet_student::{LabeledSet, Student};
use privet_teachers::{Ensemble, Partition, PartitionRule, Votes, labelling};
use privet_training::data::{Dataset, PublicInputs};
use privet_training::network::Architecture;
use privet_training::plain::PlainTraining;
use privet_training::seed::seeded_generator;
use rand::seq::SliceRandom;
use serde_json::json;

use super::artefacts::{Outcome, Released};
use super::baseline::{BaselinePlan, training_architecture};
use super::context::Context;
use super::engine::Engine;
use super::plan::{Accounting, declared_size};
use super::result::Utility;
use crate::config::file::AggregatorTable;
use crate::config::{Experiment, Pate, Warning};
use crate::digest;
use crate::vote_store::VoteStore;

/// A PATE run whose every bound has been checked and whose noise is fixed.
pub(super) struct PatePlan<'a> {
    config: &'a Pate,
    accounting: Accounting,
    mechanism: Box<dyn NoisyMax>,
    rule: PartitionRule,
    teacher: Architecture,
    student: Architecture,
    baseline: Option<BaselinePlan<'a>>,
    warnings: Vec<Warning>,
}

impl<'a> PatePlan<'a> {
    pub(super) fn new(
        config: &'a Pate,
        experiment: &Experiment,
        dataset: &Dataset,
    ) -> Result<Self> {
        let size = declared_size(dataset)?;
        let teachers = config.teachers.count;
        ensure!(
            teachers <= size,
            "[teachers] count = {teachers}, but the data set declares {size} private records: a \
             teacher needs records of its own; use fewer teachers"
        );
        let privacy = &config.privacy;
        let rule = PartitionRule::for_relation(privacy.relation, experiment.file.seed);
        let changed_votes = rule
            .changed_votes(privacy.relation)
            .context("no partition bounds how many teachers a neighbour changes")?;
        let (mechanism, accounting) = mechanism(config, dataset, changed_votes)?;
        accounting.check_budget(&mechanism.event(), "[aggregator] sigma or scale")?;
        let mut warnings = privacy.warnings(size);
        let network = |training, table| training_architecture(training, experiment, dataset, table);
        let (baseline, warned) = (config.baseline.as_ref(), &mut warnings);
        Ok(Self {
            config,
            accounting,
            mechanism,
            rule,
            teacher: network(&config.teachers.training(), "teachers")?,
            student: network(&config.student, "student")?,
            baseline: BaselinePlan::to_compare(baseline, experiment, dataset, warned)?,
            warnings,
        })
    }

    pub(super) fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    pub(super) fn run(&self, context: &mut Context) -> Result<Outcome> {
        let privacy = &self.config.privacy;
        let mut ledger = context.dir.ledger(privacy.relation, privacy.protected())?;
        let (asked, questions) = self.questions(context);

        let votes = self.votes(context, &questions)?;

        let inputs = digest::of_counts(votes.counts(), questions.inputs());
        let event = self.mechanism.event();
        let noise = privacy
            .replay()
            .reserve(
                &context.dir,
                &mut ledger,
                "labels of public examples",
                &event,
                &inputs,
                |ledger, event| self.accounting.afford(ledger, event),
            )?
            .noise;
        let phase = context
            .progress
            .phase("aggregation", self.mechanism.queries().queries);
        let mut aggregator = self.mechanism.start(&noise)?;
        let labels = labelling::release_labels(&votes, &mut aggregator, |done, released| {
            phase.message(format!("{released} labels"));
            phase.update(done);
        })?;
        context.seconds.aggregation = Some(phase.finish());
        context.metrics.record(&json!({
            "phase": "aggregation",
            "queries": self.mechanism.queries().queries,
            "labels_released": labels.len(),
        }))?;

        let set = LabeledSet::new(&questions, &labels)?;
        let student = self.student(context, &set)?;
        let baseline_accuracy = match &self.baseline {
            Some(baseline) => Some(baseline.accuracy(context)?),
            None => None,
        };
        let test = &context.dataset.test;
        let parameters = student.network().flat_parameters();
        let utility = Utility {
            test_accuracy: context.engine.accuracy(&self.student, &parameters, test)?,
            labels_released: Some(labels.len()),
            queries: Some(self.mechanism.queries().queries),
            label_accuracy: (context.dataset.pool_truth.as_ref())
                .and_then(|truth| truth.agreement(&asked, &labels)),
            baseline_accuracy,
            ..Utility::default()
        };
        Ok(Outcome {
            network: student.into_network(),
            utility,
            privacy: Some((self.accounting.clone(), ledger, noise.origin())),
            mechanism: Vec::new(),
            assumptions: Vec::new(),
            steps: None,
            warnings: Warning::of_guarantee(&self.warnings),
            bytes_released: 4 * labels.len() as u64,
            released: Released::Labels { asked, labels },
        })
    }

    /// The public examples that are asked about, chosen by the seed alone: their positions in the
    /// pool, and their inputs.
    fn questions(&self, context: &Context) -> (Vec<usize>, PublicInputs) {
        let pool = context.dataset.pool.inputs();
        let mut positions: Vec<usize> = (0..pool.len()).collect();
        positions.shuffle(&mut seeded_generator(context.seed(), "queries", 0));
        positions.truncate(self.mechanism.queries().queries as usize);
        let questions = pool.select(&positions);
        (positions, questions)
    }

    /// The teachers' votes: those of an interrupted run where they are complete and for the same
    /// data, else by training every teacher.
    fn votes(&self, context: &mut Context, questions: &PublicInputs) -> Result<Votes> {
        let examples = context.dataset.private.examples();
        // Votes belong to the questions as well: a pool file can change between two attempts.
        let config = context.experiment.to_toml()?;
        let asked = digest::of_inputs(questions.inputs());
        let teacher = format!("{:?}", self.teacher);
        let public = [config.as_bytes(), asked.as_bytes(), teacher.as_bytes()];
        let store = VoteStore::new(&context.dir, digest::of_examples(examples, &public));
        let teachers = self.config.teachers.count;
        if let Some(votes) = store.load(teachers)? {
            context
                .progress
                .say("teachers: their votes are stored already");
            return Ok(votes);
        }
        let partition = Partition::new(examples, teachers, self.rule)?;
        let training = self.config.teachers.training();
        let engine = Engine::side_by_side(context.experiment.file.engine);
        let ensemble = Ensemble {
            architecture: &self.teacher,
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

    fn student(&self, context: &mut Context, set: &LabeledSet) -> Result<Student> {
        let training: &PlainTraining = &self.config.student;
        let phase = context.progress.phase("student", training.epochs as u64);
        let mut curve = Vec::with_capacity(training.epochs);
        let student = Student::train(
            &context.engine,
            self.student.clone(),
            training,
            context.seed(),
            set,
            &context.device,
            |epoch, loss| {
                phase.message(format!("loss {loss:.3}"));
                phase.update(epoch as u64);
                curve.push(json!({"phase": "student", "epoch": epoch, "loss": loss}));
            },
        )?;
        context.seconds.student = Some(phase.finish());
        curve
            .iter()
            .try_for_each(|line| context.metrics.record(line))?;
        Ok(student)
    }
}

fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The plan of the mechanism, its noise calibrated to the budget where the config leaves it open.
fn mechanism(
    config: &Pate,
    dataset: &Dataset,
    changed_votes: ChangedVotes,
) -> Result<(Box<dyn NoisyMax>, Accounting)> {
    let (AggregatorTable::Lnmax { queries, .. }
    | AggregatorTable::Gnmax { queries, .. }
    | AggregatorTable::ConfidentGnmax { queries, .. }) = config.aggregator;
    ensure!(
        queries as usize <= dataset.pool.len(),
        "[aggregator] queries = {queries}, but the public pool holds {} examples: ask fewer queries",
        dataset.pool.len()
    );
    let asked = VoteQueries {
        classes: dataset.info.classes.len(),
        queries,
        changed_votes,
    };
    match config.aggregator {
        AggregatorTable::Lnmax { scale, .. } => {
            planned(config, scale, "[aggregator] scale", |scale| {
                LnMax::new(scale, asked)
            })
        }
        AggregatorTable::Gnmax { sigma, .. } => {
            planned(config, sigma, "[aggregator] sigma", |sigma| {
                GnMax::new(sigma, asked)
            })
        }
        AggregatorTable::ConfidentGnmax {
            max_answers,
            threshold,
            sigma_threshold,
            sigma,
            ..
        } => planned(config, sigma, "[aggregator] sigma", |sigma| {
            let scales = ConfidentScales {
                threshold,
                threshold_scale: sigma_threshold,
                vote_scale: sigma,
            };
            ConfidentGnMax::new(scales, max_answers, asked)
        }),
    }
}

/// In votes: where each accountant is tried before the noise is known.
const TRIAL_SCALE: f64 = 100.0;

fn planned<M: NoisyMax + 'static>(
    config: &Pate,
    scale: Option<f64>,
    key: &str,
    plan: impl Fn(f64) -> Result<M, MechanismError>,
) -> Result<(Box<dyn NoisyMax>, Accounting)> {
    let event = |scale| plan(scale).map(|plan| plan.event());
    let accounting = Accounting::new(&config.privacy, &event(scale.unwrap_or(TRIAL_SCALE))?);
    let scale = match scale {
        Some(scale) => scale,
        None => accounting.calibrate(key, event)?,
    };
    Ok((Box::new(plan(scale)?), accounting))
}
