//! The arithmetic that nearly all of the time goes into.
//!
//! Written once, generic over the vector instructions, and chosen at run time: AVX-512 or AVX2 on
//! x86-64, NEON on aarch64, plain loops elsewhere. The `pulp` crate owns the intrinsics and the
//! detection, so there is no `unsafe` here. Products are fused where the processor can, so results
//! differ between processors in rounding, never between runs or numbers of threads on one.

mod beside;
mod buffer;
mod functions;
mod gram;
mod instructions;
mod multiply;
mod outer;
mod panels;
mod reduce;
mod rows;
mod scatter;
mod vectors;

pub(super) use buffer::Buffer;
pub(super) use functions::{Function, apply, chain};
pub(super) use gram::{GramNorm, gram_norm};
pub use instructions::Instructions;
pub(super) use multiply::{Output, multiply};
pub(super) use outer::{Deltas, outer};
pub(super) use panels::Panels;
pub(super) use reduce::{add_rows, add_scaled, squared_norm};
pub(super) use rows::Rows;
pub(super) use scatter::Scatter;
pub(super) use vectors::add;
