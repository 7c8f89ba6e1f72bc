//! burnpack: Burn's own format.
//!
//! Names and shapes are Burn's, without the names of an enum's variants: the file loads into a module
//! whose `layers` is the tuple of the same list, by `ModuleRecord` or by `burn-store`'s
//! `BurnpackStore`, which can also map the names to those of any other module.

use burn_pack::{Bytes, DType, Reader, Tensor, Writer};
use privet_training::network::Network;

use crate::description::{ENTRY, ModelDescription};
use crate::tensors::{Convention, bytes, floats, of_model};
use crate::{ExportError, Format};

/// How a file begins.
pub(crate) const MAGIC: [u8; 4] = burn_pack::MAGIC_NUMBER.to_le_bytes();

fn damaged(error: burn_pack::Error) -> ExportError {
    ExportError::damaged(Format::Burnpack.name(), error)
}

/// The bytes of a file.
pub(crate) fn to_bytes(
    network: &Network,
    description: &ModelDescription,
) -> Result<Vec<u8>, ExportError> {
    let tensors = of_model(network, description, Convention::Burn)?.into_iter();
    let tensors = tensors.map(|tensor| {
        let raw = Bytes::from_bytes_vec(bytes(&tensor.values));
        Tensor::new(tensor.name, DType::F32, tensor.shape, None, raw)
    });
    let mut writer = Writer::new(tensors.collect()).with_metadata("producer", "privet");
    for (key, value) in description.metadata()? {
        writer = writer.with_metadata(&key, &value);
    }
    Ok(writer.into_bytes().map_err(damaged)?.to_vec())
}

/// The network and its description.
pub(crate) fn from_bytes(file: &[u8]) -> Result<(Network, ModelDescription), ExportError> {
    let reader = Reader::from_bytes(Bytes::from_bytes_vec(file.to_vec())).map_err(damaged)?;
    let entry = reader.metadata().get(ENTRY).map(String::as_str);
    let header = ModelDescription::from_entry(entry, file.len())?;
    let tensors = reader.into_tensors().map_err(damaged)?;
    header.complete(Convention::Burn, |name| {
        let found = tensors.iter().find(|tensor| tensor.name == name);
        let tensor = found.ok_or("it is missing")?;
        match tensor.dtype {
            DType::F32 => {
                let raw = tensor.to_bytes().map_err(|error| error.to_string())?;
                Ok((tensor.shape.to_vec(), floats(&raw)))
            }
            other => Err(format!("it is {other:?}, but the network needs F32")),
        }
    })
}
