//! Networks as a list of layers: the description from a config, with every shape checked.
//!
//! One description is walked by everything that needs to know the network: the gradient engines,
//! the model file, and later ONNX export and integer evaluation.

mod architecture;
mod error;
mod layer_shape;
mod layer_spec;
mod output_shape;
mod shape;
mod spec;

pub use architecture::Architecture;
pub use error::NetworkError;
pub use layer_shape::LayerShape;
pub use layer_spec::LayerSpec;
pub use shape::InputShape;
pub use spec::{NetworkSpec, Preset};
