//! The layers, each with its forward and backward pass over a block of rows.
//!
//! Images lie channels last here (`[row, y, x, channel]`), so that one vector holds the channels of
//! a pixel; the network's inputs and `flatten` are where the two orders meet.

mod matrix;
mod normalisation;
mod permute;
mod pool;
mod public_norm;

pub(super) use matrix::{Matrix, MatrixMemory, MatrixWeights};
pub(super) use normalisation::{Normalisation, NormalisationMemory};
pub(super) use permute::{to_channels_first, to_channels_last};
pub(super) use pool::Pool;
pub(super) use public_norm::PublicNorm;
