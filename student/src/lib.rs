//! The public side: a student that learns from what was released and from public inputs alone.
//!
//! - [`LabeledSet`]: released labels with their inputs, and pseudo labels apart from them;
//! - [`StudentTraining`]: how a student learns, supervised or also from inputs without labels
//!   ([`FixMatch`], [`VirtualAdversarial`], [`Gan`]);
//! - [`Student`]: the trained network, its probabilities and features;
//! - [`questions`]: which public inputs to ask the teachers about;
//! - [`LabelRegression`]: what a regression of few labels says of all public inputs, for a student;
//! - [`surest_answers`]: what a model that noisy SGD released says of public inputs, for a student too.
//!
//! A [`LabeledSet`] is made of public inputs and of labels that a mechanism released, or of the
//! [answers](surest_answers) of a model for which the caller vouches that a mechanism released it; there is
//! no other way to make one. What is learned from beside it is of type
//! [`PublicInputs`](privet_training::data::PublicInputs), which has no labels. True labels of public examples have a type of their own
//! ([`HeldBackTruth`](privet_training::data::HeldBackTruth)) that can judge answers and cannot
//! become training data.
//!
//! # What does not compile
//! This is the way that does:
//! ```
//! # use privet_mechanisms::ReleasedLabel;
//! # use privet_student::questions::Questions;
//! # use privet_student::{LabeledSet, LabeledSetError, Student, StudentError, StudentTraining};
//! # use privet_training::data::PublicInputs;
//! # use privet_training::gradient::GradientEngine;
//! # use privet_training::network::Architecture;
//! fn learn(inputs: &PublicInputs, labels: &[ReleasedLabel]) -> Result<LabeledSet, LabeledSetError> {
//!     LabeledSet::new(inputs, labels)
//! }
//! fn ask(pool: &PublicInputs) -> Questions<'_> {
//!     Questions::new(pool, 0)
//! }
//! fn train(
//!     engine: &dyn GradientEngine,
//!     network: Architecture,
//!     training: &StudentTraining,
//!     set: &LabeledSet,
//!     pool: &PublicInputs,
//! ) -> Result<Student, StudentError> {
//!     let device = burn::tensor::Device::flex();
//!     Student::train(engine, network, training, 0, set, pool, &device, |_, _| {})
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
//! A pseudo label that no student gave:
//! ```compile_fail,E0451
//! # use privet_student::PseudoLabel;
//! fn forge(position: usize, class: u32) -> PseudoLabel {
//!     PseudoLabel { position, class }
//! }
//! ```
//!
//! Private examples as the pool of questions:
//! ```compile_fail,E0308
//! # use privet_mechanisms::Sensitive;
//! # use privet_student::questions::Questions;
//! # use privet_training::data::Examples;
//! fn ask(private: &Sensitive<Examples>) -> Questions<'_> {
//!     Questions::new(private, 0)
//! }
//! ```
//!
//! Examples with their true labels as what a student learns from without labels:
//! ```compile_fail,E0308
//! # use privet_student::{LabeledSet, Student, StudentError, StudentTraining};
//! # use privet_training::data::Examples;
//! # use privet_training::gradient::GradientEngine;
//! # use privet_training::network::Architecture;
//! fn learn(
//!     engine: &dyn GradientEngine,
//!     network: Architecture,
//!     training: &StudentTraining,
//!     set: &LabeledSet,
//!     labeled: &Examples,
//! ) -> Result<Student, StudentError> {
//!     let device = burn::tensor::Device::flex();
//!     Student::train(engine, network, training, 0, set, labeled, &device, |_, _| {})
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

mod distance;
mod distillation;
mod labeled_set;
mod learning;
pub mod questions;
mod regression;
mod settings;
mod student;

pub use distillation::{kept, surest_answers};
pub use labeled_set::{LabeledSet, LabeledSetError, PseudoLabel};
pub use regression::LabelRegression;
pub use settings::{
    FixMatch, Gan, Method, SettingError, StudentInputs, StudentTraining, VirtualAdversarial,
};
pub use student::{Student, StudentError};
