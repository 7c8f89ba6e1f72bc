//! Model files through the public API of the crate.

mod burnpack;
mod damage;
mod features;
mod files;
mod onnx;
mod safetensors;
mod support;
