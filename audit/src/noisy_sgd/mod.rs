//! Canaries with known gradients in the mechanism of noisy SGD.
//!
//! The most that a record can do in a step is to add one clipping norm in one direction, and the most
//! that an auditor can have is to know the direction. Canaries in directions that are orthogonal to
//! each other are then independent attacks: Nasr, Hayes, Steinke, Balle, Tramer, Jagielski, Carlini
//! and Terzis, "Tight auditing of differentially private machine learning" (USENIX Security 2023),
//! audit with such gradients, and Steinke, Nasr and Jagielski (2023) with many of them at once.
//!
//! - [`audit_mechanism`]: the mechanism alone, without a network;
//! - [`power()`]: what such an audit sees of noise that is too small.

mod mechanism;
mod power;

pub use mechanism::{MechanismCanaries, audit_mechanism};
pub use power::{Power, Sight, power};
