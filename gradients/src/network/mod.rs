//! Networks as a list of layers: the description from a config, with every shape checked.
//!
//! One description is walked by everything that needs to know the network: the gradient engines,
//! the model file, integer evaluation, and later ONNX export.

mod architecture;
mod error;
mod input_grid;
mod layer_shape;
mod layer_spec;
mod output_shape;
mod preset;
mod profile;
mod shape;
mod spec;

pub use architecture::Architecture;
pub use error::NetworkError;
pub use input_grid::InputGrid;
pub use layer_shape::LayerShape;
pub use layer_spec::{LayerSpec, no_other_key};
pub use preset::Preset;
pub use profile::{Profile, PublicNormFold};
pub use shape::InputShape;
pub use spec::NetworkSpec;
