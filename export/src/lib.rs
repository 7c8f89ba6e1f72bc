//! Trained networks as files that others can use, with the guarantee inside.
//!
//! - [`ModelDescription`]: what a file holds beside the parameters: layers, label map, preprocessing,
//!   guarantee;
//! - [`Format`]: safetensors (PyTorch, NumPy), ONNX (onnxruntime), burnpack (Burn);
//! - [`ModelFile`]: a file of any of them, read back and checked.
//!
//! The same network and description give the same bytes, so that a file can be compared with a fresh
//! export. No format runs code when it is read.

mod burnpack;
mod description;
mod error;
mod features;
mod file;
mod onnx;
mod safetensors;
mod tensors;

pub use description::ModelDescription;
pub use error::ExportError;
pub use file::{Format, ModelFile, to_bytes};
pub use onnx::has_operators;
