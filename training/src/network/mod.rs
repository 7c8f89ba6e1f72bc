//! Networks as a list of layers: the description from a config, its shapes, and its Burn module.
//!
//! One description is walked by everything that needs to know the network: the gradient engines,
//! the model file, and later ONNX export and integer evaluation.

mod architecture;
mod error;
mod initialise;
mod layer;
mod layer_spec;
mod module;
mod parameters;
mod spec;

pub use architecture::{Architecture, LayerShape};
pub use error::NetworkError;
pub use layer::{Activation, Layer, Parameterless};
pub use layer_spec::LayerSpec;
pub use module::Network;
pub use parameters::{ParameterLayout, ParameterSlot};
pub use spec::{NetworkSpec, Preset};
