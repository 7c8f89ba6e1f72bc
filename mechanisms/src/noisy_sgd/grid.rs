//! The integer grid of a release without floating-point noise.

use super::CLIPPING_SLACK;
use crate::MechanismError;
use crate::error::in_range;

/// A grid of spacing `g` for the coordinates of clipped gradients. A unit of privacy contributes
/// integers, its clipped gradient over `g` rounded to nearest, and integer sums do not round.
///
/// **Sensitivity.** Let `v` be a clipped gradient in `d` coordinates, with
/// `|v| <= C (1 + `[`CLIPPING_SLACK`]`)` in L2, where `C` is the rule's
/// [`sensitivity`](super::Clipping::sensitivity). Rounding moves a coordinate by at most `g / 2`, so
/// `|g round(v / g)| <= |v| + |g round(v / g) - v| <= C (1 + CLIPPING_SLACK) + g sqrt(d) / 2`.
/// This is [`sensitivity`](Self::sensitivity): how far one of them, added or removed, moves the
/// sum. The noise is a multiple of it, so rounding after clipping costs no privacy.
///
/// **Spacing.** The largest power of two with which the second term is at most `2^-16 C`. The noise
/// grows by less than 1 in 30,000, and scaling by `1 / g` is exact in f32 and f64.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    clipped: f64,
    parameters: usize,
    spacing: f64,
}

impl Grid {
    /// The grid for gradients of `parameters` coordinates under a clipping rule with this
    /// [`sensitivity`](super::Clipping::sensitivity).
    ///
    /// Refuses sensitivities outside 1e-10 to 1e25 (no valid rule has another), and 0 or more than
    /// 2^32 parameters.
    pub fn for_clipping(sensitivity: f64, parameters: usize) -> Result<Self, MechanismError> {
        let clipped = sensitivity;
        let valid = (1e-10..=1e25).contains(&clipped);
        let expected = "between 1e-10 and 1e25";
        in_range("sensitivity of the clipping rule", clipped, valid, expected)?;
        let coordinates = parameters as f64;
        let valid = (1.0..=2_f64.powi(32)).contains(&coordinates);
        let expected = "between 1 and 2^32 (the number of coordinates of a gradient)";
        in_range("parameters", coordinates, valid, expected)?;

        let largest = 2_f64.powi(-15) * clipped / coordinates.sqrt();
        // The power of two below a normal f64 is what is left without its mantissa.
        let spacing = f64::from_bits(largest.next_down().to_bits() & (0x7ff << 52));
        Ok(Self {
            clipped,
            parameters,
            spacing,
        })
    }

    /// The most, `C`, that clipping leaves of a gradient in L2 before it is rounded.
    pub fn clipped_norm(&self) -> f64 {
        self.clipped
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
        let clipped = self.clipped * (1.0 + CLIPPING_SLACK);
        let rounding = 0.5 * self.spacing * (self.parameters as f64).sqrt();
        // Four operations on positive numbers, each rounded by at most 2^-53 relatively.
        (clipped + rounding) * (1.0 + 2_f64.powi(-50))
    }

    /// `value` over the spacing, rounded by [`grid_units`]. A coordinate of a clipped gradient is
    /// below 2^33 units.
    #[inline]
    pub fn units(&self, value: f64) -> i64 {
        grid_units(value, self.spacing)
    }
}

/// `value` over the spacing of a grid, a power of two, rounded to the nearest integer, ties to even.
///
/// Beyond 2^40 (a broken engine, or a grid that was not made for the values) the result is cut off,
/// and NaN gives 0, so no sum of fewer than 2^23 gradients can overflow. The one rule of all engines.
#[inline]
pub fn grid_units(value: f64, spacing: f64) -> i64 {
    const MOST: f64 = (1_u64 << 40) as f64;
    (value / spacing).round_ties_even().clamp(-MOST, MOST) as i64
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
            (1e26, 1),
            (1.0, 0),
            (1.0, (1 << 32) + 1),
        ] {
            let refused = Grid::for_clipping(norm, parameters);
            assert!(matches!(refused, Err(MechanismError::OutOfRange { .. })));
        }
    }
}
