//! safetensors: names and shapes as PyTorch has them.

use safetensors::{Dtype, SafeTensors};

use privet_export::Format;

use crate::support::{every_kind, linear, sequences, to_bytes};

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
    let bytes = to_bytes(Format::Safetensors, &network);
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
    let bytes = to_bytes(Format::Safetensors, &network);
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
fn blocks_and_sequences_have_names_and_a_table_is_not_transposed() {
    let network = sequences();
    let bytes = to_bytes(Format::Safetensors, &network);
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let table = tensors.tensor("layers.0.weight").unwrap();
    assert_eq!(table.shape(), [4, 6]);
    assert_eq!(
        values(&tensors, "layers.0.weight"),
        network.flat_parameters()[..24]
    );
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
