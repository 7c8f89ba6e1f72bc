//! Noisy SGD (DP-SGD, Abadi et al. 2016): clip each unit's gradient, sum, add noise, step.
//!
//! - [`PrivateUnits`]: the private examples, and which of them form a unit;
//! - [`NoisySgdSettings`]: optimizer, average, augmentation, physical batches;
//! - [`NoisySgdTraining`]: the training, step by step.

mod gather;
mod record_streams;
mod settings;
mod total;
mod training;
mod units;

pub use settings::NoisySgdSettings;
pub use training::NoisySgdTraining;
pub use units::PrivateUnits;
