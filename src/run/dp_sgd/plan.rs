//! From `[dp_sgd]` and the declared size to a mechanism with its noise.

use anyhow::{Context as _, Error, Result, anyhow, ensure};
use privet_accountant::{DpEvent, NeighboringRelation};
use privet_mechanisms::{
    ClippingPlan, MechanismError, NoisySgdMechanism, NoisySgdParameters, Sampling,
};
use privet_training::data::Dataset;
use privet_training::network::Architecture;

use super::statistics::StatisticsPlan;
use super::{DistillationPlan, DpSgdPlan};
use crate::config::{DpSgd, Experiment, Warning};
use crate::display::epsilon;
use crate::export::FileFormat;
use crate::run::baseline::{BaselinePlan, architecture};
use crate::run::plan::{Accounting, declared_size};

/// The key by which the config could give the noise.
const NOISE: &str = "[dp_sgd] noise_multiplier";

/// Where each accountant is tried before the noise is known.
const TRIAL_NOISE: f64 = 1.0;

impl<'a> DpSgdPlan<'a> {
    pub(crate) fn new(
        config: &'a DpSgd,
        experiment: &Experiment,
        dataset: &Dataset,
    ) -> Result<Self> {
        let DpSgd {
            privacy,
            table,
            distillation,
            baseline,
        } = config;
        let mut architecture = network(config, experiment, dataset)?;
        let size = declared_size(dataset)?;
        let statistics = table
            .statistics
            .map(|table| StatisticsPlan::new(table, architecture.input(), size as u64))
            .transpose()?;
        if let Some(statistics) = &statistics {
            refuse_encrypted_inference(config, experiment)?;
            architecture = statistics.before(&architecture)?;
        }
        let sampling = table.sampling(size as u64)?;
        sampling.validate().context("[dp_sgd] sampling")?;
        check_relation(&sampling, privacy.relation)?;
        ensure!(
            privacy.relation != NeighboringRelation::ReplaceOne
                || !dataset.private.are_split_by_content(),
            "[privacy] neighboring = \"replace-one\" and [dp_sgd] sampling: the private records are \
             split off one file by their content, so that a record which is replaced by another may \
             leave them, and all behind it move to other steps; give the private, pool and test \
             records as files of their own ([data.files]), or take neighboring = \
             \"replace-special\", or sampling = {{ kind = \"poisson\" }} with neighboring = \
             \"add-or-remove-one\""
        );
        let planned_steps = table.steps(share(&sampling))?;
        let clipping = table.clipping_plan(sampling.expected_batch_size(size as u64))?;
        check_layers(&clipping, &architecture)?;

        ensure!(
            privacy.unit.is_none()
                || !matches!(
                    sampling,
                    Sampling::FixedOrder { .. } | Sampling::CyclicPoisson { .. }
                ),
            "[privacy] unit and [dp_sgd] sampling: users have no place of their own in the file by \
             which they could take turns; use sampling = {{ kind = \"poisson\" }} or another that \
             draws users"
        );
        let event = |noise, steps| -> Result<DpEvent, MechanismError> {
            let steps = sampling.event(privacy.relation, noise, steps)?;
            Ok(with_statistics(statistics.as_ref(), steps))
        };
        if let Some(statistics) = &statistics {
            let event = statistics.event();
            let cost = Accounting::new(privacy, &event).guarantee(&event)?.epsilon;
            ensure!(
                privacy.epsilon.is_none_or(|budget| cost < budget),
                "[dp_sgd] statistics cost epsilon = {} alone, and leave nothing of the budget [privacy] epsilon for \
                 the steps: raise statistics.noise_multiplier",
                epsilon(cost)
            );
        }
        let trial = event(table.noise_multiplier.unwrap_or(TRIAL_NOISE), planned_steps)?;
        let accounting = Accounting::new(privacy, &trial);
        let noise_multiplier = match table.noise_multiplier {
            Some(noise_multiplier) => noise_multiplier,
            None => accounting.calibrate(NOISE, |noise| event(noise, planned_steps))?,
        };
        let steps = match table.stop_at_budget {
            true => within_budget(&accounting, planned_steps, |steps| {
                event(noise_multiplier, steps)
            })?,
            false => planned_steps,
        };
        let mechanism = NoisySgdMechanism::new(NoisySgdParameters {
            sampling,
            declared_units: size as u64,
            steps,
            clipping,
            noise_multiplier,
            noise: table.noise_strategy(steps)?,
            arithmetic: table.arithmetic.into(),
        })
        .map_err(of_plan)?;
        let size_of_model = architecture.parameters();
        mechanism.check_model(size_of_model).map_err(|error| {
            anyhow!(
                "[dp_sgd] noise, noise_multiplier and arithmetic do not fit a network of \
                 {size_of_model} parameters: {error}; or take less noise, or arithmetic = \"float\""
            )
        })?;
        let settings = table.settings(experiment.file.seed);
        settings
            .check(&architecture, &mechanism)
            .map_err(|error| anyhow!("[dp_sgd] {error}"))?;
        let units = dataset.private.unit_count();
        mechanism.check_units(&units).map_err(of_plan)?;
        let whole = with_statistics(statistics.as_ref(), mechanism.event(privacy.relation)?);
        accounting.check_budget(&whole, NOISE)?;

        let mut warnings = privacy.warnings(size);
        if steps < planned_steps {
            warnings.push(Warning::FewerSteps {
                planned: planned_steps,
                taken: steps,
            });
        }
        let distillation = distillation
            .as_ref()
            .map(|config| DistillationPlan::new(config, experiment, dataset))
            .transpose()?;
        let warned = &mut warnings;
        let baseline = BaselinePlan::to_compare(baseline.as_ref(), experiment, dataset, warned)?;
        Ok(Self {
            config,
            accounting,
            mechanism,
            planned_steps,
            settings,
            architecture,
            statistics,
            distillation,
            baseline,
            warnings,
        })
    }
}

