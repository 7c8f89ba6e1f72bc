//! Data sets, networks, and training on Burn, with and without privacy.
//!
//! - [`data`]: what is private, what is public, and how it is read and encoded;
//! - [`device`]: processor or GPU;
//! - [`network`]: networks as a list of layers;
//! - [`gradient`]: sums of (clipped) per-example gradients, behind one interface;
//! - [`augment`]: random changes of images and of tables;
//! - [`encoder`]: features learned from public images without labels;
//! - [`initial`]: initial parameters as one vector;
//! - [`optimizer`]: SGD and Adam on flat parameters, schedules, averages;
//! - [`plain`]: training without privacy (teachers, students, baselines);
//! - [`noisy`]: noisy SGD;
//! - [`checkpoint`]: a noisy SGD training in a file;
//! - [`evaluate`]: predictions and accuracy on public data.

pub mod atomic;
pub mod checkpoint;
pub mod data;
pub mod device;
pub mod evaluate;
pub mod gradient;
pub mod network;
pub mod noisy;

pub use privet_learning::{augment, encoder, initial, optimizer, plain, seed};
