//! PATE's public side: a student that learns from released labels alone.
//!
//! A [`LabeledSet`] is made of public inputs and of labels that a mechanism released; there is no
//! other way to make one. True labels of public examples have a type of their own
//! ([`HeldBackTruth`](privet_training::data::HeldBackTruth)) that can judge answers and cannot
//! become training data.
//!
//! # What does not compile
//! This is the way that does:
//! ```
//! # use privet_mechanisms::ReleasedLabel;
//! # use privet_student::{LabeledSet, LabeledSetError};
//! # use privet_training::data::PublicInputs;
//! fn learn(inputs: &PublicInputs, labels: &[ReleasedLabel]) -> Result<LabeledSet, LabeledSetError> {
//!     LabeledSet::new(inputs, labels)
//! }
//! ```
//!
//! True labels instead of released ones:
//! ```compile_fail,E0308
//! # use privet_student::{LabeledSet, LabeledSetError};
//! # use privet_training::data::{HeldBackTruth, PublicInputs};
//! fn learn(inputs: &PublicInputs, labels: &HeldBackTruth) -> Result<LabeledSet, LabeledSetError> {
//!     LabeledSet::new(inputs, labels)
//! }
//! ```
//!
//! Numbers that came from anywhere:
//! ```compile_fail,E0308
//! # use privet_student::{LabeledSet, LabeledSetError};
//! # use privet_training::data::PublicInputs;
//! fn learn(inputs: &PublicInputs, labels: &[u32]) -> Result<LabeledSet, LabeledSetError> {
//!     LabeledSet::new(inputs, labels)
//! }
//! ```
//!
//! A labelled set without any mechanism:
//! ```compile_fail,E0451
//! # use privet_student::LabeledSet;
//! fn forge(inputs: ndarray::Array2<f32>, labels: Vec<u32>) -> LabeledSet {
//!     LabeledSet { inputs, labels }
//! }
//! ```
//!
//! A released label that no mechanism released:
//! ```compile_fail,E0451
//! # use privet_mechanisms::ReleasedLabel;
//! fn forge(query: u64, class: usize) -> ReleasedLabel {
//!     ReleasedLabel { query, class }
//! }
//! ```
//!
//! Private examples as inputs:
//! ```compile_fail,E0308
//! # use privet_mechanisms::{ReleasedLabel, Sensitive};
//! # use privet_student::{LabeledSet, LabeledSetError};
//! # use privet_training::data::Examples;
//! fn learn(
//!     inputs: &Sensitive<Examples>,
//!     labels: &[ReleasedLabel],
//! ) -> Result<LabeledSet, LabeledSetError> {
//!     LabeledSet::new(inputs, labels)
//! }
//! ```

mod labeled_set;
mod student;

pub use labeled_set::{LabeledSet, LabeledSetError};
pub use student::{Student, StudentError};