/// Refuses statistics where the network must be known before them: its neighbour takes in the layer that
/// normalises, as whole numbers.
fn refuse_encrypted_inference(config: &DpSgd, experiment: &Experiment) -> Result<()> {
    let export = experiment.file.export.as_ref();
    let whole_numbers = export.is_some_and(|table| table.formats.contains(&FileFormat::Integer));
    ensure!(
        config.table.network.profile.is_none() && (!whole_numbers || config.distillation.is_some()),
        "[dp_sgd] statistics: a network for encrypted inference is checked with its constants before anything is \
         paid for; leave the key out, and normalise by public constants (kind = \"public_norm\")"
    );
    Ok(())
}

/// What the steps cost together with the statistics before them.
pub(super) fn with_statistics(statistics: Option<&StatisticsPlan>, steps: DpEvent) -> DpEvent {
    match statistics {
        None => steps,
        Some(statistics) => DpEvent::composed(vec![statistics.event(), steps]),
    }
}

/// The network, if noisy SGD can train it.
fn network(config: &DpSgd, experiment: &Experiment, dataset: &Dataset) -> Result<Architecture> {
    let (spec, augment) = (&config.table.network, config.table.augment);
    let architecture = architecture(
        spec,
        augment,
        experiment,
        (dataset, dataset.info.shape),
        "dp_sgd",
    )?;
    ensure!(
        !architecture.has_dropout(),
        "[dp_sgd.network] has a layer `dropout`, which noisy SGD refuses: what it drops would depend \
         on who else is in the batch; leave the layer out, noise keeps the network from overfitting"
    );
    Ok(architecture)
}

/// Refuses a relation under which the sampling has no proof.
fn check_relation(sampling: &Sampling, relation: NeighboringRelation) -> Result<()> {
    if takes_turns(sampling) {
        // The plan itself knows which relations it has an event for.
        let event = sampling.event(relation, TRIAL_NOISE, 1);
        return match event {
            Ok(_) => Ok(()),
            Err(error) => Err(anyhow!("[privacy] neighboring = \"{relation}\": {error}")),
        };
    }
    ensure!(
        relation == NeighboringRelation::AddOrRemoveOne,
        "[privacy] neighboring = \"{relation}\": noisy SGD samples each record by itself, which is \
         accounted under \"add-or-remove-one\" only; batches in a fixed order ([dp_sgd] sampling) have \
         other relations"
    );
    Ok(())
}

fn takes_turns(sampling: &Sampling) -> bool {
    match sampling {
        Sampling::FixedOrder { .. } | Sampling::CyclicPoisson { .. } => true,
        Sampling::Poisson { .. }
        | Sampling::TruncatedPoisson { .. }
        | Sampling::RandomAllocation { .. } => false,
    }
}

/// What is wrong with a plan, with the keys that it is made from.
fn of_plan(error: MechanismError) -> Error {
    match error {
        MechanismError::Combination { .. } | MechanismError::BandsOverlap { .. } => {
            anyhow!("[dp_sgd] noise, sampling, clipping and arithmetic: {error}")
        }
        error => Error::new(error).context("[dp_sgd]"),
    }
}

/// Per-layer clipping has a norm for each layer.
fn check_layers(clipping: &ClippingPlan, architecture: &Architecture) -> Result<()> {
    let layers = architecture.trainable_layers();
    let norms = clipping.initial().layers();
    let kinds: Vec<&str> = layers.iter().map(|layer| layer.spec.kind()).collect();
    ensure!(
        norms.is_none_or(|norms| norms == layers.len()),
        "[dp_sgd] clipping.norms has {} numbers, but the network has {} layers with parameters ({}): \
         give one for each",
        norms.unwrap_or_default(),
        layers.len(),
        kinds.join(", ")
    );
    Ok(())
}

/// The share of the units that a step uses, on average.
fn share(sampling: &Sampling) -> f64 {
    match *sampling {
        Sampling::Poisson {
            sampling_probability,
        }
        | Sampling::TruncatedPoisson {
            sampling_probability,
            ..
        } => sampling_probability,
        Sampling::RandomAllocation {
            steps_per_epoch,
            selected,
        } => f64::from(selected) / f64::from(steps_per_epoch),
        Sampling::FixedOrder { steps_per_epoch } => 1.0 / f64::from(steps_per_epoch),
        Sampling::CyclicPoisson {
            groups,
            sampling_probability,
        } => sampling_probability / f64::from(groups),
    }
}

/// The most steps that the budget allows; decided before the first of them.
fn within_budget(
    accounting: &Accounting,
    planned: u64,
    event: impl Fn(u64) -> Result<DpEvent, MechanismError>,
) -> Result<u64> {
    let steps = accounting.most(planned, |steps| Ok(event(steps)?))?;
    ensure!(
        steps > 0,
        "[dp_sgd] stop_at_budget: not one step is within the budget [privacy] epsilon: raise the \
         budget or the noise ({NOISE})"
    );
    Ok(steps)
}
