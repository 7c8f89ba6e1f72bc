//! Networks with chosen parameters.

use burn::tensor::Device;
use privet_export::{ExportError, Format, ModelDescription, ModelFile};
use privet_training::data::{InputShape, PixelScaling, Preprocessing};
use privet_training::network::{Architecture, LayerSpec, Network, ParameterLayout};
use privet_training::seed::seeded_generator;
use rand::RngExt;

/// A network with parameters between -1 and 1.
pub(crate) fn network(layers: Vec<LayerSpec>, input: InputShape, classes: usize) -> Network {
    let architecture = Architecture::new(input, layers, classes).unwrap();
    let parameters = numbers(architecture.parameters(), "parameters");
    let network = Network::new(architecture, 1, "test", 0, &Device::flex());
    with_parameters(network, &parameters)
}

/// The network with these parameters, in the order of `ParameterLayout`.
pub(crate) fn with_parameters(network: Network, values: &[f32]) -> Network {
    let layout = ParameterLayout::of(&network).unwrap();
    layout.load(network, values).unwrap()
}

/// One linear layer: `weights[input][output]`, row by row, then the biases.
pub(crate) fn linear(inputs: usize, classes: usize, parameters: &[f32]) -> Network {
    let layers = vec![LayerSpec::Linear { outputs: classes }];
    let network = network(layers, InputShape::flat(inputs), classes);
    with_parameters(network, parameters)
}

/// Numbers between -1 and 1, other ones for every `name`.
pub(crate) fn numbers(count: usize, name: &str) -> Vec<f32> {
    let mut generator = seeded_generator(11, name, 0);
    (0..count)
        .map(|_| generator.random_range(-1.0..1.0))
        .collect()
}

/// What is written beside the parameters of `network`.
pub(crate) fn description(network: &Network) -> ModelDescription {
    let (input, layers) = ModelDescription::layers_of(network);
    ModelDescription {
        input,
        layers,
        classes: (0..network.architecture().classes())
            .map(|class| format!("class \"{class}\" \u{e9}"))
            .collect(),
        preprocessing: Preprocessing::Pixels {
            shape: input,
            scaling: PixelScaling::new(0.0, 16.0, 0.0, 16.0).unwrap(),
        },
        dataset: "test".to_owned(),
        privacy: serde_json::json!({
            "private": true, "epsilon": 1.25, "delta": 1e-5, "unit": "record",
            "neighboring_relation": "add-or-remove-one", "accountant": "pld", "events": [1, 2.5, null],
        }),
        features: None,
        statement_sha256: Some("ab".repeat(32)),
    }
}

/// One of each kind of layer that images go through.
pub(crate) fn every_kind() -> Network {
    let layers = vec![
        LayerSpec::Conv2d {
            channels: 4,
            kernel: 3,
            stride: 1,
            padding: 1,
            groups: 1,
        },
        LayerSpec::GroupNorm { groups: 2 },
        LayerSpec::Relu,
        LayerSpec::MaxPool {
            kernel: 2,
            stride: Some(1),
        },
        LayerSpec::Tanh,
        LayerSpec::AvgPool {
            kernel: 2,
            stride: None,
        },
        LayerSpec::Flatten,
        LayerSpec::Linear { outputs: 5 },
        LayerSpec::Square,
        LayerSpec::Linear { outputs: 3 },
    ];
    network(layers, InputShape::image(2, 6, 5), 3)
}

/// Blocks, sequences and groups: the layers that the first network does not have.
pub(crate) fn sequences() -> Network {
    let attention = LayerSpec::MultiHeadAttention { heads: 3 };
    let layers = vec![
        LayerSpec::Embedding {
            vocabulary: 4,
            width: 6,
        },
        LayerSpec::Residual {
            layers: vec![LayerSpec::LayerNorm, attention, LayerSpec::Gelu],
            shortcut: vec![LayerSpec::Linear { outputs: 6 }, LayerSpec::Silu],
        },
        LayerSpec::Dropout { probability: 0.25 },
        LayerSpec::GlobalAvgPool,
        LayerSpec::Sigmoid,
        LayerSpec::Linear { outputs: 3 },
    ];
    network(layers, InputShape::flat(5), 3)
}

pub(crate) fn to_bytes(format: Format, network: &Network) -> Vec<u8> {
    privet_export::to_bytes(format, network, &description(network)).unwrap()
}

pub(crate) fn read(bytes: &[u8]) -> Result<(Network, ModelDescription), ExportError> {
    ModelFile::read(bytes).map(|file| (file.network, file.description))
}
