//! Noisy SGD: clip each unit's gradient, sum, add noise, divide by a public constant.
//!
//! [`NoisySgdMechanism`] is the plan, [`NoisySgdRun`] the running mechanism. Gradients are
//! computed elsewhere; what comes back is a [`ClippedSum`], or where the plan's [`Arithmetic`] is
//! exact, an [`IntegerSum`] on the run's [`Grid`].
//!
//! ```
//! use privet_mechanisms::{
//!     Arithmetic, ClippedSum, Clipping, MechanismError, NeighboringRelation, NoiseKey, NoiseSource,
//!     NoiseStrategy, NoisySgdMechanism, NoisySgdParameters, Sampling, Sensitive,
//! };
//! # fn gradients(_: &[usize], _: &Clipping) -> (Sensitive<Vec<f32>>, Sensitive<Vec<f64>>) {
//! #     (Sensitive::new(vec![0.0; 3]), Sensitive::new(vec![]))
//! # }
//! # fn main() -> Result<(), MechanismError> {
//! let plan = NoisySgdMechanism::new(NoisySgdParameters {
//!     sampling: Sampling::Poisson { sampling_probability: 0.01 },
//!     declared_units: 60_000,
//!     steps: 100,
//!     clipping: Clipping::Flat { norm: 1.0 }.into(),
//!     noise: NoiseStrategy::independent(),
//!     noise_multiplier: 1.1,
//!     arithmetic: Arithmetic::Float,
//! })?;
//! let _to_be_charged_first = plan.event(NeighboringRelation::AddOrRemoveOne)?;
//!
//! let noise = NoiseSource::from_key(&NoiseKey::generate()?);
//! # let private_units = 0;
//! let mut run = plan.start(&noise, Sensitive::new(private_units))?;
//! while let Some(batch) = run.next_batch() {
//!     let (sum, norms) = gradients(batch.indices().expose_sensitive(), run.clipping());
//!     let sum = ClippedSum::new(run.clipping(), sum, &norms);
//!     let _noisy_gradient: Vec<f32> = run.release(batch, sum)?;
//!     let _to_be_saved_beside_the_model = run.state();
//! }
//! # Ok(())
//! # }
//! ```

mod adaptive;
mod arithmetic;
mod clip;
mod clipping;
mod exact;
mod fit;
mod grid;
mod integer_sum;
mod parameters;
mod plan;
mod run;
mod state;
pub(crate) mod sum;

pub use adaptive::{AdaptiveClipping, ClippingPlan};
pub use arithmetic::Arithmetic;
pub use clip::{CLIPPING_SLACK, add_clipped, clip_factor};
pub use clipping::Clipping;
pub use grid::{Grid, grid_units};
pub use integer_sum::{IntegerSum, add_clipped_to_grid, add_to_grid};
pub use parameters::NoisySgdParameters;
pub use plan::NoisySgdMechanism;
pub use run::NoisySgdRun;
pub use state::RunState;
pub use sum::ClippedSum;
