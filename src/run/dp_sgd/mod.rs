//! Noisy SGD: plan, batches, clipped sums, noise, steps.

mod checkpoints;
mod distillation;
mod plan;
mod reports;
mod statistics;
mod words;

use anyhow::{Context as _, Result, ensure};
use privet_accountant::{DpEvent, Guarantee};
use privet_mechanisms::{NoisySgdMechanism, Sensitive};
use privet_report::run::Origin;
use privet_training::checkpoint::Checkpoint;
use privet_training::network::{Architecture, Network, ParameterLayout};
use privet_training::noisy::{NoisySgdSettings, NoisySgdTraining, PrivateUnits};

use super::artefacts::{Claim, Outcome, Released};
use super::baseline::BaselinePlan;
use super::context::Context;
use super::estimate::Work;
use super::pate::Findings;
use super::plan::Accounting;
use super::result::{Steps, Utility};
use crate::config::{DpSgd, Warning};
use crate::digest;
use crate::interrupt::Watch;
use crate::ledger::PlannedRelease;
use crate::run_dir::{Reserved, SealedFile};
use checkpoints::Checkpoints;
use distillation::{DistillationPlan, Lesson};
use plan::with_statistics;
use reports::Reports;
use statistics::StatisticsPlan;

/// What is reserved for a training.
const PURPOSE: &str = "model parameters after every step";

/// The same where statistics come first.
const PURPOSE_WITH_STATISTICS: &str = "statistics, and model parameters after every step";

/// What to do about a damaged checkpoint.
const WAY_OUT: &str = "remove it and resume again, which repeats every step from the beginning and costs \
                       nothing more";

/// A noisy-SGD run whose every bound has been checked and whose noise is fixed.
pub(crate) struct DpSgdPlan<'a> {
    config: &'a DpSgd,
    accounting: Accounting,
    mechanism: NoisySgdMechanism,
    planned_steps: u64,
    settings: NoisySgdSettings,
    /// Behind a layer that normalises, whose constants are not known yet, where there are statistics.
    architecture: Architecture,
    statistics: Option<StatisticsPlan>,
    distillation: Option<DistillationPlan<'a>>,
    baseline: Option<BaselinePlan<'a>>,
    warnings: Vec<Warning>,
}

/// The parts of a plan that an audit uses.
#[derive(Clone, Debug)]
pub(crate) struct Audited<'a> {
    pub(crate) mechanism: &'a NoisySgdMechanism,
    pub(crate) settings: &'a NoisySgdSettings,
    pub(crate) architecture: &'a Architecture,
    /// What a run would be charged.
    pub(crate) claimed: Guarantee,
}

