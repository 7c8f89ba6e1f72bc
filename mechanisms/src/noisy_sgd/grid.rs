//! Gradients on an integer grid: sums without rounding.

use super::{CLIPPING_SLACK, clip_factor, norm_of};
use crate::error::in_range;
use crate::{MechanismError, Sensitive};

/// A grid of spacing `g` for the coordinates of clipped gradients. An example contributes
/// integers, its clipped gradient over `g` rounded to nearest, and integer sums do not round.
///
/// **Sensitivity.** Let `v` be an example's clipped gradient in `d` coordinates, with
/// `|v| <= C (1 + `[`CLIPPING_SLACK`]`)` in L2. Rounding moves a coordinate by at most `g / 2`, so
/// `|g round(v / g)| <= |v| + |g round(v / g) - v| <= C (1 + CLIPPING_SLACK) + g sqrt(d) / 2`.
/// This is [`sensitivity`](Self::sensitivity): how far one example, added or removed, moves the
/// sum. The noise is a multiple of it, so rounding after clipping costs no privacy.
///
/// **Spacing.** The largest power of two with which the second term is at most `2^-16 C`. The noise
/// grows by less than 1 in 30,000, and scaling by `1 / g` is exact in f32 and f64.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    clipping_norm: f64,
    parameters: usize,
    spacing: f64,
}

impl Grid {
    /// The grid for gradients of `parameters` coordinates that are clipped to `clipping_norm`.
    ///
    /// Refuses clipping norms outside 1e-10 to 1e20, and 0 or more than 2^32 parameters.
    pub fn for_clipping(clipping_norm: f64, parameters: usize) -> Result<Self, MechanismError> {
        let valid = (1e-10..=1e20).contains(&clipping_norm);
        let expected = "between 1e-10 and 1e20";
        in_range("clipping_norm", clipping_norm, valid, expected)?;
        let coordinates = parameters as f64;
        let valid = (1.0..=2_f64.powi(32)).contains(&coordinates);
        let expected = "between 1 and 2^32 (the number of coordinates of a gradient)";
        in_range("parameters", coordinates, valid, expected)?;

        let largest = 2_f64.powi(-15) * clipping_norm / coordinates.sqrt();
        // The power of two below a normal f64 is what is left without its mantissa.
        let spacing = f64::from_bits(largest.next_down().to_bits() & (0x7ff << 52));
        Ok(Self {
            clipping_norm,
            parameters,
            spacing,
        })
    }

    /// The L2 norm `C` to which gradients are clipped before they are rounded.
    pub fn clipping_norm(&self) -> f64 {
        self.clipping_norm
    }

    /// The number `d` of coordinates of a gradient.
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    /// The spacing `g`, a power of two, in the gradient's unit.
    pub fn spacing(&self) -> f64 {
        self.spacing
    }

    /// The L2 sensitivity of the sum under add-or-remove-one, in the gradient's unit, rounded up:
    /// `C (1 + CLIPPING_SLACK) + g sqrt(d) / 2`.
    pub fn sensitivity(&self) -> f64 {
        let clipped = self.clipping_norm * (1.0 + CLIPPING_SLACK);
        let rounding = 0.5 * self.spacing * (self.parameters as f64).sqrt();
        // Four operations on positive numbers, each rounded by at most 2^-53 relatively.
        (clipped + rounding) * (1.0 + 2_f64.powi(-50))
    }

    /// `value` over the spacing, rounded to the nearest integer.
    ///
    /// A coordinate of a clipped gradient is below 2^33 units. Beyond 2^40 (a broken engine) the
    /// result is cut off, and NaN gives 0, so no sum of fewer than 2^23 examples can overflow.
    #[inline]
    pub fn units(&self, value: f64) -> i64 {
        const MOST: f64 = (1_u64 << 40) as f64;
        (value / self.spacing).round_ties_even().clamp(-MOST, MOST) as i64
    }
}

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
    add_to_grid(sum, gradient, clip_factor(norm, grid.clipping_norm), grid);
    Sensitive::new(norm)
}

/// The sum of a batch's gradients on a [`Grid`], each clipped and rounded; the integer analogue of
/// [`ClippedSum`](super::ClippedSum).
///
/// Whoever makes one promises that
/// - every example added the rounding of a vector of L2 norm at most
///   `C (1 + `[`CLIPPING_SLACK`]`)`, as [`add_clipped_to_grid`] does, and examples without a finite
///   norm added nothing;
/// - what an example added is a function of that example and the model alone, to the last bit, and
///   not of which other examples are in the batch, where it stands among them, or how the work is
///   divided (an engine whose sums inside one gradient are ordered by the batch breaks this);
/// - no addition overflowed, and an empty batch gives zeros.
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
        let (found, parameters) = (sum.expose_sensitive().len(), grid.parameters);
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
    fn the_spacing_is_the_largest_that_keeps_the_enlargement_small() {
        for clipping_norm in [1e-10, 0.7, 1.0, 3.0, 1e20] {
            for parameters in [1, 2, 26_010, 1_900_000, 1 << 32] {
                let grid = Grid::for_clipping(clipping_norm, parameters).unwrap();
                let share = |spacing: f64| {
                    0.5 * spacing * (parameters as f64).sqrt() / clipping_norm * 65536.0
                };
                assert_eq!(grid.spacing().log2().fract(), 0.0);
                assert!(share(grid.spacing()) <= 1.0 && share(2.0 * grid.spacing()) >= 1.0);
                let enlarged = grid.sensitivity() / clipping_norm;
                let exact = 1.0 + (1.0 + share(grid.spacing())) / 65536.0;
                assert!(enlarged >= exact && enlarged <= exact * (1.0 + 1e-14));
                // What the documentation of `units` says.
                assert!(grid.units(clipping_norm * (1.0 + CLIPPING_SLACK)) <= 1 << 33);
            }
        }
    }

    #[test]
    fn values_go_to_the_nearest_point_and_never_beyond_the_cut() {
        let grid = Grid::for_clipping(1.0, 1).unwrap();
        assert_eq!(grid.spacing(), 2_f64.powi(-16));
        for (halves, units) in [
            (0.0, 0),
            (0.9, 0),
            (1.1, 1),
            (-1.1, -1),
            (3.0, 2),
            (1.0, 0),
            (-5.0, -2),
        ] {
            assert_eq!(grid.units(halves * 2_f64.powi(-17)), units, "{halves}");
        }
        assert_eq!(grid.units(f64::NAN), 0);
        assert_eq!(grid.units(f64::INFINITY), 1 << 40);
        assert_eq!(grid.units(-1e300), -(1 << 40));
    }

    #[test]
    fn what_is_no_grid_is_refused() {
        for (norm, parameters) in [
            (f64::NAN, 1),
            (0.0, 1),
            (1e30, 1),
            (1.0, 0),
            (1.0, (1 << 32) + 1),
        ] {
            let refused = Grid::for_clipping(norm, parameters);
            assert!(matches!(refused, Err(MechanismError::OutOfRange { .. })));
        }
        let grid = Grid::for_clipping(1.0, 3).unwrap();
        let refused = IntegerSum::new(Sensitive::new(vec![0; 4]), grid).unwrap_err();
        let expected = MechanismError::GridSize {
            found: 4,
            parameters: 3,
        };
        assert_eq!(refused, expected);
    }
}
