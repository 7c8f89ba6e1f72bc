//! What several tests need: networks with chosen parameters, and small data sets.

use burn::tensor::Device;
use ndarray::{Array2, ArrayView2};
use privet_training::data::InputShape;
use privet_training::gradient::{BurnEngine, GradientEngine};
use privet_training::network::{Architecture, LayerSpec, Network, ParameterLayout};
use privet_training::optimizer::{OptimizerSpec, SgdSpec};
use privet_training::plain::{LabeledRows, PlainTraining, SeedName, TrainingError, train};
use privet_training::seed::seeded_generator;
use rand::RngExt;

pub(crate) fn network(layers: Vec<LayerSpec>, input: InputShape, classes: usize) -> Network {
    let architecture = Architecture::new(input, layers, classes).unwrap();
    Network::new(architecture, 1, "test", 0, &Device::flex())
}

/// A network as a training takes it: its layers, and where it starts.
#[derive(Clone)]
pub(crate) struct Start {
    pub(crate) architecture: Architecture,
    pub(crate) parameters: Vec<f32>,
}

impl From<Network> for Start {
    fn from(network: Network) -> Self {
        Self {
            architecture: network.architecture().clone(),
            parameters: network.flat_parameters(),
        }
    }
}

impl Start {
    /// The network with the parameters that a training ended with.
    pub(crate) fn ending(&self, parameters: &[f32]) -> Network {
        let network = Network::new(self.architecture.clone(), 1, "test", 0, &Device::flex());
        with_parameters(network, parameters)
    }
}

/// Training without privacy by the Burn engine; returns the parameters.
pub(crate) fn train_plain(
    start: &Start,
    inputs: ArrayView2<'_, f32>,
    labels: &[u32],
    training: &PlainTraining,
    name: SeedName<'_>,
) -> Result<Vec<f32>, TrainingError> {
    train(
        &mut *BurnEngine::default().worker(&start.architecture)?,
        &start.architecture,
        start.parameters.clone(),
        LabeledRows { inputs, labels },
        training,
        name,
        |_, _| {},
    )
}

/// The network with these parameters, in the order of `ParameterLayout`.
pub(crate) fn with_parameters(network: Network, values: &[f32]) -> Network {
    let layout = ParameterLayout::of(&network).unwrap();
    layout.load(network, values).unwrap()
}

/// One linear layer: `weights[input][output]`, row by row, then the biases.
pub(crate) fn linear(inputs: usize, classes: usize, parameters: &[f32]) -> Network {
    let layers = vec![LayerSpec::Linear { outputs: classes }];
    with_parameters(
        network(layers, InputShape::flat(inputs), classes),
        parameters,
    )
}

/// Numbers between -1 and 1, other ones for every `name`.
pub(crate) fn numbers(count: usize, name: &str) -> Vec<f32> {
    let mut generator = seeded_generator(11, name, 0);
    (0..count)
        .map(|_| generator.random_range(-1.0..1.0))
        .collect()
}

/// Points of the square with the XOR of the signs of their coordinates, with a margin.
pub(crate) fn xor(count: usize) -> (Array2<f32>, Vec<u32>) {
    let mut generator = seeded_generator(3, "xor", 0);
    let mut coordinate = || {
        let size: f32 = generator.random_range(0.2..1.0);
        size * if generator.random::<bool>() {
            1.0
        } else {
            -1.0
        }
    };
    let points = Array2::from_shape_simple_fn((count, 2), &mut coordinate);
    let labels = points
        .rows()
        .into_iter()
        .map(|point| u32::from((point[0] > 0.0) != (point[1] > 0.0)))
        .collect();
    (points, labels)
}

/// Stochastic gradient descent without momentum or decay.
pub(crate) fn sgd(learning_rate: f64) -> OptimizerSpec {
    OptimizerSpec::sgd(learning_rate)
}

pub(crate) fn momentum(learning_rate: f64) -> OptimizerSpec {
    OptimizerSpec::Sgd(SgdSpec {
        momentum: 0.9,
        ..SgdSpec::new(learning_rate)
    })
}

pub(crate) fn adam(learning_rate: f64) -> OptimizerSpec {
    OptimizerSpec::adam(learning_rate)
}

pub(crate) fn assert_close(found: &[f32], expected: &[f32], tolerance: f32) {
    assert_eq!(found.len(), expected.len());
    for (index, (found, expected)) in found.iter().zip(expected).enumerate() {
        let allowed = tolerance * expected.abs().max(1.0);
        assert!(
            (found - expected).abs() <= allowed,
            "value {index} is {found}, expected {expected}"
        );
    }
}
