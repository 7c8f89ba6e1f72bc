//! Plans, runs and trainings for the tests of noisy SGD.

use ndarray::Array2;
use privet_gradients::GradientEngine;
use privet_mechanisms::{
    Arithmetic, Clipping, ClippingPlan, NoiseKey, NoiseSource, NoiseStrategy, NoisySgdMechanism,
    NoisySgdParameters, NoisySgdRun, Sampling, Sensitive,
};
use privet_training::data::Examples;
use privet_training::network::LayerSpec;
use privet_training::noisy::{NoisySgdSettings, NoisySgdTraining, PrivateUnits};
use privet_training::plain::TrainingError;

use crate::support::{Start, network};

/// Full batches of an expected size of 1 and next to no noise, to be overridden.
pub(crate) fn exact() -> NoisySgdParameters {
    NoisySgdParameters {
        noise: NoiseStrategy::independent(),
        arithmetic: Arithmetic::Float,
        sampling: poisson(1.0),
        declared_units: 1,
        steps: 10,
        clipping: flat(1.0),
        noise_multiplier: 1e-9,
    }
}

pub(crate) fn poisson(sampling_probability: f64) -> Sampling {
    Sampling::Poisson {
        sampling_probability,
    }
}

pub(crate) fn flat(norm: f64) -> ClippingPlan {
    Clipping::Flat { norm }.into()
}

pub(crate) fn noise(byte: u8) -> NoiseSource {
    NoiseSource::from_key(&NoiseKey::from_bytes(&[byte; 32]).unwrap())
}

pub(crate) fn examples(inputs: Array2<f32>, labels: Vec<u32>) -> Sensitive<Examples> {
    Sensitive::new(Examples::new(inputs, labels, 2, "test").unwrap())
}

pub(crate) fn start(
    parameters: &NoisySgdParameters,
    key: u8,
    units: PrivateUnits<'_>,
) -> NoisySgdRun {
    let mechanism = NoisySgdMechanism::new(parameters.clone()).unwrap();
    mechanism.start(&noise(key), units.count()).unwrap()
}

/// Two inputs, a layer of 8 tanh units, two classes.
pub(crate) fn hidden_layer() -> Start {
    let layers = vec![
        LayerSpec::Linear { outputs: 8 },
        LayerSpec::Tanh,
        LayerSpec::Linear { outputs: 2 },
    ];
    network(layers, privet_training::data::InputShape::flat(2), 2).into()
}

pub(crate) fn training<'a>(
    engine: &dyn GradientEngine,
    start: &Start,
    units: PrivateUnits<'a>,
    run: &NoisySgdRun,
    settings: &NoisySgdSettings,
) -> Result<NoisySgdTraining<'a>, TrainingError> {
    NoisySgdTraining::new(
        engine,
        &start.architecture,
        start.parameters.clone(),
        units,
        run.plan(),
        settings,
    )
}

/// The parameters after all steps of the plan.
pub(crate) fn trained(
    engine: &dyn GradientEngine,
    parameters: &NoisySgdParameters,
    key: u8,
    network: &Start,
    units: PrivateUnits<'_>,
    settings: &NoisySgdSettings,
) -> Vec<f32> {
    let mut run = start(parameters, key, units);
    let mut training = training(engine, network, units, &run, settings).unwrap();
    while let Some(batch) = run.next_batch() {
        training.step(&mut run, batch).unwrap();
    }
    assert_eq!(run.released(), parameters.steps);
    training.finish(&run).unwrap()
}
