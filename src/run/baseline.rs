//! A model without privacy: a method of its own, and the line that private models are held against.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result, bail, ensure};
use privet_report::run::{Confusion, Origin};
use privet_training::augment::Augmentation;
use privet_training::data::{Dataset, InputShape};
use privet_training::gradient::GradientEngine;
use privet_training::network::{Architecture, LayerSpec, Network, NetworkSpec, ParameterLayout};
use privet_training::plain::{LabeledRows, PlainTraining, SeedName, train};
use serde_json::json;

use super::artefacts::{Claim, Outcome, Released};
use super::context::Context;
use super::engine::Engine;
use super::estimate::Work;
use super::pate::Findings;
use super::result::Utility;
use crate::config::{Experiment, Warning};
use crate::export::{FileFormat, integer};
use crate::output;

/// The network of a table, for a data set and an engine, and whether its augmentation has a meaning.
pub(super) fn architecture(
    spec: &NetworkSpec,
    augment: Option<Augmentation>,
    experiment: &Experiment,
    (dataset, shape): (&Dataset, InputShape),
    table: &str,
) -> Result<Architecture> {
    let is_image = matches!(shape, InputShape::Image { .. });
    ensure!(
        is_image || augment.is_none(),
        "[{table}] augment moves images, but {} holds {shape}: leave it out",
        dataset.info.name,
    );
    let in_table = || format!("[{table}.network]");
    let architecture = spec
        .resolve(shape, dataset.info.classes.len())
        .with_context(in_table)?;
    ensure!(
        spec.profile.is_none() || dataset.preprocessing.grid().is_some(),
        "[data] input_bits is missing: [{table}.network] profile = \"encrypted-inference\" takes inputs that \
         lie on a public grid; give 2 to 8 bits, for example input_bits = 4"
    );
    // Noisy SGD may teach a student, which is exported in its place.
    let teaches = table == "teachers" || table == "dp_sgd" && experiment.file.student.is_some();
    if !teaches {
        refuse_impossible_export(&architecture, experiment, dataset)?;
    }
    let engine = Engine::new(experiment.file.engine);
    engine.worker(&architecture).with_context(in_table)?;
    refuse_strange_tokens(&architecture, dataset, table, teaches)?;
    Ok(architecture)
}

/// Refuses a format that the model cannot be written to, before it is trained and paid for.
fn refuse_impossible_export(
    architecture: &Architecture,
    experiment: &Experiment,
    dataset: &Dataset,
) -> Result<()> {
    let Some(table) = &experiment.file.export else {
        return Ok(());
    };
    // What is exported may be a student of the inputs as they were.
    let features = experiment.file.data.features.as_ref();
    let features = features.filter(|_| !experiment.takes_raw_inputs());
    let mut stages = features.iter().flat_map(|features| &features.0);
    if table.formats.contains(&FileFormat::Onnx)
        && let Some(stage) = stages.find(|stage| !privet_export::has_operators(stage))
    {
        bail!(
            "[export] formats = [\"onnx\"]: [data] features hold a `{}` stage, for which ONNX has no \
             operators: leave the format out",
            stage.kind()
        );
    }
    if !table.formats.contains(&FileFormat::Integer) {
        return Ok(());
    }
    ensure!(
        features.is_none(),
        "[export] formats = [\"integer\"]: encrypted inference takes inputs as they are: leave [data] \
         features out"
    );
    let grid = dataset.preprocessing.grid();
    let warning = integer::check_trainable(architecture, grid, table.settings())
        .context("[export] formats = [\"integer\"]")?;
    if let Some(warning) = warning {
        note_once(&format!("warning: [export] weight_bits: {warning}"));
    }
    Ok(())
}

/// Says something the first time: a private choice plans as many runs as it must not tell of.
fn note_once(line: &str) {
    static SAID: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    if said.insert(line.to_owned()) {
        output::note(line);
    }
}

