//! Defects of a training are seen by an audit of it. They are planted here and cannot be asked for.
//!
//! Everything is drawn from fixed seeds, so that these tests pass always or never.

use ndarray::Array2;
use privet_accountant::{NeighboringRelation, PldAccountant, PrivacyAccountant};
use privet_audit::Confidence;
use privet_audit::one_run::{Canary, best_bound};
use privet_mechanisms::{
    Arithmetic, Clipping, NoiseSource, NoiseStrategy, NoisySgdMechanism, NoisySgdParameters,
    Sampling, Sensitive,
};
use privet_training::data::{Examples, InputShape};
use privet_training::gradient::{
    Batch, CpuEngine, GradientEngine, GradientError, GradientRequest, GradientSum, GradientWorker,
};
use privet_training::network::{Architecture, LayerSpec};
use privet_training::noisy::NoisySgdSettings;
use privet_training::optimizer::{OptimizerSpec, Schedule, SgdSpec};
use rand::{Rng, SeedableRng, rngs::StdRng};

use super::CanaryKind;
use super::canaries::CanarySet;
use super::directions::{Presence, marker};
use super::training::Training;
use crate::run::dp_sgd::Audited;

const DELTA: f64 = 1e-5;
const WIDTH: usize = 1500;
const RECORDS: usize = 100;
const CANARIES: usize = 250;
/// The noise multiplier that is claimed.
const PLANNED: f64 = 4.0;

/// An engine that does not clip, and says that it does.
struct Unclipped(CpuEngine);

struct UnclippedWorker(Box<dyn GradientWorker>);

impl GradientEngine for Unclipped {
    fn worker(&self, network: &Architecture) -> Result<Box<dyn GradientWorker>, GradientError> {
        Ok(Box::new(UnclippedWorker(self.0.worker(network)?)))
    }
}

impl GradientWorker for UnclippedWorker {
    fn gradient_sum(
        &mut self,
        parameters: &[f32],
        batch: Batch<'_>,
        request: GradientRequest<'_>,
    ) -> Result<GradientSum, GradientError> {
        let norm = request.clipping.map_or(1.0, Clipping::sensitivity);
        let units = batch.examples.labels.len();
        let unclipped = GradientRequest::default();
        Ok(GradientSum {
            norms: Sensitive::new(vec![norm; units]),
            ..self.0.gradient_sum(parameters, batch, unclipped)?
        })
    }

    fn scores(&mut self, parameters: &[f32], inputs: &[f32]) -> Result<Vec<f32>, GradientError> {
        self.0.scores(parameters, inputs)
    }
}

fn plan(noise_multiplier: f64) -> NoisySgdMechanism {
    NoisySgdMechanism::new(NoisySgdParameters {
        sampling: Sampling::Poisson {
            sampling_probability: 0.2,
        },
        declared_units: 200,
        steps: 30,
        clipping: Clipping::Flat { norm: 0.1 }.into(),
        noise: NoiseStrategy::independent(),
        noise_multiplier,
        arithmetic: Arithmetic::Float,
    })
    .unwrap()
}

/// Noise with labels of two classes.
fn noise_images(count: usize, generator: &mut StdRng) -> Examples {
    let mut coin = || generator.next_u64() & 1;
    let inputs = Array2::from_shape_fn((count, WIDTH), |_| coin() as f32 - 0.5);
    let labels = (0..count).map(|_| coin() as u32).collect();
    Examples::new(inputs, labels, 2, "test").unwrap()
}

fn canaries(kind: CanaryKind) -> CanarySet {
    let generator = &mut StdRng::seed_from_u64(5);
    let ordinary = noise_images(RECORDS, generator);
    let included: Vec<bool> = (0..CANARIES)
        .map(|_| generator.next_u64() & 1 == 1)
        .collect();
    let chosen: Vec<usize> = (0..CANARIES).filter(|&canary| included[canary]).collect();
    let records = noise_images(CANARIES, generator);
    let rows = match kind {
        CanaryKind::Record => records.select(&chosen),
        CanaryKind::Gradient => {
            let value = |row: usize| marker(chosen[row], Presence::There);
            let inputs = Array2::from_shape_fn((chosen.len(), WIDTH), |(row, _)| value(row));
            Examples::new(inputs, vec![0; chosen.len()], 2, "test").unwrap()
        }
    };
    let inputs = ndarray::concatenate![ndarray::Axis(0), ordinary.inputs(), rows.inputs()];
    let labels = [ordinary.labels(), rows.labels()].concat();
    CanarySet {
        examples: Sensitive::new(Examples::new(inputs, labels, 2, "test").unwrap()),
        members: Sensitive::new(ordinary.clone()),
        others: Sensitive::new(ordinary),
        records: Sensitive::new(match kind {
            CanaryKind::Record => records,
            CanaryKind::Gradient => records.select(&[]),
        }),
        included,
    }
}

/// The claimed epsilon, and the lower bound of one training with this noise.
fn audited(kind: CanaryKind, engine: &dyn GradientEngine, noise_multiplier: f64) -> (f64, f64) {
    let relation = NeighboringRelation::AddOrRemoveOne;
    let mut accountant = PldAccountant::new(relation);
    accountant
        .compose(&plan(PLANNED).event(relation).unwrap(), 1)
        .unwrap();
    let claimed = accountant.epsilon(DELTA).unwrap();
    let layers = vec![LayerSpec::Linear { outputs: 2 }];
    let architecture = Architecture::new(InputShape::flat(WIDTH), layers, 2).unwrap();
    let mechanism = plan(noise_multiplier);
    let settings = NoisySgdSettings::new(OptimizerSpec::Sgd(SgdSpec {
        learning_rate: 1e-3,
        momentum: 0.0,
        nesterov: false,
        weight_decay: 0.0,
        schedule: Schedule::default(),
    }));
    let plan = Audited {
        mechanism: &mechanism,
        settings: &settings,
        architecture: &architecture,
        claimed,
    };
    let set = canaries(kind);
    let training = Training {
        plan: &plan,
        seed: 1,
        engine,
        kind,
    };
    let noise = NoiseSource::danger_fixed_seed(6);
    let trained = training.run(&set, &noise, &|_| ()).unwrap();
    let scores = trained.steps.iter().zip(&set.included);
    let scores = scores.map(|(&score, &included)| Canary { score, included });
    let scores: Vec<Canary> = scores.collect();
    let confidence = Confidence::with_failure(1e-2).unwrap();
    let bound = best_bound(&scores, DELTA, confidence).unwrap();
    (plan.claimed.epsilon, bound.epsilon)
}

#[test]
fn a_right_training_is_not_accused() {
    for kind in [CanaryKind::Gradient, CanaryKind::Record] {
        let (claimed, bound) = audited(kind, &CpuEngine::default(), PLANNED);
        assert!(bound < claimed, "{kind:?}: {bound} {claimed}");
    }
}

#[test]
fn absent_noise_is_caught() {
    for kind in [CanaryKind::Gradient, CanaryKind::Record] {
        let (claimed, bound) = audited(kind, &CpuEngine::default(), 1e-3);
        assert!(bound > claimed, "{kind:?}: {bound} {claimed}");
    }
}

#[test]
fn absent_clipping_is_caught() {
    let engine = Unclipped(CpuEngine::default());
    let (claimed, bound) = audited(CanaryKind::Record, &engine, PLANNED);
    assert!(bound > claimed, "{bound} {claimed}");
}
