//! The clipped sum of a logical batch, in the arithmetic of the plan.

use privet_gradients::{GradientError, GradientSum, Sum};
use privet_mechanisms::{
    Arithmetic, ClippedSum, Clipping, DrawnBatch, Grid, IntegerSum, MechanismError, NoisySgdRun,
    Sensitive,
};

use crate::plain::TrainingError;

/// A sum on its way from the engine to the mechanism.
pub(super) enum Total {
    /// Of numbers.
    Float(ClippedSum),
    /// Of integers, in steps of the run's grid.
    Exact(IntegerSum),
}

impl Total {
    /// What the engine gave for a part of a batch, clipped by `clipping` and, where there is one,
    /// rounded to `grid`.
    ///
    /// # Errors
    /// A sum of the other kind, or of another length than the grid's.
    pub(super) fn of_part(
        clipping: &Clipping,
        grid: Option<Grid>,
        part: GradientSum,
    ) -> Result<Self, TrainingError> {
        let GradientSum { sum, norms, .. } = part;
        let refuse = |reason: &str| Err(GradientError::Request(reason.into()).into());
        match (sum.into_exposed_sensitive(), grid) {
            (Sum::Float(sum), None) => {
                let sum = Sensitive::new(sum);
                Ok(Self::Float(ClippedSum::new(clipping, sum, &norms)))
            }
            (Sum::Grid(sum), Some(grid)) => {
                let sum = IntegerSum::new(clipping, Sensitive::new(sum), grid, &norms)?;
                Ok(Self::Exact(sum))
            }
            (Sum::Grid(_), None) => {
                refuse("the engine gave a sum on a grid where none was asked for")
            }
            (Sum::Float(_), Some(_)) => {
                refuse("the engine gave a sum in floating point where one on a grid was asked for")
            }
        }
    }

    /// Adds another part of the same batch.
    ///
    /// # Errors
    /// A part that does not fit; nothing was added then.
    pub(super) fn add(&mut self, part: Self) -> Result<(), MechanismError> {
        match (self, part) {
            (Self::Float(total), Self::Float(part)) => total.add(part),
            (Self::Exact(total), Self::Exact(part)) => total.add(part),
            (Self::Float(_), Self::Exact(_)) => other(Arithmetic::Exact, Arithmetic::Float),
            (Self::Exact(_), Self::Float(_)) => other(Arithmetic::Float, Arithmetic::Exact),
        }
    }

    /// The noisy average gradient of `batch`, whose sum this is.
    ///
    /// # Errors
    /// As the run's release.
    pub(super) fn release(
        self,
        run: &mut NoisySgdRun,
        batch: DrawnBatch,
    ) -> Result<Vec<f32>, MechanismError> {
        match self {
            Self::Float(sum) => run.release(batch, sum),
            Self::Exact(sum) => run.release_exact(batch, sum),
        }
    }
}

fn other(found: Arithmetic, planned: Arithmetic) -> Result<(), MechanismError> {
    Err(MechanismError::Arithmetic { found, planned })
}
