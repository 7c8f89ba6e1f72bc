//! Sums of gradients on a grid: additions that do not round.

use super::clip::norm_of;
use super::sum::ClippedUnits;
use super::{Clipping, Grid, clip_factor};
use crate::{MechanismError, Sensitive};

/// Adds `factor * gradient` to `sum`, in units of the grid; a factor of 0 adds nothing.
///
/// The reference for engines, which have the norm and hence the factor of [`clip_factor`] already.
/// The products are exact in f64. Additions saturate; that is no larger a move than the addend, so
/// the sensitivity holds even then. Coordinates beyond the shorter of the two are left alone.
pub fn add_to_grid(sum: &mut [i64], gradient: &[f32], factor: f32, grid: &Grid) {
    if factor > 0.0 {
        for (total, &g) in sum.iter_mut().zip(gradient) {
            let units = grid.units(f64::from(factor) * f64::from(g));
            *total = total.saturating_add(units);
        }
    }
}

/// Adds `gradient`, clipped as a whole to the grid's norm, to `sum`; a unit without a finite norm
/// adds nothing. Returns the norm before clipping. The analogue of [`add_clipped`](super::add_clipped).
pub fn add_clipped_to_grid(sum: &mut [i64], gradient: &[f32], grid: &Grid) -> Sensitive<f64> {
    let norm = norm_of(gradient);
    add_to_grid(sum, gradient, clip_factor(norm, grid.clipped_norm()), grid);
    Sensitive::new(norm)
}

/// The sum of the gradients of a batch's units on a [`Grid`], each clipped by the stated rule and
/// rounded; the integer analogue of [`ClippedSum`](super::ClippedSum).
///
/// Whoever makes one promises that
/// - every unit added the rounding of a vector of L2 norm at most
///   `sensitivity (1 + `[`CLIPPING_SLACK`](super::CLIPPING_SLACK)`)`, as [`add_clipped_to_grid`]
///   does, and is counted once among the norms; units without a finite norm added nothing;
/// - what a unit added, and its norm, is a function of that unit and the model alone, to the last bit, and not of
///   which other units are in the batch, where it stands among them, or how the work is divided
///   (an engine whose sums inside one gradient are ordered by the batch breaks this);
/// - no addition wrapped around (saturating is fine), and an empty batch gives zeros.
///
/// Then one unit, added or removed, moves the sum by at most [`Grid::sensitivity`], exactly.
#[derive(Debug)]
pub struct IntegerSum {
    pub(super) sum: Sensitive<Vec<i64>>,
    pub(super) units: ClippedUnits,
    pub(super) grid: Grid,
}

impl IntegerSum {
    /// States that `sum`, in steps of `grid`, is that of units which had these L2 norms, each
    /// clipped by `clipping`; `norms` as for [`ClippedSum::new`](super::ClippedSum::new).
    ///
    /// # Errors
    /// Another number of coordinates than the grid's, or a grid for another rule.
    pub fn new(
        clipping: &Clipping,
        sum: Sensitive<Vec<i64>>,
        grid: Grid,
        norms: &Sensitive<Vec<f64>>,
    ) -> Result<Self, MechanismError> {
        // The number of coordinates is that of the model's parameters: public.
        let (found, parameters) = (sum.expose_sensitive().len(), grid.parameters());
        if found != parameters {
            return Err(MechanismError::GridSize { found, parameters });
        }
        let (clipped, made_for) = (clipping.sensitivity(), grid.clipped_norm());
        if clipped != made_for {
            let grid = made_for;
            return Err(MechanismError::GridClipping { clipped, grid });
        }
        let units = ClippedUnits::new(clipping, norms);
        Ok(Self { sum, units, grid })
    }

    /// Adds the sum of another part of the same batch; each of its units is in one part. However
    /// a batch is divided, the sum is the same.
    ///
    /// # Errors
    /// A part that was clipped by another rule, or of another length; nothing was added then.
    pub fn add(&mut self, part: IntegerSum) -> Result<(), MechanismError> {
        let (expected, found) = (self.grid.parameters(), part.grid.parameters());
        if found != expected {
            return Err(MechanismError::Length { found, expected });
        }
        // The same rule and length have the same grid.
        self.units.add(part.units)?;
        let totals = self.sum.expose_sensitive_mut().iter_mut();
        for (total, units) in totals.zip(part.sum.into_exposed_sensitive()) {
            *total = total.saturating_add(units);
        }
        Ok(())
    }

    /// The stated rule.
    pub fn clipping(&self) -> &Clipping {
        &self.units.clipping
    }

    /// The grid.
    pub fn grid(&self) -> Grid {
        self.grid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(norm: f64, grid: Grid, values: &[i64]) -> Result<IntegerSum, MechanismError> {
        let (values, norms) = (Sensitive::new(values.to_vec()), Sensitive::new(vec![0.0]));
        IntegerSum::new(&Clipping::Flat { norm }, values, grid, &norms)
    }

    #[test]
    fn a_sum_on_a_grid_of_another_length_or_rule_is_refused() {
        let grid = Grid::for_clipping(1.0, 3).unwrap();
        let expected = MechanismError::GridSize {
            found: 4,
            parameters: 3,
        };
        assert_eq!(sum(1.0, grid, &[0; 4]).unwrap_err(), expected);
        // The spacing alone would not tell: it is a power of two.
        let near = Grid::for_clipping(1.01, 3).unwrap();
        assert_eq!(near.spacing(), grid.spacing());
        let expected = MechanismError::GridClipping {
            clipped: 1.0,
            grid: 1.01,
        };
        assert_eq!(sum(1.0, near, &[0; 3]).unwrap_err(), expected);
    }

    #[test]
    fn parts_add_up_and_stop_at_the_ends() {
        let grid = Grid::for_clipping(1.0, 2).unwrap();
        let mut total = sum(1.0, grid, &[7, i64::MAX - 1]).unwrap();
        total.add(sum(1.0, grid, &[-9, 5]).unwrap()).unwrap();
        assert_eq!(total.sum.expose_sensitive(), &[-2, i64::MAX]);
        assert_eq!(*total.units.units.expose_sensitive(), 2);

        let longer = Grid::for_clipping(1.0, 3).unwrap();
        let refused = total.add(sum(1.0, longer, &[0; 3]).unwrap());
        assert!(matches!(refused, Err(MechanismError::Length { .. })));
        let other = Grid::for_clipping(2.0, 2).unwrap();
        let refused = total.add(sum(2.0, other, &[1, 1]).unwrap());
        assert!(matches!(refused, Err(MechanismError::Clipping { .. })));
        assert_eq!(total.sum.expose_sensitive(), &[-2, i64::MAX]);
        assert_eq!(*total.units.units.expose_sensitive(), 2);
    }

    #[test]
    fn a_factor_of_zero_skips_and_additions_stop_at_the_ends() {
        let grid = Grid::for_clipping(1.0, 2).unwrap();
        let mut sum = [7, i64::MAX];
        add_to_grid(&mut sum, &[f32::NAN, f32::INFINITY], 0.0, &grid);
        assert_eq!(sum, [7, i64::MAX]);
        add_to_grid(&mut sum, &[0.0, 1.0], 1.0, &grid);
        assert_eq!(sum, [7, i64::MAX]);
        add_to_grid(&mut sum, &[0.5, -0.5], 1.0, &grid);
        let half = (0.5 / grid.spacing()) as i64;
        assert_eq!(sum, [7 + half, i64::MAX - half]);
    }
}
