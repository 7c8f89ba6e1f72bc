//! A model file of any format.

use std::fmt;
use std::str::FromStr;

use privet_training::network::Network;
use serde::{Deserialize, Serialize};

use crate::{ExportError, ModelDescription, burnpack, onnx, safetensors};

/// What others read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Parameters with PyTorch's names and shapes.
    Safetensors,
    /// The network and its preprocessing as a graph.
    Onnx,
    /// Parameters with Burn's names and shapes.
    Burnpack,
}

impl Format {
    /// All formats.
    pub const ALL: [Self; 3] = [Self::Safetensors, Self::Onnx, Self::Burnpack];

    /// The name as typed.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Safetensors => "safetensors",
            Self::Onnx => "onnx",
            Self::Burnpack => "burnpack",
        }
    }

    /// The ending of file names.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Safetensors => "safetensors",
            Self::Onnx => "onnx",
            Self::Burnpack => "bpk",
        }
    }

    /// The format that a file is in, by how it begins.
    ///
    /// # Errors
    /// Any other file; pickles by their name.
    pub fn of(bytes: &[u8]) -> Result<Self, ExportError> {
        match bytes {
            // The length of the header, which is less than 2^32, and the header. It may begin with the
            // bytes of a pickle; a pickle has no such zeros.
            [_, _, _, _, 0, 0, 0, 0, b'{', ..] => Ok(Self::Safetensors),
            // PyTorch has kept pickles in zip archives since its version 1.6.
            [0x80, 2..=5, ..] | [b'P', b'K', 3, 4, ..] => Err(ExportError::Pickle),
            _ if bytes.starts_with(&burnpack::MAGIC) => Ok(Self::Burnpack),
            // Field 1, the version, and field 2, the name of the program.
            [8, _, 0x12, ..] => Ok(Self::Onnx),
            _ => Err(ExportError::Unknown),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let all = Self::ALL.into_iter();
        all.clone()
            .find(|format| format.name() == text)
            .ok_or_else(|| {
                let names: Vec<&str> = all.map(Self::name).collect();
                format!("`{text}` is no format: choose among {}", names.join(", "))
            })
    }
}

/// The bytes of a file in `format`: the same for the same network and description.
///
/// # Errors
/// Parameters that are not finite: such a model must not be published as if it worked.
pub fn to_bytes(
    format: Format,
    network: &Network,
    description: &ModelDescription,
) -> Result<Vec<u8>, ExportError> {
    match format {
        Format::Safetensors => safetensors::to_bytes(network, description),
        Format::Onnx => onnx::to_bytes(network, description),
        Format::Burnpack => burnpack::to_bytes(network, description),
    }
}

/// A file that was read.
#[derive(Debug)]
pub struct ModelFile {
    /// The format that it is in.
    pub format: Format,
    /// The network with its parameters, on the host's processor.
    pub network: Network,
    /// What else it says.
    pub description: ModelDescription,
}

impl ModelFile {
    /// Reads a file that [`to_bytes`] has written. Of an ONNX file the parameters and the metadata are
    /// read, not the graph.
    ///
    /// # Errors
    /// Anything but a complete file of finite parameters that fit the described network. Memory is
    /// never taken for more than the file holds.
    pub fn read(bytes: &[u8]) -> Result<Self, ExportError> {
        let format = Format::of(bytes)?;
        let (network, description) = match format {
            Format::Safetensors => safetensors::from_bytes(bytes),
            Format::Onnx => onnx::from_bytes(bytes),
            Format::Burnpack => burnpack::from_bytes(bytes),
        }?;
        Ok(Self {
            format,
            network,
            description,
        })
    }
}
