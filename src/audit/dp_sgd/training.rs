//! The one training, and what an attacker who sees every release makes of it.

use anyhow::Result;
use burn::tensor::Device;
use privet_mechanisms::{Clipping, NoiseSource};
use privet_training::data::Examples;
use privet_training::gradient::{Batch, GradientEngine, GradientRequest, GradientWorker, Sum};
use privet_training::network::Network;
use privet_training::noisy::{NoisySgdTraining, PrivateUnits};
use rand::Rng;

use super::CanaryKind;
use super::canaries::CanarySet;
use super::directed_engine::DirectedEngine;
use super::directions::Directions;
use crate::run::dp_sgd::Audited;

/// One training by a plan, as a run makes it.
pub(super) struct Training<'a> {
    pub(super) plan: &'a Audited<'a>,
    pub(super) seed: u64,
    pub(super) engine: &'a dyn GradientEngine,
    pub(super) kind: CanaryKind,
}

/// What the training leaves to the attacker.
pub(super) struct Trained {
    /// For each canary how far all steps went in the direction of its clipped gradient.
    pub(super) steps: Vec<f64>,
    /// The model.
    pub(super) model: Vec<f32>,
}

impl Training<'_> {
    /// Trains, and scores the canaries. `done` is told the steps.
    pub(super) fn run(
        &self,
        set: &CanarySet,
        noise: &NoiseSource,
        done: &dyn Fn(u64),
    ) -> Result<Trained> {
        let Audited {
            mechanism,
            settings,
            architecture,
            ..
        } = self.plan;
        let count = set.included.len();
        let mut signs = noise.stream("directions of an audit", 0);
        let sign = || signs.next_u64() & 1 == 1;
        let directions = Directions::new(count, architecture.parameters(), sign);
        let directed = DirectedEngine {
            inner: self.engine,
            directions: &directions,
        };
        let engine: &dyn GradientEngine = match self.kind {
            CanaryKind::Gradient => &directed,
            CanaryKind::Record => self.engine,
        };
        let network = Network::new(
            (*architecture).clone(),
            self.seed,
            "noisy SGD",
            0,
            &Device::flex(),
        );
        let units = PrivateUnits::of_records(&set.examples);
        let mut training = NoisySgdTraining::new(
            engine,
            architecture,
            network.flat_parameters(),
            units,
            mechanism,
            settings,
        )?;
        let mut run = mechanism.start(noise, units.count())?;
        let mut worker = self.engine.worker(architecture)?;
        let mut scores = vec![0.0; count];
        let mut failed = Ok(());
        while let Some(batch) = run.next_batch() {
            let clipping = run.clipping().clone();
            let parameters = match self.kind {
                CanaryKind::Gradient => Vec::new(),
                CanaryKind::Record => training.parameters().to_vec(),
            };
            // The noise is a multiple of the norm: steps weigh the same whatever it is.
            let weight = clipping.sensitivity().recip();
            training.step_and_show(&mut run, batch, |released| match self.kind {
                CanaryKind::Gradient => directions.score(released, weight, &mut scores),
                CanaryKind::Record => {
                    let own = OwnGradients {
                        worker: worker.as_mut(),
                        parameters: &parameters,
                        clipping: &clipping,
                    };
                    failed = own.score(
                        set.records.expose_sensitive(),
                        released,
                        weight * weight,
                        &mut scores,
                    );
                }
            })?;
            std::mem::replace(&mut failed, Ok(()))?;
            done(run.released());
        }
        Ok(Trained {
            steps: scores,
            model: training.finish(&run)?,
        })
    }
}

/// The gradients that canaries have by themselves, at the parameters of a step.
struct OwnGradients<'a> {
    worker: &'a mut dyn GradientWorker,
    parameters: &'a [f32],
    clipping: &'a Clipping,
}

impl OwnGradients<'_> {
    /// Adds to each canary's score how far the step went in its direction.
    fn score(
        self,
        records: &Examples,
        released: &[f32],
        weight: f64,
        scores: &mut [f64],
    ) -> Result<()> {
        let rows = records.inputs();
        for ((row, label), score) in rows.outer_iter().zip(records.labels()).zip(scores) {
            let inputs: Vec<f32> = row.iter().copied().collect();
            let batch = Batch::of_rows(&inputs, std::slice::from_ref(label));
            let request = GradientRequest {
                clipping: Some(self.clipping),
                ..GradientRequest::default()
            };
            let own = self.worker.gradient_sum(self.parameters, batch, request)?;
            if let Sum::Float(own) = own.sum.into_exposed_sensitive() {
                let products = own.iter().zip(released);
                let product: f64 = products.map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
                *score += weight * product;
            }
        }
        Ok(())
    }
}
