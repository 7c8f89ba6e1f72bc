//! safetensors: what PyTorch, NumPy and others load without running anybody's code.
//!
//! Names and shapes are PyTorch's: the file loads into a `torch.nn.Module` whose `layers` is the
//! `Sequential` of the same list.

use std::collections::{BTreeMap, HashMap};

use privet_training::network::Network;
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensors, serialize};
use serde_json::Value;

use crate::description::{ENTRY, ModelDescription};
use crate::tensors::{Convention, bytes, floats, of_model};
use crate::{ExportError, Format};

const NAME: &str = "safetensors";

/// Length of the number that says how long the header is.
const LENGTH: usize = 8;

/// The bytes of a file.
pub(crate) fn to_bytes(
    network: &Network,
    description: &ModelDescription,
) -> Result<Vec<u8>, ExportError> {
    let tensors = of_model(network, description, Convention::PyTorch)?;
    let raw: Vec<Vec<u8>> = tensors.iter().map(|tensor| bytes(&tensor.values)).collect();
    let views = tensors
        .iter()
        .zip(&raw)
        .map(|(tensor, raw)| {
            let view = TensorView::new(Dtype::F32, tensor.shape.clone(), raw);
            view.map(|view| (tensor.name.as_str(), view))
        })
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| ExportError::damaged(NAME, error))?;
    let metadata: HashMap<String, String> = description.metadata()?.into_iter().collect();
    let file = serialize(views, Some(metadata));
    in_order(&file.map_err(|error| ExportError::damaged(NAME, error))?)
}

/// The same file with the keys of its header sorted: the library writes them in an order of chance.
fn in_order(file: &[u8]) -> Result<Vec<u8>, ExportError> {
    let damaged = || ExportError::damaged(NAME, "its header cannot be sorted");
    let (length, rest) = file.split_first_chunk::<LENGTH>().ok_or_else(damaged)?;
    let length = usize::try_from(u64::from_le_bytes(*length)).map_err(|_| damaged())?;
    let (header, tensors) = rest.split_at_checked(length).ok_or_else(damaged)?;
    let header: BTreeMap<String, Value> =
        serde_json::from_slice(header).map_err(|error| ExportError::damaged(NAME, error))?;
    let mut header =
        serde_json::to_vec(&header).map_err(|error| ExportError::damaged(NAME, error))?;
    // The tensors begin where a float may lie.
    header.resize(header.len().next_multiple_of(LENGTH), b' ');
    let length = (header.len() as u64).to_le_bytes();
    Ok([&length[..], &header, tensors].concat())
}

/// The network and its description.
pub(crate) fn from_bytes(file: &[u8]) -> Result<(Network, ModelDescription), ExportError> {
    let damaged = |error| ExportError::damaged(Format::Safetensors.name(), error);
    let (_, said) = SafeTensors::read_metadata(file).map_err(damaged)?;
    let metadata = said.metadata().as_ref();
    let entry = metadata.and_then(|metadata| metadata.get(ENTRY));
    let header = ModelDescription::from_entry(entry.map(String::as_str), file.len())?;
    let tensors = SafeTensors::deserialize(file).map_err(damaged)?;
    header.complete(Convention::PyTorch, |name| {
        let view = tensors.tensor(name).map_err(|_| "it is missing")?;
        match view.dtype() {
            Dtype::F32 => Ok((view.shape().to_vec(), floats(view.data()))),
            other => Err(format!("it is {other:?}, but the network needs F32")),
        }
    })
}
