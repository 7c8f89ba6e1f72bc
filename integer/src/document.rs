//! The JSON file as it is written.

use privet_gradients::network::{InputGrid, InputShape};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::decimal;
use crate::encoding::EncodingExample;
use crate::layer::IntegerLayer;
use crate::ranges::LayerOutput;

/// The whole file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    pub(crate) format: String,
    pub(crate) rounding: String,
    pub(crate) input: Input,
    pub(crate) layers: Vec<Entry>,
    pub(crate) description: Description,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) encoding: Vec<EncodingExample>,
    pub(crate) golden: Vec<GoldenVector>,
}

/// What the first layer is given.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Input {
    pub(crate) shape: InputShape,
    pub(crate) grid: InputGrid,
    pub(crate) scale: f64,
}

/// A layer, and what comes out of it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    pub(crate) layer: IntegerLayer,
    pub(crate) output: LayerOutput,
}

/// A public input with the scores that every evaluation must have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoldenVector {
    /// Numbers of the input's levels.
    pub input: Vec<i64>,
    /// The scores.
    #[serde(with = "decimal::list")]
    pub logits: Vec<i128>,
}

/// What a file says beside the numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Description {
    /// Name of the data set that the network was trained for.
    pub dataset: String,
    /// Name of each class, by its number.
    pub classes: Vec<String>,
    /// How a raw record becomes an encoded input, as in the model file.
    pub preprocessing: Value,
    /// The guarantee, as in the model file.
    pub privacy: Value,
    /// SHA-256 of `statement.md`, the guarantee in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statement_sha256: Option<String>,
}
