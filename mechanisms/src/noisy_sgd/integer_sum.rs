//! Sums of gradients on a grid: additions that do not round.

use super::{Grid, clip_factor, norm_of};
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

/// Adds `gradient`, clipped to the grid's norm, to `sum`; an example without a finite norm adds
/// nothing. Returns the norm before clipping. The analogue of [`add_clipped`](super::add_clipped).
pub fn add_clipped_to_grid(sum: &mut [i64], gradient: &[f32], grid: &Grid) -> Sensitive<f64> {
    let norm = norm_of(gradient);
    add_to_grid(sum, gradient, clip_factor(norm, grid.clipping_norm()), grid);
    Sensitive::new(norm)
}

/// The sum of a batch's gradients on a [`Grid`], each clipped and rounded; the integer analogue of
/// [`ClippedSum`](super::ClippedSum).
///
/// Whoever makes one promises that
/// - every example added the rounding of a vector of L2 norm at most
///   `C (1 + `[`CLIPPING_SLACK`](super::CLIPPING_SLACK)`)`, as [`add_clipped_to_grid`] does, and examples without a finite
///   norm added nothing;
/// - what an example added is a function of that example and the model alone, to the last bit, and
///   not of which other examples are in the batch, where it stands among them, or how the work is
///   divided (an engine whose sums inside one gradient are ordered by the batch breaks this);
/// - no addition wrapped around (saturating is fine), and an empty batch gives zeros.
///
/// Then one example, added or removed, moves the sum by at most [`Grid::sensitivity`], exactly.
#[derive(Debug)]
pub struct IntegerSum {
    pub(super) sum: Sensitive<Vec<i64>>,
    pub(super) grid: Grid,
}

impl IntegerSum {
    /// States that `sum` was clipped and rounded for `grid`. Refuses another number of coordinates
    /// than the grid's.
    pub fn new(sum: Sensitive<Vec<i64>>, grid: Grid) -> Result<Self, MechanismError> {
        // The number of coordinates is that of the model's parameters: public.
        let (found, parameters) = (sum.expose_sensitive().len(), grid.parameters());
        if found != parameters {
            return Err(MechanismError::GridSize { found, parameters });
        }
        Ok(Self { sum, grid })
    }

    /// The grid.
    pub fn grid(&self) -> Grid {
        self.grid
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_of_another_length_is_refused() {
        let grid = Grid::for_clipping(1.0, 3).unwrap();
        let refused = IntegerSum::new(Sensitive::new(vec![0; 4]), grid).unwrap_err();
        let expected = MechanismError::GridSize {
            found: 4,
            parameters: 3,
        };
        assert_eq!(refused, expected);
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
