//! Model files: what is written comes back, and others can read it.

use burn::tensor::Device;
use ndarray::Array2;
use privet_training::data::{InputShape, PixelScaling, Preprocessing};
use privet_training::evaluate::logits;
use privet_training::model_file::{ModelDescription, ModelFileError, from_bytes, to_bytes};
use privet_training::network::{LayerSpec, Network};
use safetensors::{Dtype, SafeTensors};

use crate::support::{linear, network, numbers, with_parameters};

/// What is written beside the parameters of `network`.
pub(crate) fn description(network: &Network) -> ModelDescription {
    let shape = network.architecture().input();
    ModelDescription {
        input: shape,
        layers: network
            .architecture()
            .layers()
            .iter()
            .map(|layer| layer.spec.clone())
            .collect(),
        classes: (0..network.architecture().classes())
            .map(|class| format!("class \"{class}\" \u{e9}"))
            .collect(),
        preprocessing: Preprocessing::Pixels {
            shape,
            scaling: PixelScaling::new(0.0, 16.0, 0.0, 16.0).unwrap(),
        },
        dataset: "test".to_owned(),
        privacy: serde_json::json!({"private": false, "events": [1, 2.5, null]}),
    }
}

/// One of each kind of layer.
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
    let network = network(layers, InputShape::image(2, 6, 5), 3);
    let parameters = numbers(network.architecture().parameters(), "parameters");
    with_parameters(network, &parameters)
}

pub(crate) fn read(bytes: &[u8]) -> Result<(Network, ModelDescription), ModelFileError> {
    from_bytes(bytes, &Device::flex())
}

#[test]
fn every_kind_of_layer_comes_back_bit_for_bit() {
    let network = every_kind();
    let bytes = to_bytes(&network, &description(&network)).unwrap();
    let (again, read_description) = read(&bytes).unwrap();
    assert_eq!(read_description, description(&network));
    assert_eq!(again.architecture(), network.architecture());
    assert_eq!(again.flat_parameters(), network.flat_parameters());
    let inputs = Array2::from_shape_vec((4, 60), numbers(240, "inputs")).unwrap();
    let scores = logits(&network, inputs.view());
    assert!(scores.iter().any(|score| score.abs() > 1e-3));
    assert_eq!(logits(&again, inputs.view()), scores);
}

/// Blocks, sequences and groups: the layers that the first network does not have.
#[test]
fn blocks_and_sequences_come_back_and_a_table_is_not_transposed() {
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
    let network = network(layers, InputShape::flat(5), 3);
    let parameters = numbers(network.architecture().parameters(), "parameters");
    let network = with_parameters(network, &parameters);
    let bytes = to_bytes(&network, &description(&network)).unwrap();
    let (again, read_description) = read(&bytes).unwrap();
    assert_eq!(read_description, description(&network));
    assert_eq!(again.flat_parameters(), network.flat_parameters());

    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let table = tensors.tensor("layers.0.weight").unwrap();
    assert_eq!(table.shape(), [4, 6]);
    assert_eq!(values(&tensors, "layers.0.weight"), parameters[..24]);
    for name in [
        "branch.0.weight",
        "branch.1.query.bias",
        "shortcut.0.weight",
    ] {
        assert!(
            tensors.tensor(&format!("layers.1.{name}")).is_ok(),
            "{name}"
        );
    }
}

#[test]
fn the_same_network_gives_the_same_bytes() {
    let network = every_kind();
    let description = description(&network);
    // The metadata is a hash map on its way into the file.
    let first = to_bytes(&network, &description).unwrap();
    for _ in 0..8 {
        assert_eq!(to_bytes(&network, &description).unwrap(), first);
    }
}

fn values(tensors: &SafeTensors<'_>, name: &str) -> Vec<f32> {
    let view = tensors.tensor(name).unwrap();
    assert_eq!(view.dtype(), Dtype::F32);
    view.data()
        .chunks_exact(4)
        .map(|bytes| f32::from_le_bytes(bytes.try_into().unwrap()))
        .collect()
}

#[test]
fn a_linear_weight_is_outputs_by_inputs_as_in_pytorch() {
    // Two inputs, three classes; the weight from input i to class c is 10 i + c.
    let network = linear(2, 3, &[0.0, 1.0, 2.0, 10.0, 11.0, 12.0, 7.0, 8.0, 9.0]);
    let bytes = to_bytes(&network, &description(&network)).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let weight = tensors.tensor("layers.0.weight").unwrap();
    assert_eq!(weight.shape(), [3, 2]);
    assert_eq!(
        values(&tensors, "layers.0.weight"),
        [0.0, 10.0, 1.0, 11.0, 2.0, 12.0]
    );
    assert_eq!(values(&tensors, "layers.0.bias"), [7.0, 8.0, 9.0]);
    assert_eq!(tensors.len(), 2);
}

#[test]
fn names_and_shapes_are_those_of_a_pytorch_sequential() {
    let network = every_kind();
    let bytes = to_bytes(&network, &description(&network)).unwrap();
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let expected: [(&str, &[usize]); 8] = [
        ("layers.0.weight", &[4, 2, 3, 3]),
        ("layers.0.bias", &[4]),
        ("layers.1.weight", &[4]),
        ("layers.1.bias", &[4]),
        ("layers.7.weight", &[5, 4 * 2 * 2]),
        ("layers.7.bias", &[5]),
        ("layers.9.weight", &[3, 5]),
        ("layers.9.bias", &[3]),
    ];
    for (name, shape) in expected {
        assert_eq!(tensors.tensor(name).unwrap().shape(), shape, "{name}");
    }
    assert_eq!(tensors.len(), expected.len());
    // Convolutions and normalisations lie as Burn has them, gain before shift.
    let flat = network.flat_parameters();
    assert_eq!(values(&tensors, "layers.0.weight"), flat[..72]);
    assert_eq!(values(&tensors, "layers.0.bias"), flat[72..76]);
    assert_eq!(values(&tensors, "layers.1.weight"), flat[76..80]);
    assert_eq!(values(&tensors, "layers.1.bias"), flat[80..84]);
}

#[test]
fn parameters_that_are_not_finite_are_not_written() {
    for broken in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut parameters = numbers(6, "parameters");
        parameters[5] = broken;
        let network = linear(2, 2, &parameters);
        let error = to_bytes(&network, &description(&network)).unwrap_err();
        assert!(error.to_string().contains("layers.0.bias"), "{error}");
    }
}
