//! A checkpoint as a file: safetensors, with a checksum over all of it.

use std::collections::HashMap;
use std::path::Path;

use privet_mechanisms::RunState;
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensors, serialize};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Checkpoint, CheckpointError, Identity};
use crate::atomic::{self, Access};
use crate::data::sha256_hex;
use crate::optimizer::OptimizerState;

/// Version of the format.
const FORMAT: &str = "privet-checkpoint-1";

/// The one entry of the metadata, so that equal checkpoints are equal bytes.
const ENTRY: &str = "privet";

const PARAMETERS: &str = "parameters";
const FIRST_MOMENT: &str = "first_moment";
const SECOND_MOMENT: &str = "second_moment";
const AVERAGE: &str = "average";

/// The entry of the metadata.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    format: String,
    /// SHA-256 of the state's text and of every tensor.
    checksum: String,
    /// A [`State`] as JSON.
    state: String,
}

/// What is no vector.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct State {
    identity: Identity,
    run: RunState,
    optimizer_steps: u64,
    noise_moment: f64,
    has_average: bool,
}

impl Checkpoint {
    /// Writes the checkpoint so that a crash leaves the old file or the new one.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), CheckpointError> {
        let bytes = self.to_bytes()?;
        atomic::write(path, &bytes, Access::Shared).map_err(|source| CheckpointError::File {
            file: path.display().to_string(),
            source,
        })
    }

    /// Reads a checkpoint.
    ///
    /// # Errors
    /// A file that cannot be read, is damaged, or is no checkpoint.
    pub fn load(path: &Path) -> Result<Self, CheckpointError> {
        let bytes = std::fs::read(path).map_err(|source| CheckpointError::File {
            file: path.display().to_string(),
            source,
        })?;
        Self::from_bytes(&bytes)
    }

    /// The bytes of the file.
    ///
    /// # Errors
    /// None that is known: what the formats' libraries may refuse.
    pub fn to_bytes(&self) -> Result<Vec<u8>, CheckpointError> {
        let state = State {
            identity: self.identity.clone(),
            run: self.run,
            optimizer_steps: self.optimizer.steps,
            noise_moment: self.optimizer.noise_moment,
            has_average: self.average.is_some(),
        };
        let state = serde_json::to_string(&state).map_err(damaged)?;
        let tensors = self.vectors().map(|(name, values)| {
            let bytes: Vec<u8> = values
                .iter()
                .flat_map(|value| value.to_le_bytes())
                .collect();
            (name, values.len(), bytes)
        });
        let entry = Entry {
            format: FORMAT.into(),
            checksum: checksum(&state, tensors.iter().map(|(_, _, bytes)| &bytes[..])),
            state,
        };
        let views = tensors
            .iter()
            .map(|(name, len, bytes)| {
                TensorView::new(Dtype::F32, vec![*len], bytes).map(|view| (*name, view))
            })
            .collect::<Result<Vec<_>, _>>()
            .map_err(damaged)?;
        let entry = serde_json::to_string(&entry).map_err(damaged)?;
        let metadata = HashMap::from([(ENTRY.to_string(), entry)]);
        serialize(views, Some(metadata)).map_err(damaged)
    }

    /// A checkpoint from the bytes of its file.
    ///
    /// # Errors
    /// Anything but the bytes that [`to_bytes`](Self::to_bytes) gave.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(damaged)?;
        let metadata = header.metadata().clone().unwrap_or_default();
        let entry = metadata.get(ENTRY).ok_or(CheckpointError::Foreign)?;
        let entry: Entry = serde_json::from_str(entry).map_err(|_| CheckpointError::Foreign)?;
        if entry.format != FORMAT {
            return Err(CheckpointError::Foreign);
        }
        let tensors = SafeTensors::deserialize(bytes).map_err(damaged)?;
        let read = |name| tensors.tensor(name).map(|view| view.data().to_vec());
        let data = [PARAMETERS, FIRST_MOMENT, SECOND_MOMENT, AVERAGE]
            .into_iter()
            .map(read)
            .collect::<Result<Vec<_>, _>>()
            .map_err(damaged)?;
        if checksum(&entry.state, data.iter().map(|bytes| &bytes[..])) != entry.checksum {
            return Err(damaged("its checksum is not that of its content"));
        }
        let state: State = serde_json::from_str(&entry.state).map_err(damaged)?;
        let mut vectors = data.iter().map(|bytes| floats(bytes));
        let mut next = || vectors.next().unwrap_or_default();
        let (parameters, first_moment, second_moment) = (next(), next(), next());
        Ok(Self {
            identity: state.identity,
            run: state.run,
            parameters,
            optimizer: OptimizerState {
                steps: state.optimizer_steps,
                first_moment,
                second_moment,
                noise_moment: state.noise_moment,
            },
            average: state.has_average.then(next),
        })
    }

    /// Every vector with its name in the file.
    fn vectors(&self) -> [(&'static str, &[f32]); 4] {
        [
            (PARAMETERS, &self.parameters),
            (FIRST_MOMENT, &self.optimizer.first_moment),
            (SECOND_MOMENT, &self.optimizer.second_moment),
            (AVERAGE, self.average.as_deref().unwrap_or_default()),
        ]
    }
}

/// SHA-256 of the state's text and of each tensor, each with its length.
fn checksum<'a>(state: &'a str, tensors: impl Iterator<Item = &'a [u8]>) -> String {
    let mut hasher = Sha256::new();
    for bytes in std::iter::once(state.as_bytes()).chain(tensors) {
        hasher.update((bytes.len() as u64).to_le_bytes());
        hasher.update(bytes);
    }
    sha256_hex(&hasher.finalize())
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes
        .chunks_exact(4)
        .map(|bytes| f32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
        .collect()
}

fn damaged(reason: impl std::fmt::Display) -> CheckpointError {
    CheckpointError::Damaged(reason.to_string())
}
