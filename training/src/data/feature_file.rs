//! Fitted features in a file, so that they are fitted once: public values alone.

use std::collections::HashMap;
use std::path::Path;

use ndarray::ArrayView2;
use privet_features::{FeatureDescription, FeatureMap, FeatureParts, Tensor};
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensors, serialize};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::checksum::sha256_hex;
use super::examples::append_input_bytes;
use super::features::FeatureList;
use super::{DataError, InputShape};
use crate::atomic::{self, Access};

/// The one entry of the metadata.
const ENTRY: &str = "privet-features";

/// What the map is for, and what its stages are.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    key: String,
    description: FeatureDescription,
}

/// A digest of all that a fitted map depends on: the stages, the public rows, the seed where anything
/// is trained, and the version of this program.
pub(super) fn key(
    input: InputShape,
    features: &FeatureList,
    public: ArrayView2<'_, f32>,
    seed: u64,
) -> String {
    let stages = serde_json::to_string(&(input, features)).unwrap_or_default();
    let mut hasher = hasher_of(&stages);
    if features.epochs() > 0 {
        hasher.update(seed.to_le_bytes());
    }
    update_by_rows(&mut hasher, public);
    sha256_hex(&hasher.finalize())
}

/// A digest of rows and of the map that they are given to: of its values, since networks that are trained
/// by one config on different processors are not the same.
pub(super) fn digest(map: &FeatureMap, rows: ArrayView2<'_, f32>) -> [u8; 32] {
    let parts = map.to_parts();
    let description = serde_json::to_string(&parts.description).unwrap_or_default();
    let mut hasher = hasher_of(&description);
    for tensor in &parts.tensors {
        hasher.update((tensor.values.len() as u64).to_le_bytes());
        hasher.update(bytes_of(&tensor.values));
    }
    update_by_rows(&mut hasher, rows);
    hasher.finalize().into()
}

/// A digest begun with this program's version and a description of stages.
fn hasher_of(stages: &str) -> Sha256 {
    let mut hasher = Sha256::new();
    for part in [env!("CARGO_PKG_VERSION"), stages] {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher
}

fn update_by_rows(hasher: &mut Sha256, rows: ArrayView2<'_, f32>) {
    hasher.update((rows.ncols() as u64).to_le_bytes());
    let mut bytes = Vec::new();
    for row in rows.rows() {
        bytes.clear();
        append_input_bytes(row, &mut bytes);
        hasher.update(&bytes);
    }
}

/// The map in a file; `None` where there is no file.
///
/// # Errors
/// A file that cannot be read, is damaged, or was made for other features or other public rows.
pub(super) fn read(path: &Path, key: &str) -> Result<Option<FeatureMap>, DataError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(unusable(path, &source.to_string())),
    };
    let damaged = || unusable(path, "it is damaged");
    let (_, header) = SafeTensors::read_metadata(&bytes).map_err(|_| damaged())?;
    let entry = header
        .metadata()
        .as_ref()
        .and_then(|entries| entries.get(ENTRY));
    let entry: Entry = entry
        .and_then(|text| serde_json::from_str(text).ok())
        .ok_or_else(damaged)?;
    if entry.key != key {
        return Err(unusable(
            path,
            "it was made for other features, public rows or another seed",
        ));
    }
    let tensors = SafeTensors::deserialize(&bytes).map_err(|_| damaged())?;
    let tensors = tensors.iter().map(|(name, view)| {
        let values = view.data().chunks_exact(4);
        let values = values.filter_map(|four| four.try_into().ok().map(f32::from_le_bytes));
        (view.dtype() == Dtype::F32).then(|| Tensor {
            name: name.to_owned(),
            shape: view.shape().to_vec(),
            values: values.collect(),
        })
    });
    let parts = FeatureParts {
        description: entry.description,
        tensors: tensors.collect::<Option<_>>().ok_or_else(damaged)?,
    };
    Ok(Some(FeatureMap::from_parts(parts)?))
}

/// Writes a map, so that a crash leaves all of it or nothing.
///
/// # Errors
/// A file that cannot be written.
pub(super) fn write(path: &Path, key: &str, map: &FeatureMap) -> Result<(), DataError> {
    let FeatureParts {
        description,
        tensors,
    } = map.to_parts();
    let failed = |reason: String| unusable(path, &reason);
    let entry = Entry {
        key: key.to_owned(),
        description,
    };
    let entry = serde_json::to_string(&entry).map_err(|error| failed(error.to_string()))?;
    let bytes: Vec<Vec<u8>> = tensors
        .iter()
        .map(|tensor| bytes_of(&tensor.values))
        .collect();
    let views = tensors.iter().zip(&bytes).map(|(tensor, bytes)| {
        let view = TensorView::new(Dtype::F32, tensor.shape.clone(), bytes);
        view.map(|view| (tensor.name.as_str(), view))
    });
    let views = views.collect::<Result<Vec<_>, _>>();
    let views = views.map_err(|error| failed(error.to_string()))?;
    let metadata = HashMap::from([(ENTRY.to_owned(), entry)]);
    let file = serialize(views, Some(metadata)).map_err(|error| failed(error.to_string()))?;
    atomic::write(path, &file, Access::Shared).map_err(|error| failed(error.to_string()))
}

fn bytes_of(values: &[f32]) -> Vec<u8> {
    let bytes = values.iter().flat_map(|value| value.to_le_bytes());
    bytes.collect()
}

fn unusable(path: &Path, reason: &str) -> DataError {
    DataError::FeatureFile {
        file: path.display().to_string(),
        reason: reason.to_owned(),
    }
}
