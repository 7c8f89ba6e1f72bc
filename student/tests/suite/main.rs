//! PATE's public side through the public API of the crate.
//!
//! What must not compile (a labelled set of true labels, a label made by hand) is among the crate's
//! `compile_fail` examples in `src/lib.rs` and not among trybuild cases: trybuild builds Burn a
//! second time for a project of its own, which takes more than three minutes of processor time.

mod labeled_set;
mod methods;
mod questions;
mod settings;
mod student;
mod support;
