//! Noisy SGD: plan, batches, clipped sums, noise, steps.

use anyhow::{Context as _, Result, ensure};
use privet_accountant::calibrate::smallest_noise;
use privet_accountant::{NeighboringRelation, PrivacyAccountant, RdpAccountant};
use privet_mechanisms::{Clipping, ClippingPlan, NoisySgdMechanism, NoisySgdParameters, Sampling};
use privet_training::data::Dataset;
use privet_training::evaluate;
use privet_training::network::{Architecture, Network, ParameterLayout};
use privet_training::noisy::{NoisySgdSettings, NoisySgdTraining, PrivateUnits};
use serde_json::json;

use super::artefacts::{Outcome, Released};
use super::baseline::{BaselinePlan, architecture};
use super::context::Context;
use super::plan::{afford, check_budget, declared_size};
use super::result::Utility;
use crate::config::{DpSgd, Warning};
use crate::digest;
use crate::display;

/// How often accuracy and epsilon are reported during a run.
const REPORTS: u64 = 20;

/// A noisy-SGD run whose every bound has been checked and whose noise is fixed.
pub(super) struct DpSgdPlan<'a> {
    config: &'a DpSgd,
    mechanism: NoisySgdMechanism,
    architecture: Architecture,
    baseline: Option<BaselinePlan<'a>>,
    warnings: Vec<Warning>,
}

impl<'a> DpSgdPlan<'a> {
    pub(super) fn new(config: &'a DpSgd, dataset: &Dataset) -> Result<Self> {
        let privacy = &config.privacy;
        ensure!(
            privacy.relation == NeighboringRelation::AddOrRemoveOne,
            "[privacy] neighboring = \"{}\": noisy SGD samples each record by itself, which is \
             accounted under \"add-or-remove-one\" only",
            privacy.relation
        );
        let size = declared_size(dataset)?;
        let table = &config.table;
        let plan = |noise_multiplier| {
            NoisySgdMechanism::new(NoisySgdParameters {
                sampling: Sampling::Poisson {
                    sampling_probability: table.sampling_probability,
                },
                declared_units: size as u64,
                steps: table.steps,
                clipping: ClippingPlan::Fixed(Clipping::Flat {
                    norm: table.clipping_norm,
                }),
                noise_multiplier,
            })
        };
        let key = "[dp_sgd] noise_multiplier";
        let noise_multiplier = match table.noise_multiplier {
            Some(noise_multiplier) => noise_multiplier,
            None => {
                let accountant = || RdpAccountant::new(privacy.relation);
                let event = |noise| plan(noise).map(|plan| plan.event());
                smallest_noise(accountant, privacy.budget(key)?, event)
                    .with_context(|| format!("{key} cannot be calibrated"))?
                    .noise
            }
        };
        let mechanism = plan(noise_multiplier)?;
        check_budget(privacy, &mechanism.event(), key)?;
        let mut warnings = privacy.warnings(size);
        let baseline = BaselinePlan::to_compare(config.baseline.as_ref(), dataset, &mut warnings)?;
        Ok(Self {
            config,
            mechanism,
            architecture: architecture(&table.network, dataset, "dp_sgd")?,
            baseline,
            warnings,
        })
    }

    pub(super) fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    pub(super) fn run(&self, context: &mut Context) -> Result<Outcome> {
        let privacy = &self.config.privacy;
        let mut ledger = context.dir.ledger(privacy.relation)?;
        let inputs = digest::of_examples(
            context.dataset.private.examples(),
            &context.experiment.to_toml()?,
        );
        let noise = privacy.replay().reserve(
            &context.dir,
            &mut ledger,
            "model parameters after every step",
            &self.mechanism.event(),
            &inputs,
            |ledger, event| afford(privacy, ledger, event),
        )?;
        let earlier_charges = ledger.reservations().len() as u64 - 1;
        let network = self.train(context, &noise, earlier_charges)?;
        let baseline_accuracy = match &self.baseline {
            Some(baseline) => Some(baseline.accuracy(context)?),
            None => None,
        };
        let test = &context.dataset.test;
        Ok(Outcome {
            utility: Utility {
                test_accuracy: evaluate::accuracy(&network, test.inputs(), test.labels()),
                baseline_accuracy,
                ..Utility::default()
            },
            bytes_released: 4 * self.architecture.parameters() as u64,
            network,
            privacy: Some((privacy.clone(), ledger, noise.origin())),
            warnings: Warning::of_guarantee(&self.warnings),
            released: Released::Model,
        })
    }

    fn train(
        &self,
        context: &mut Context,
        noise: &privet_mechanisms::NoiseSource,
        earlier_charges: u64,
    ) -> Result<Network> {
        let steps = self.mechanism.steps();
        let phase = context.progress.phase("noisy SGD", steps);
        let network = Network::new(
            self.architecture.clone(),
            context.seed(),
            "noisy SGD",
            0,
            &context.device,
        );
        let layout = ParameterLayout::of(&network)?;
        let units = PrivateUnits::of_records(context.dataset.private.examples());
        let mut run = self.mechanism.start(noise, units.count())?;
        let mut training = NoisySgdTraining::new(
            context.engine.as_ref(),
            &self.architecture,
            network.flat_parameters(),
            units,
            &self.mechanism,
            &NoisySgdSettings::new(self.config.table.optimizer),
        )?;
        let test = &context.dataset.test;
        let test_inputs: Vec<f32> = test.inputs().iter().copied().collect();
        let every = steps.div_ceil(REPORTS);
        while let Some(batch) = run.next_batch() {
            training.step(&mut run, batch)?;
            let step = run.released();
            if step % every == 0 || step == steps {
                let scores = training.scores(&test_inputs)?;
                let accuracy = evaluate::accuracy_of_scores(&scores, test.labels());
                let epsilon = self.epsilon_after(step, earlier_charges)?;
                phase.message(format!(
                    "epsilon {}, accuracy {}",
                    display::epsilon(epsilon),
                    display::percent(accuracy)
                ));
                context.metrics.record(&json!({
                    "phase": "noisy SGD",
                    "step": step,
                    "epsilon_of_steps_so_far": epsilon,
                    "test_accuracy": accuracy,
                }))?;
            }
            phase.update(step);
        }
        context.seconds.training = Some(phase.finish());
        let parameters = training.finish(&run)?;
        Ok(layout.load(network, &parameters)?)
    }

    /// What the first `steps` cost on top of earlier charges of the run, for information: the whole
    /// plan is reserved and is what the run reports.
    fn epsilon_after(&self, steps: u64, earlier_charges: u64) -> Result<f64> {
        let mut accountant = RdpAccountant::new(self.config.privacy.relation);
        accountant.compose(&self.mechanism.event_after(steps)?, 1)?;
        if earlier_charges > 0 {
            accountant.compose(&self.mechanism.event(), earlier_charges)?;
        }
        Ok(accountant.epsilon(self.config.privacy.delta)?.epsilon)
    }
}
