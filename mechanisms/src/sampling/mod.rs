//! How the records of a batch are chosen.
//!
//! A [`BatchSampler`] draws batches and says what sampling does to an event; nothing else makes a
//! batch, so the batch that is stepped on is the batch that was paid for.

mod batch;
mod poisson;

pub(crate) use batch::RunId;
pub use batch::{BatchId, PoissonBatch};
pub use poisson::PoissonSampling;

use privet_accountant::DpEvent;

use crate::{MechanismError, NoiseStream, Sensitive};

/// A random choice of records, with its effect on privacy.
///
/// Its fields are public constants; what is sensitive (the number of records) is an argument.
pub trait BatchSampler {
    /// A drawn batch.
    type Batch;

    /// The event of `step` done to one drawn batch.
    fn sampled(&self, step: DpEvent) -> Result<DpEvent, MechanismError>;

    /// A batch of the records `0..records`. Only a run of a plan can make the `id`.
    fn draw(&self, records: &Sensitive<usize>, id: BatchId, coins: &mut NoiseStream)
    -> Self::Batch;
}
