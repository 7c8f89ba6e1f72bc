//! What every gradient engine promises, against batches of one on Burn's ordinary tape.

#[cfg(any(feature = "wgpu", feature = "cuda"))]
mod devices;
mod engines;
mod layers;
mod limits;
mod modules;
mod objectives;
mod reference;
mod requests;
mod sensitivity;
mod units;
