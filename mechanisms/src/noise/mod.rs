//! Where noise comes from: a key, a source, substreams, and the distributions drawn from them.

mod chunks;
mod discrete_gaussian;
mod discrete_laplace;
mod exact_gaussian;
mod exact_laplace;
mod exponential;
mod fixed_point;
mod gaussian;
mod half_normal;
mod key;
mod lazy_real;
mod noisy_ceiling;
mod rounded_gaussian;
mod source;
mod stream;
mod uniform;

pub(crate) use chunks::ChunkStreams;
pub use discrete_gaussian::DiscreteGaussian;
pub use discrete_laplace::DiscreteLaplace;
pub use exact_gaussian::ExactGaussian;
pub use exact_laplace::ExactLaplace;
pub(crate) use fixed_point::{FixedPoint, Scale};
pub use gaussian::Gaussian;
pub use key::NoiseKey;
pub use lazy_real::LazyReal;
pub use noisy_ceiling::noisy_ceiling;
pub use rounded_gaussian::RoundedGaussian;
pub(crate) use source::PlanNoise;
pub use source::{NoiseOrigin, NoiseSource};
pub use stream::NoiseStream;
