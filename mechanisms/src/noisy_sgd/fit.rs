//! Whether a plan fits what it is to run on, known before it is charged.

use super::{Arithmetic, NoisySgdMechanism, exact};
use crate::{MechanismError, Sensitive};

impl NoisySgdMechanism {
    /// Refuses a model of `parameters` parameters that a run of this plan would refuse at its first
    /// release. Ask before the cost is charged: a run that is refused later has paid.
    ///
    /// # Errors
    /// In exact arithmetic, parameters for which there is no grid, or noise that can leave its range
    /// of 2^-10 to 2^40 units of the grid; where units take turns, noise of earlier steps that fills
    /// more than 2^32 numbers.
    pub fn check_model(&self, parameters: usize) -> Result<(), MechanismError> {
        if let Some(noise) = self.correlated() {
            noise.parameters().strategy.check_memory(parameters)?;
        }
        match self.parameters().arithmetic {
            Arithmetic::Float => Ok(()),
            Arithmetic::Exact => exact::check_noise(self, parameters),
        }
    }

    /// Refuses more private units than the plan's cost was made for, as a run does.
    ///
    /// # Errors
    /// [`MechanismError::TooManyUnits`], which depends on private data.
    pub fn check_units(&self, units: &Sensitive<usize>) -> Result<(), MechanismError> {
        self.parameters().sampling.check_units(units)
    }
}
