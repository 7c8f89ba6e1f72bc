//! PATE's public side: a student that learns from released labels alone.
//!
//! A [`LabeledSet`] is made of public inputs and of labels that a mechanism released; there is no
//! other way to make one. True labels of public examples have a type of their own
//! ([`HeldBackTruth`](privet_training::data::HeldBackTruth)) that can judge answers and cannot
//! become training data.
//!
//! ```compile_fail
//! # use privet_student::LabeledSet;
//! # use privet_training::data::{HeldBackTruth, PublicInputs};
//! fn cheat(inputs: &PublicInputs, truth: HeldBackTruth) -> LabeledSet {
//!     LabeledSet::new(inputs, truth).unwrap()
//! }
//! ```

mod labeled_set;
mod student;

pub use labeled_set::{LabeledSet, LabeledSetError};
pub use student::{Student, StudentError};
