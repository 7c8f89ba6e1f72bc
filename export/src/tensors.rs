//! Parameters by name.
//!
//! Tensors are named `layers.N.weight` and `layers.N.bias`, N counting every layer of the list
//! from 0. The four linear layers of an attention layer are `layers.N.query`, `key`, `value` and
//! `output`; the layers of a residual block are `layers.N.branch.M` and `layers.N.shortcut.M`.

use privet_training::network::{Architecture, Network, ParameterLayout, ParameterSlot};

use crate::{ExportError, ModelDescription, features};

/// Owner of the weights that PyTorch stores transposed.
const LINEAR: &str = "Linear";

/// One parameter.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct NamedTensor {
    pub(crate) name: String,
    pub(crate) shape: Vec<usize>,
    /// In row-major order.
    pub(crate) values: Vec<f32>,
}

/// Whose conventions names and shapes follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Convention {
    /// A linear weight is `[outputs, inputs]`; a normalisation has `weight` and `bias`.
    PyTorch,
    /// A linear weight is `[inputs, outputs]`; a normalisation has `gamma` and `beta`.
    Burn,
}

impl Convention {
    fn name(self, slot: &ParameterSlot) -> String {
        match self {
            Self::PyTorch => slot.path.replace("gamma", "weight").replace("beta", "bias"),
            Self::Burn => slot.path.clone(),
        }
    }

    /// The slot's rows and columns in the network, where the file has them the other way round.
    fn transposed(self, slot: &ParameterSlot) -> Option<(usize, usize)> {
        match (self, &slot.shape[..]) {
            (Self::PyTorch, &[inputs, outputs]) if slot.owner == LINEAR => Some((inputs, outputs)),
            _ => None,
        }
    }

    fn shape(self, slot: &ParameterSlot) -> Vec<usize> {
        match self.transposed(slot) {
            Some((inputs, outputs)) => vec![outputs, inputs],
            None => slot.shape.clone(),
        }
    }
}

/// All tensors of a model: those of its network, and of the features in front of it.
///
/// # Errors
/// As [`of_network`].
pub(crate) fn of_model(
    network: &Network,
    description: &ModelDescription,
    convention: Convention,
) -> Result<Vec<NamedTensor>, ExportError> {
    let mut tensors = of_network(network, convention)?;
    if let Some(map) = &description.features {
        tensors.extend(features::tensors(map, convention)?);
    }
    Ok(tensors)
}

/// All parameters of a network, in the order of its layers.
///
/// # Errors
/// Parameters that are not finite: such a model must not be published as if it worked.
pub(crate) fn of_network(
    network: &Network,
    convention: Convention,
) -> Result<Vec<NamedTensor>, ExportError> {
    let layout = ParameterLayout::of(network)?;
    let flat = network.flat_parameters();
    let mut tensors = Vec::new();
    for slot in layout.slots() {
        let name = convention.name(slot);
        let values = &flat[slot.start..slot.start + slot.len()];
        if let Some(value) = values.iter().find(|value| !value.is_finite()) {
            return Err(ExportError::Tensor {
                name,
                reason: format!("it holds {value}: the training diverged"),
            });
        }
        let values = match convention.transposed(slot) {
            Some((inputs, outputs)) => transpose(values, inputs, outputs),
            None => values.to_vec(),
        };
        tensors.push(NamedTensor {
            name,
            shape: convention.shape(slot),
            values,
        });
    }
    Ok(tensors)
}

/// A network with the parameters that `find` gives by name: shape and values, or what is wrong.
///
/// # Errors
/// A tensor that is missing, of another shape, or not finite.
pub(crate) fn into_network(
    architecture: Architecture,
    convention: Convention,
    find: impl Fn(&str) -> Result<(Vec<usize>, Vec<f32>), String>,
) -> Result<Network, ExportError> {
    let device = burn::tensor::Device::flex();
    let network = Network::new(architecture, 0, "model file", 0, &device);
    let layout = ParameterLayout::of(&network)?;
    let mut flat = Vec::with_capacity(layout.len());
    for slot in layout.slots() {
        let name = convention.name(slot);
        let fail = |reason: String| ExportError::Tensor {
            name: name.clone(),
            reason,
        };
        let (shape, values) = find(&name).map_err(fail)?;
        let expected = convention.shape(slot);
        if shape != expected || values.len() != slot.len() {
            return Err(fail(format!(
                "it is {shape:?}, but the network needs {expected:?}"
            )));
        }
        if let Some(value) = values.iter().find(|value| !value.is_finite()) {
            return Err(fail(format!("it holds {value}")));
        }
        match convention.transposed(slot) {
            Some((inputs, outputs)) => flat.extend(transpose(&values, outputs, inputs)),
            None => flat.extend(values),
        }
    }
    Ok(layout.load(network, &flat)?)
}

/// Numbers from the bytes of 32-bit floats, little end first.
pub(crate) fn floats(bytes: &[u8]) -> Vec<f32> {
    let (words, _) = bytes.as_chunks::<4>();
    words.iter().map(|word| f32::from_le_bytes(*word)).collect()
}

/// The bytes of numbers.
pub(crate) fn bytes(values: &[f32]) -> Vec<u8> {
    values
        .iter()
        .flat_map(|value| value.to_le_bytes())
        .collect()
}

fn transpose(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    (0..columns)
        .flat_map(|column| (0..rows).map(move |row| values[row * columns + column]))
        .collect()
}
