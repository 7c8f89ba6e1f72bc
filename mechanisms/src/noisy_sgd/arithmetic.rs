//! Floating-point or exact: a part of the plan.

use crate::MechanismError;

/// In which numbers a training sums its gradients and draws its noise.
///
/// Both have the same event and, within a share of 1 in 30,000, the same noise; they differ in what
/// is true of a computer. It is a public constant of the plan, so that sums, grid and noise fit
/// each other from the first step to the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Arithmetic {
    /// Sums in f32 and f64, noise drawn and added in f64. The rounding of the sums and the low bits
    /// of the noise are outside the guarantee (see the documentation of this crate).
    #[default]
    Float,
    /// Sums of integers on a [`Grid`](super::Grid) and exactly sampled integer noise: the guarantee
    /// holds for the numbers that are released.
    Exact,
}

impl Arithmetic {
    /// Refuses sums of the other kind.
    pub(super) fn check(self, found: Self) -> Result<(), MechanismError> {
        match found == self {
            true => Ok(()),
            false => Err(MechanismError::Arithmetic {
                found,
                planned: self,
            }),
        }
    }
}
