//! Files of a model in several formats.

use anyhow::{Context, Result};
use clap::ValueEnum;
use privet_export::{Format, ModelDescription, to_bytes};
use privet_integer::Settings;
use privet_training::network::Network;
use serde::{Deserialize, Serialize};

use super::integer::{self, Examples};

/// What a model can be written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FileFormat {
    /// For PyTorch, NumPy and others: parameters with PyTorch's names.
    Safetensors,
    /// For onnxruntime and others: network and preprocessing as a graph.
    Onnx,
    /// For Burn: parameters with Burn's names.
    Burnpack,
    /// For encrypted inference: whole numbers, of a network with profile "encrypted-inference".
    Integer,
}

impl FileFormat {
    /// All of them.
    pub(crate) const ALL: [Self; 4] =
        [Self::Safetensors, Self::Onnx, Self::Burnpack, Self::Integer];

    /// The file's name.
    pub(crate) fn file_name(self) -> String {
        let extension = match self.of_floats() {
            Some(format) => format.extension(),
            None => return integer::FILE_NAME.into(),
        };
        format!("model.{extension}")
    }

    /// The name as typed.
    pub(crate) fn name(self) -> &'static str {
        self.of_floats().map_or("integer", Format::name)
    }

    /// The format, where it is one of real numbers.
    fn of_floats(self) -> Option<Format> {
        match self {
            Self::Safetensors => Some(Format::Safetensors),
            Self::Onnx => Some(Format::Onnx),
            Self::Burnpack => Some(Format::Burnpack),
            Self::Integer => None,
        }
    }
}

/// A model that is to be written.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    pub(crate) network: &'a Network,
    pub(crate) description: &'a ModelDescription,
    /// How weights are rounded to whole numbers.
    pub(crate) settings: Settings,
    /// Inputs of golden vectors.
    pub(crate) examples: Examples<'a>,
}

impl Source<'_> {
    /// The bytes of one file.
    pub(crate) fn bytes(&self, format: FileFormat) -> Result<Vec<u8>> {
        match format.of_floats() {
            Some(format) => {
                let bytes = to_bytes(format, self.network, self.description);
                bytes.with_context(|| format!("the model cannot be exported as {format}"))
            }
            None => {
                let made =
                    integer::file(self.network, self.description, self.settings, self.examples);
                let (file, _) = made.context("the model cannot be written in whole numbers")?;
                Ok(file.to_json()?.into_bytes())
            }
        }
    }
}
