//! What a released model is, read off the header of its file.

use serde::Deserialize;
use serde_json::{Map, Value};

/// Shape and size of a network, without its numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelHeader {
    /// `image`, `flat` or `sequence`.
    pub(super) kind: String,
    /// The shape of one encoded input, without the batch.
    pub(super) input: Vec<u64>,
    /// The layers in order, as a config writes them.
    pub(super) layers: Vec<Value>,
    /// The tensors with their shapes, in the layout of PyTorch.
    pub(super) tensors: Vec<(String, Vec<u64>)>,
    /// What raw records are: `table` or `pixels`.
    pub(super) preprocessing: String,
}

#[derive(Deserialize)]
struct Entry {
    input: Map<String, Value>,
    layers: Vec<Value>,
    #[serde(default)]
    preprocessing: Value,
}

impl ModelHeader {
    /// Reads the header of a safetensors file: its length in 8 bytes, least first, then JSON.
    ///
    /// None for what is no model of this program; whoever loads a model checks much more.
    #[must_use]
    pub fn of_safetensors(bytes: &[u8]) -> Option<Self> {
        let (length, rest) = bytes.split_first_chunk::<8>()?;
        let header = rest.get(..usize::try_from(u64::from_le_bytes(*length)).ok()?)?;
        let header: Map<String, Value> = serde_json::from_slice(header).ok()?;
        let entry = header.get("__metadata__")?.get("privet")?.as_str()?;
        let entry: Entry = serde_json::from_str(entry).ok()?;
        let kind = entry.input.get("kind")?.as_str()?;
        let sides: &[&str] = match kind {
            "image" => &["channels", "height", "width"],
            "flat" => &["features"],
            "sequence" => &["length", "width"],
            _ => return None,
        };
        let input = sides.iter().map(|side| entry.input.get(*side)?.as_u64());
        let tensors = header.iter().filter(|(name, _)| *name != "__metadata__");
        let tensors = tensors.map(|(name, tensor)| Some((name.clone(), shape(tensor)?)));
        let preprocessing = entry.preprocessing.get("kind").and_then(Value::as_str);
        Some(Self {
            kind: kind.to_owned(),
            input: input.collect::<Option<_>>()?,
            layers: entry.layers,
            tensors: tensors.collect::<Option<_>>()?,
            preprocessing: preprocessing.unwrap_or("not stated").to_owned(),
        })
    }

    /// How many numbers were trained.
    pub(super) fn parameters(&self) -> u64 {
        let size = |shape: &Vec<u64>| {
            shape
                .iter()
                .fold(1, |size: u64, &side| size.saturating_mul(side))
        };
        let sizes = self.tensors.iter().map(|(_, shape)| size(shape));
        sizes.fold(0, u64::saturating_add)
    }

    /// The shape of a tensor.
    pub(super) fn shape_of(&self, name: &str) -> Option<&[u64]> {
        let found = self.tensors.iter().find(|(tensor, _)| tensor == name)?;
        Some(&found.1)
    }
}

fn shape(tensor: &Value) -> Option<Vec<u64>> {
    tensor
        .get("shape")?
        .as_array()?
        .iter()
        .map(Value::as_u64)
        .collect()
}
