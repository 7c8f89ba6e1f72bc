//! Representations of inputs that cost no privacy.
//!
//! A [`FeatureMap`] is a list of [`Stage`]s, each a function of one record that is fixed in advance
//! or fitted on public rows alone. Teachers and students, noisy SGD and what is exported apply the
//! same map.
//!
//! - [`Scattering`], [`OrientedGradients`]: of images, without any data;
//! - [`GroupNormalise`], [`RowNorm`]: of each row by itself;
//! - [`PrincipalComponents`], [`Standardise`]: fitted on public rows;
//! - [`Encoder`]: a network that was trained on public rows without labels.

mod encoder;
mod error;
mod group_normalise;
mod map;
mod oriented_gradients;
mod parts;
mod principal_components;
mod row_norm;
mod scattering;
mod spec;
mod stage;
mod standardise;
mod tensor;

pub use encoder::Encoder;
pub use error::FeatureError;
pub use group_normalise::GroupNormalise;
pub use map::FeatureMap;
pub use oriented_gradients::{BlockNormalisation, OrientedGradients};
pub use parts::{FeatureDescription, FeatureParts, StageDescription};
pub use principal_components::PrincipalComponents;
pub use row_norm::{RowNorm, RowNormMode};
pub use scattering::Scattering;
pub use spec::{Fitting, StageSpec};
pub use stage::Stage;
pub use standardise::{Standardise, Statistics};
pub use tensor::Tensor;
