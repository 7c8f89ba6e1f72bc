//! Trained networks as exact integer arithmetic, ready for encrypted inference.
//!
//! A network of profile [`EncryptedInference`](privet_gradients::network::Profile) whose inputs lie
//! on a public grid becomes additions and multiplications of whole numbers, which homomorphic
//! encryption can evaluate:
//!
//! 1. [`quantise`](mod@quantise) folds public normalisation into its neighbours, rounds weights to a
//!    symmetric grid and biases to the scale of the sums that they join, and proves how far the
//!    scores can be from those of the network;
//! 2. [`IntegerModel`] is the result: every layer with the range that its values cannot leave, and
//!    [`IntegerModel::evaluate`], the exact reference that an encrypted evaluation must equal;
//! 3. [`IntegerFile`] is the model as JSON, with examples of inputs and scores, behind a reader that
//!    checks everything anew.
//!
//! No function here takes data to choose a scale or a range: they follow from the trained weights,
//! which are released, and the public input grid alone. Ranges measured on private records would be
//! another release of them.

mod bounds;
mod comparison;
mod decimal;
mod document;
mod error;
mod file;
mod fold;
mod forward;
mod layer;
mod model;
mod numbers;
pub mod quantise;
mod ranges;
mod trained;

pub use bounds::Bounds;
pub use comparison::{Comparison, class_of};
pub use error::IntegerError;
pub use file::{Description, GoldenVector, IntegerFile};
pub use layer::{IntegerLayer, IntegerParameters};
pub use model::IntegerModel;
pub use quantise::{Quantised, Settings, quantise};
pub use ranges::LayerOutput;
pub use trained::TrainedLayer;
