//! Where noise comes from: a key, a source, substreams, and the distributions drawn from them.

mod chunks;
mod gaussian;
mod key;
mod laplace;
mod rounded_gaussian;
mod source;
mod stream;
mod uniform;

pub(crate) use chunks::ChunkStreams;
pub use gaussian::Gaussian;
pub use key::NoiseKey;
pub use laplace::Laplace;
pub use rounded_gaussian::RoundedGaussian;
pub(crate) use source::PlanNoise;
pub use source::{NoiseOrigin, NoiseSource};
pub use stream::NoiseStream;
