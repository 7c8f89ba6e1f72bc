//! A trained network as a safetensors file that loads elsewhere with plain parameter names.
//!
//! Tensors are named `layers.N.weight` and `layers.N.bias`, N counting every layer of the list
//! from 0, in PyTorch's layout (a linear weight is `[outputs, inputs]`): the file loads into a
//! `torch.nn.Module` whose `layers` is the `Sequential` of the same list. The four linear layers of
//! an attention layer are `layers.N.query`, `key`, `value` and `output`; the layers of a residual
//! block are `layers.N.branch.M` and `layers.N.shortcut.M`. The metadata holds what
//! is needed to use the network: the list of layers, the label map and the preprocessing.

use std::collections::HashMap;

use burn::tensor::Device;
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensors, serialize};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::data::{InputShape, Preprocessing};
use crate::network::{
    Architecture, LayerSpec, Network, NetworkError, ParameterLayout, ParameterSlot,
};

/// Version of the metadata written here.
const FORMAT: &str = "privet-model-1";

/// The one entry of the metadata. More than one would be written in an order of chance, and the
/// same model would not always be the same bytes.
const ENTRY: &str = "privet";

/// Owner of the weights that PyTorch stores transposed.
const LINEAR: &str = "Linear";

/// The entry as JSON: a [`ModelDescription`] and the version of its format.
#[derive(Serialize, Deserialize)]
struct Entry<D> {
    format: String,
    #[serde(flatten)]
    description: D,
}

/// What a model file holds beside the parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelDescription {
    /// Shape of one encoded input.
    pub input: InputShape,
    /// The layers in order.
    pub layers: Vec<LayerSpec>,
    /// Name of each class, by its number.
    pub classes: Vec<String>,
    /// How a raw record becomes an input, with public constants alone.
    pub preprocessing: Preprocessing,
    /// Name of the data set that the network was trained for.
    pub dataset: String,
    /// The guarantee, as in `privacy.json`; says `"private": false` where there is none.
    pub privacy: serde_json::Value,
}

/// Why a model file cannot be used.
#[derive(Debug, Error)]
pub enum ModelFileError {
    /// Not a safetensors file, or a damaged one.
    #[error("this is not a readable safetensors file ({0}): export the model again")]
    Safetensors(#[from] safetensors::SafeTensorError),
    /// A safetensors file that Privet did not write.
    #[error(
        "the file's metadata has no `{0}` that this version understands: it was not exported by \
         this version of privet"
    )]
    Metadata(&'static str),
    /// A tensor is missing, has another shape or type, or holds NaN.
    #[error("tensor `{name}`: {reason}")]
    Tensor {
        /// Name in the file.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// The list of layers is impossible.
    #[error(transparent)]
    Network(#[from] NetworkError),
}

/// The bytes of a safetensors file.
///
/// # Errors
/// Parameters that are not finite: such a model must not be published as if it worked.
pub fn to_bytes(
    network: &Network,
    description: &ModelDescription,
) -> Result<Vec<u8>, ModelFileError> {
    let layout = ParameterLayout::of(network)?;
    let flat = network.flat_parameters();
    let mut tensors = Vec::new();
    for slot in layout.slots() {
        let values = &flat[slot.start..slot.start + slot.len()];
        if let Some(value) = values.iter().find(|value| !value.is_finite()) {
            return Err(ModelFileError::Tensor {
                name: slot.path.clone(),
                reason: format!("it holds {value}: the training diverged"),
            });
        }
        let (shape, values) = match slot.shape[..] {
            [inputs, outputs] if slot.owner == LINEAR => {
                (vec![outputs, inputs], transpose(values, inputs, outputs))
            }
            _ => (slot.shape.clone(), values.to_vec()),
        };
        let bytes: Vec<u8> = values
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect();
        tensors.push((file_name(&slot.path), shape, bytes));
    }
    let views = tensors
        .iter()
        .map(|(name, shape, bytes)| {
            TensorView::new(Dtype::F32, shape.clone(), bytes).map(|view| (name.as_str(), view))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let entry = Entry {
        format: FORMAT.to_string(),
        description,
    };
    let entry = serde_json::to_string(&entry).map_err(|_| ModelFileError::Metadata(ENTRY))?;
    let metadata = HashMap::from([(ENTRY.to_string(), entry)]);
    Ok(serialize(views, Some(metadata))?)
}

/// The network and its description from the bytes of a file written by [`to_bytes`].
///
/// # Errors
/// Anything but a complete file of finite parameters that fit the described network.
pub fn from_bytes(
    bytes: &[u8],
    device: &Device,
) -> Result<(Network, ModelDescription), ModelFileError> {
    let (_, header) = SafeTensors::read_metadata(bytes)?;
    let metadata = header.metadata().clone().unwrap_or_default();
    let Entry::<ModelDescription> {
        format,
        description,
    } = metadata
        .get(ENTRY)
        .and_then(|text| serde_json::from_str(text).ok())
        .ok_or(ModelFileError::Metadata(ENTRY))?;
    if format != FORMAT {
        return Err(ModelFileError::Metadata("format"));
    }
    let architecture = Architecture::new(
        description.input,
        description.layers.clone(),
        description.classes.len(),
    )?;
    // A header may describe a network that the file is far too short to hold: refuse it before
    // the memory for it is taken.
    if architecture.parameters().saturating_mul(4) > bytes.len() {
        return Err(ModelFileError::Metadata(ENTRY));
    }
    if description.preprocessing.input_shape().len() != architecture.input().len() {
        return Err(ModelFileError::Metadata(ENTRY));
    }
    let tensors = SafeTensors::deserialize(bytes)?;
    let network = Network::new(architecture, 0, "model file", 0, device);
    let layout = ParameterLayout::of(&network)?;
    let mut flat = Vec::with_capacity(layout.len());
    for slot in layout.slots() {
        flat.extend(read_tensor(&tensors, slot)?);
    }
    Ok((layout.load(network, &flat)?, description))
}

fn read_tensor(
    tensors: &SafeTensors<'_>,
    slot: &ParameterSlot,
) -> Result<Vec<f32>, ModelFileError> {
    let name = file_name(&slot.path);
    let fail = |reason: String| ModelFileError::Tensor {
        name: name.clone(),
        reason,
    };
    let view = tensors
        .tensor(&name)
        .map_err(|_| fail("it is missing".into()))?;
    let expected = match slot.shape[..] {
        [inputs, outputs] if slot.owner == LINEAR => vec![outputs, inputs],
        _ => slot.shape.clone(),
    };
    if view.dtype() != Dtype::F32 || view.shape() != expected {
        return Err(fail(format!(
            "it is {:?} {:?}, but the network needs F32 {expected:?}",
            view.dtype(),
            view.shape()
        )));
    }
    let values: Vec<f32> = view
        .data()
        .chunks_exact(4)
        .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
        .collect();
    if let Some(value) = values.iter().find(|value| !value.is_finite()) {
        return Err(fail(format!("it holds {value}")));
    }
    Ok(match slot.shape[..] {
        [inputs, outputs] if slot.owner == LINEAR => transpose(&values, outputs, inputs),
        _ => values,
    })
}

/// Burn calls the gain and shift of a normalisation gamma and beta; PyTorch calls them weight and
/// bias.
fn file_name(path: &str) -> String {
    path.replace("gamma", "weight").replace("beta", "bias")
}

fn transpose(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
    (0..columns)
        .flat_map(|column| (0..rows).map(move |row| values[row * columns + column]))
        .collect()
}
