//! Trained networks as exact integer arithmetic, ready for encrypted inference.
//!
//! A network of profile [`EncryptedInference`](privet_gradients::network::Profile) whose inputs lie
//! on a public grid becomes additions and multiplications of whole numbers, which homomorphic
//! encryption can evaluate:
//!
//! 1. [`worst_case`] says before anything is trained what no weights can mend, and how large values can
//!    become;
//! 2. [`quantise`](mod@quantise) folds public normalisation into its neighbours, rounds weights to a
//!    symmetric grid and biases to the scale of the sums that they join, and proves how far the
//!    scores can be from those of the network;
//! 3. [`IntegerModel`] is the result: every layer with the range that its values cannot leave, and
//!    [`IntegerModel::evaluate`], the exact reference that an encrypted evaluation must equal;
//! 4. [`IntegerFile`] is the model as JSON, with examples of inputs and scores, and of raw numbers and
//!    the inputs that they become, behind a reader that checks everything anew.
//!
//! No function here takes data to choose a scale or a range: they follow from the trained weights,
//! which are released, and the public input grid alone. Ranges measured on private records would be
//! another release of them.

mod bounds;
mod comparison;
mod decimal;
mod deviation;
mod document;
mod encoding;
mod error;
mod file;
mod fold;
mod forward;
mod layer;
mod model;
mod numbers;
mod pending;
pub mod quantise;
mod ranges;
mod trained;
mod worst_case;

pub use bounds::Bounds;
pub use comparison::{Comparison, class_of};
pub use document::{Description, GoldenVector};
pub use encoding::EncodingExample;
pub use error::IntegerError;
pub use file::IntegerFile;
pub use layer::{IntegerLayer, IntegerParameters};
pub use model::IntegerModel;
pub use quantise::{Quantised, Settings, quantise};
pub use ranges::LayerOutput;
pub use trained::TrainedLayer;
pub use worst_case::{WorstCase, worst_case};
