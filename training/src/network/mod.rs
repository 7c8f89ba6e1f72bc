//! Networks as a list of layers: the description from a config, its shapes, and its Burn module.
//!
//! One description is walked by everything that needs to know the network: the gradient engines,
//! the model file, and later ONNX export and integer evaluation.

mod initialise;
mod layer;
mod module;
mod parameters;

pub use layer::{Activation, Layer, Parameterless};
pub use module::Network;
pub use parameters::{ParameterLayout, ParameterSlot};
pub use privet_gradients::network::{
    Architecture, LayerShape, LayerSpec, NetworkError, NetworkSpec, Preset,
};
