//! Networks as a list of layers: the description from a config, its shapes, and its Burn module.
//!
//! One description is walked by everything that needs to know the network: the gradient engines,
//! the model file, and later ONNX export and integer evaluation.

mod activation;
mod build;
mod elementwise;
mod initialise;
mod layer;
mod module;
mod parameters;

pub use activation::Activation;
pub use elementwise::Parameterless;
pub use layer::{Layer, Residual};
pub use module::Network;
pub use parameters::{ParameterLayout, ParameterSlot, flat_parameters};
pub use privet_gradients::network::{
    Architecture, LayerShape, LayerSpec, NetworkError, NetworkSpec, Preset, Profile,
};