impl DpSgdPlan<'_> {
    /// The accountant that answers for it.
    pub(super) fn accounting(&self) -> &Accounting {
        &self.accounting
    }

    /// What is done to the records.
    pub(super) fn in_words(&self) -> Vec<String> {
        let (mut words, _) = self.without_student();
        words.extend(self.distillation.as_ref().map(DistillationPlan::in_words));
        words
    }

    /// What the cost rests on.
    pub(super) fn assumptions(&self) -> Vec<String> {
        let (_, mut assumptions) = self.without_student();
        if self.distillation.is_some() {
            assumptions.push(words::PUBLIC_POOL.to_owned());
        }
        assumptions
    }

    /// What is done to the records, and what its cost rests on, of the noisy model alone.
    fn without_student(&self) -> (Vec<String>, Vec<String>) {
        let (mechanism, privacy) = (&self.mechanism, self.accounting.privacy());
        let statistics = self.statistics.iter();
        let is_group = privacy.unit.is_some();
        let statistics = statistics.map(|plan| plan.in_words(privacy.protected().name(), is_group));
        (
            statistics.chain(words::of(mechanism, privacy)).collect(),
            words::assumptions(mechanism, privacy),
        )
    }

    /// The gradients of a run on so many records, with a pool of so many examples.
    pub(super) fn work(&self, records: f64, pool: usize) -> Vec<Work<'_>> {
        let batch = self.mechanism.expected_batch_size() * self.settings.copies as f64;
        let mut work = vec![Work {
            network: &self.architecture,
            rows: self.mechanism.steps() as f64 * batch,
        }];
        work.extend(self.distillation.iter().map(|plan| plan.work(pool)));
        work.extend(self.baseline.iter().map(|plan| plan.work(records)));
        work
    }

    pub(super) fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// What it releases.
    pub(super) fn release(&self) -> Result<PlannedRelease> {
        let privacy = self.accounting.privacy();
        Ok(PlannedRelease {
            event: self.event()?,
            relation: privacy.relation,
            unit: privacy.protected(),
            noise: privacy.noise_origin(),
            purpose: self.purpose(),
        })
    }

    /// Everything that it releases.
    fn event(&self) -> Result<DpEvent> {
        let steps = self.mechanism.event(self.accounting.privacy().relation)?;
        Ok(with_statistics(self.statistics.as_ref(), steps))
    }

    /// What is reserved.
    fn purpose(&self) -> &'static str {
        match &self.statistics {
            None => PURPOSE,
            Some(_) => PURPOSE_WITH_STATISTICS,
        }
    }

    /// What an audit trains by, and what it holds the training to.
    ///
    /// # Errors
    /// Statistics, which no audit attacks.
    pub(crate) fn audited(&self) -> Result<Audited<'_>> {
        ensure!(
            self.statistics.is_none(),
            "[dp_sgd] statistics: an audit attacks the steps alone; leave the key out, and audit the steps at \
             their own cost"
        );
        let event = self.event()?;
        Ok(Audited {
            mechanism: &self.mechanism,
            settings: &self.settings,
            architecture: &self.architecture,
            claimed: self.accounting.guarantee(&event)?,
        })
    }

    pub(super) fn run(&self, context: &mut Context) -> Result<Outcome> {
        let privacy = self.accounting.privacy();
        let mut ledger = context.dir.ledger(privacy.relation, privacy.protected())?;
        let network = initial(context, self.architecture.clone());
        let inputs = self.inputs(context, &network.flat_parameters())?;
        let reserved = privacy.replay().reserve(
            &context.dir,
            &mut ledger,
            self.purpose(),
            &self.event()?,
            &inputs,
            |ledger, event| self.accounting.afford(ledger, event),
        )?;
        let earlier_charges = ledger.reservations().len() as u64 - 1;
        let network = match &self.statistics {
            None => network,
            Some(statistics) => {
                let noise = &reserved.noise;
                let architecture =
                    statistics.release(&self.architecture, &context.dataset, noise)?;
                initial(context, architecture)
            }
        };
        let architecture = network.architecture().clone();
        let (network, parameters) = self.train(context, network, &reserved, earlier_charges)?;
        let confusion = context.measure(&architecture, &parameters)?;
        let mut utility = Utility::default();
        let (network, confusion) = match &self.distillation {
            None => (network, confusion),
            Some(plan) => match plan.teach(context, &network, confusion.accuracy())? {
                Lesson::Learned(taught) => {
                    utility.distilled = Some(taught.learned);
                    (taught.network, taught.confusion)
                }
                Lesson::Failed(why) => {
                    utility.student_failed = Some(why);
                    (network, confusion)
                }
            },
        };
        if let Some(baseline) = &self.baseline {
            utility.baseline_accuracy = Some(baseline.accuracy(context)?);
        }
        let (mechanism, assumptions) = match utility.student_failed {
            None => (self.in_words(), self.assumptions()),
            Some(_) => self.without_student(),
        };
        Ok(Outcome {
            confusion: Some(confusion),
            utility,
            bytes_released: 4 * self.architecture.parameters() as u64
                + 8 * self.statistics.as_ref().map_or(0, StatisticsPlan::released) as u64,
            network: Some(network),
            claim: Claim::Ledger {
                accounting: Box::new(self.accounting.clone()),
                ledger: Box::new(ledger),
                noise: reserved.noise.origin(),
            },
            mechanism,
            assumptions,
            origin: Origin::default(),
            steps: self.config.table.stop_at_budget.then(|| Steps {
                planned: self.planned_steps,
                taken: self.mechanism.steps(),
            }),
            warnings: Warning::of_guarantee(&self.warnings),
            votes: Findings::default(),
            released: Released::Model,
        })
    }

    /// A digest of all that decides what is released, but for the noise and the machine. The config
    /// does not tell all of it: the shape of arrays, which the network follows, is in their files.
    fn inputs(&self, context: &Context, initial: &[f32]) -> Result<Sensitive<[u8; 32]>> {
        let config = context.experiment.to_toml()?;
        let architecture = format!("{:?}", self.architecture);
        let initial: Vec<u8> = initial
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        let plan = format!("{:?}", self.mechanism.parameters());
        let public = [
            config.as_bytes(),
            architecture.as_bytes(),
            &initial,
            plan.as_bytes(),
        ];
        let private = &context.dataset.private;
        let records = digest::of_examples(private.examples(), &public);
        Ok(match private.units() {
            None => records,
            Some(units) => digest::of_units(units, records),
        })
    }

    /// The trained network, and its parameters.
    fn train(
        &self,
        context: &mut Context,
        network: Network,
        reserved: &Reserved,
        earlier_charges: u64,
    ) -> Result<(Network, Vec<f32>)> {
        let steps = self.mechanism.steps();
        let phase = context.progress.phase("noisy SGD", steps);
        let layout = ParameterLayout::of(&network)?;
        let examples = context.dataset.private.examples();
        let units = match context.dataset.private.units() {
            None => PrivateUnits::of_records(examples),
            Some(units) => PrivateUnits::of_groups(examples, units),
        };
        let architecture = network.architecture().clone();
        let mut training = NoisySgdTraining::new(
            &context.engine,
            &architecture,
            network.flat_parameters(),
            units,
            &self.mechanism,
            &self.settings,
        )?;
        let file = SealedFile::of(reserved);
        let mut run = match file.load(&context.dir, WAY_OUT, Checkpoint::from_bytes)? {
            None => self.mechanism.start(&reserved.noise, units.count())?,
            Some(checkpoint) => {
                let state = checkpoint.run;
                let noise = &reserved.noise;
                let run = self.mechanism.start_at(state, noise, units.count())?;
                training.restore(checkpoint, &run).with_context(|| {
                    "private/checkpoint does not fit: remove it and resume again".to_string()
                })?;
                context.metrics.go_on_after(state.step)?;
                let step = state.step;
                let told = format!("noisy SGD: going on after step {step} of {steps}");
                context.progress.say(&told);
                run
            }
        };
        let mut reports = Reports::new(self, earlier_charges, context);
        let mut checkpoints = Checkpoints::new(self.config.table.checkpoint_every, steps);
        let labels = context.dataset.test.labels();
        let watch = Watch::begin();
        while let Some(batch) = run.next_batch() {
            training.step(&mut run, batch)?;
            let step = run.released();
            reports.step(step, &mut training, labels, &mut context.metrics, &phase)?;
            let stop = watch.stop_requested();
            if stop || checkpoints.due(step) {
                context.metrics.sync()?;
                file.save(&context.dir, &training.checkpoint(&run).to_bytes()?)?;
            }
            phase.update(step);
            if stop {
                break;
            }
        }
        watch.end()?;
        context.seconds.training = Some(phase.finish());
        let parameters = training.finish(&run)?;
        Ok((layout.load(network, &parameters)?, parameters))
    }
}

/// The network before the first step.
fn initial(context: &Context, architecture: Architecture) -> Network {
    Network::new(
        architecture,
        context.seed(),
        "noisy SGD",
        0,
        &context.device,
    )
}
