//! Where noise comes from: a key, a source, substreams, and the distributions drawn from them.

mod gaussian;
mod key;
mod laplace;
mod source;
mod stream;

pub use gaussian::Gaussian;
pub use key::NoiseKey;
pub use laplace::Laplace;
pub(crate) use source::PlanNoise;
pub use source::{NoiseOrigin, NoiseSource};
pub use stream::NoiseStream;