/// Refuses public rows that an embedding has no vector for, before anything is trained or paid for.
/// Private rows are not looked at: one of them must not decide whether a run fails.
fn refuse_strange_tokens(
    architecture: &Architecture,
    dataset: &Dataset,
    table: &str,
    teaches: bool,
) -> Result<()> {
    let first = architecture.layers().first().map(|layer| &layer.spec);
    let Some(LayerSpec::Embedding { vocabulary, .. }) = first else {
        return Ok(());
    };
    let is_token = |value: f32| value >= 0.0 && value < *vocabulary as f32 && value.fract() == 0.0;
    let (pool, test) = (dataset.pool.inputs().inputs(), dataset.test.inputs());
    let asked = teaches || table == "student";
    let measured = table != "teachers";
    for (part, rows, read) in [("public pool", pool, asked), ("test set", test, measured)] {
        let mut rows = rows.rows().into_iter().enumerate().filter(|_| read);
        let found = rows.find_map(|(row, values)| {
            let strange = values.iter().copied().find(|&value| !is_token(value));
            strange.map(|value| (row, value))
        });
        if let Some((row, value)) = found {
            bail!(
                "[{table}.network] embedding: example {row} of the {part} holds {value}, which is no \
                 token: with vocabulary = {vocabulary} tokens are the whole numbers from 0 to {}; \
                 enlarge it, or see to it that [data] does not scale them",
                vocabulary.saturating_sub(1)
            );
        }
    }
    Ok(())
}

/// The network of a training without privacy.
pub(super) fn training_architecture(
    training: &PlainTraining,
    experiment: &Experiment,
    dataset: &Dataset,
    table: &str,
) -> Result<Architecture> {
    let (spec, augment) = (&training.network, training.augment);
    let inputs = (dataset, dataset.info.shape);
    architecture(spec, augment, experiment, inputs, table)
}

/// A training without privacy whose network fits.
pub(super) struct BaselinePlan<'a> {
    training: &'a PlainTraining,
    architecture: Architecture,
}

impl<'a> BaselinePlan<'a> {
    pub(super) fn new(
        training: &'a PlainTraining,
        experiment: &Experiment,
        dataset: &Dataset,
    ) -> Result<Self> {
        Ok(Self {
            training,
            architecture: training_architecture(training, experiment, dataset, "baseline")?,
        })
    }

    /// The baseline that a private run is compared with, where it may be shown.
    pub(super) fn to_compare(
        training: Option<&'a PlainTraining>,
        experiment: &Experiment,
        dataset: &Dataset,
        warnings: &mut Vec<Warning>,
    ) -> Result<Option<Self>> {
        if training.is_some() && !dataset.info.public_benchmark {
            warnings.push(Warning::NoBaselineOnPrivateData);
            return Ok(None);
        }
        training
            .map(|training| Self::new(training, experiment, dataset))
            .transpose()
    }

    /// The gradients of a training on so many records.
    pub(super) fn work(&self, records: f64) -> Work<'_> {
        Work {
            network: &self.architecture,
            rows: records * self.training.epochs as f64,
        }
    }

    pub(super) fn run(&self, context: &mut Context) -> Result<Outcome> {
        let network = self.train(context)?;
        Ok(Outcome {
            confusion: Some(self.measure(context, &network)?),
            utility: Utility::default(),
            bytes_released: 4 * self.architecture.parameters() as u64,
            network: Some(network),
            claim: Claim::NotPrivate,
            mechanism: Vec::new(),
            assumptions: Vec::new(),
            origin: Origin::default(),
            steps: None,
            warnings: Vec::new(),
            votes: Findings::default(),
            released: Released::Model,
        })
    }

    /// Test accuracy of the model alone; the model itself is forgotten.
    pub(super) fn accuracy(&self, context: &mut Context) -> Result<f64> {
        let network = self.train(context)?;
        Ok(self.measure(context, &network)?.accuracy())
    }

    fn measure(&self, context: &Context, network: &Network) -> Result<Confusion> {
        context.measure(&self.architecture, &network.flat_parameters())
    }

    fn train(&self, context: &mut Context) -> Result<Network> {
        let name = SeedName {
            seed: context.seed(),
            purpose: "baseline",
            index: 0,
        };
        let network = Network::new(
            self.architecture.clone(),
            name.seed,
            name.purpose,
            name.index,
            &context.device,
        );
        // A baseline shows private data as it is; that is what its name and every artefact say.
        let examples = context.dataset.private.examples().expose_sensitive();
        let phase = context
            .progress
            .phase("baseline", self.training.epochs as u64);
        let mut curve = Vec::with_capacity(self.training.epochs);
        let parameters = train(
            context.engine.worker(&self.architecture)?.as_mut(),
            &self.architecture,
            network.flat_parameters(),
            LabeledRows {
                inputs: examples.inputs(),
                labels: examples.labels(),
            },
            self.training,
            name,
            |epoch, _| {
                phase.update(epoch as u64);
                curve.push(json!({"phase": "baseline", "epoch": epoch}));
            },
        )
        .context("training the baseline")?;
        context.seconds.baseline = Some(phase.finish());
        curve
            .iter()
            .try_for_each(|line| context.metrics.record(line))?;
        Ok(ParameterLayout::of(&network)?.load(network, &parameters)?)
    }
}
