//! The JSON file as it is written.

use privet_gradients::network::{InputGrid, InputShape};
use serde::{Deserialize, Serialize};

use crate::file::{Description, GoldenVector};
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
