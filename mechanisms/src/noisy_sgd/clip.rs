//! Bounding what one unit contributes.

use crate::Sensitive;

/// By how much, relatively, a unit's contribution may exceed the clipping norm because norms
/// and products are rounded; the noise is larger by the same factor, so the event stays true.
///
/// 2^-16 is 128 units in the last place of an f32: room for a norm that is accumulated in f32 over
/// lanes or blocks, not for one that is accumulated naively over millions of coordinates.
pub const CLIPPING_SLACK: f64 = 1.0 / 65536.0;

/// The factor that brings a vector of L2 norm `norm` down to `clipping_norm`:
/// `min(1, clipping_norm / norm)`, rounded down to f32.
///
/// It is 0 for a norm that is NaN, infinite or negative, and for a clipping norm that is not a
/// positive number. **Skip the unit then, do not multiply: `0 * NaN` is NaN.** Otherwise
/// `factor * norm <= clipping_norm (1 + 2^-53)`; rounding the products to f32 adds at most 2^-24
/// relatively. (`f32::NAN.min(1.0)` is 1.0: the obvious formula lets a NaN pass unclipped.)
pub fn clip_factor(norm: f64, clipping_norm: f64) -> f32 {
    if !(norm >= 0.0 && norm.is_finite() && clipping_norm > 0.0) {
        return 0.0;
    }
    if norm <= clipping_norm {
        return 1.0;
    }
    let exact = clipping_norm / norm;
    let nearest = exact as f32;
    if f64::from(nearest) > exact {
        nearest.next_down()
    } else {
        nearest
    }
}

/// Adds `gradient`, clipped, to `sum`; a unit without a finite norm adds nothing.
///
/// The reference for engines, which do the same in blocks. The norm is accumulated in f64.
/// Coordinates beyond the shorter of the two are left alone. Returns the norm before clipping.
pub fn add_clipped(sum: &mut [f32], gradient: &[f32], clipping_norm: f64) -> Sensitive<f64> {
    let norm = norm_of(gradient);
    let factor = clip_factor(norm, clipping_norm);
    if factor > 0.0 {
        for (total, &g) in sum.iter_mut().zip(gradient) {
            *total += factor * g;
        }
    }
    Sensitive::new(norm)
}

/// The L2 norm, accumulated in f64: squares of f32 neither overflow nor vanish there, and `d`
/// coordinates lose at most a share of `d 2^-53`.
pub(super) fn norm_of(gradient: &[f32]) -> f64 {
    let squares = gradient.iter().map(|&g| f64::from(g).powi(2));
    squares.sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_has_no_finite_norm_gets_factor_zero() {
        for norm in [
            f64::NAN,
            f64::INFINITY,
            f64::NEG_INFINITY,
            -1.0,
            f64::from(f32::NAN),
        ] {
            assert_eq!(clip_factor(norm, 1.0), 0.0, "{norm}");
        }
        for clipping_norm in [f64::NAN, 0.0, -1.0] {
            assert_eq!(clip_factor(0.5, clipping_norm), 0.0, "{clipping_norm}");
        }
        assert_eq!(clip_factor(0.0, 1.0), 1.0);
        assert_eq!(clip_factor(1.0, 1.0), 1.0);
        assert_eq!(clip_factor(4.0, 1.0), 0.25);
    }

    #[test]
    fn a_broken_example_adds_nothing() {
        let mut sum = vec![1.0, 2.0];
        for broken in [
            [f32::NAN, 0.0],
            [f32::INFINITY, 1.0],
            [1.0, f32::NEG_INFINITY],
        ] {
            add_clipped(&mut sum, &broken, 1.0);
        }
        assert_eq!(sum, [1.0, 2.0]);
        // Squares of f32 do not overflow in f64.
        add_clipped(&mut sum, &[f32::MAX, 0.0], 1.0);
        assert_eq!(sum, [2.0, 2.0]);
    }

    proptest! {
        #[test]
        fn the_factor_is_at_most_and_nearly_the_quotient(
            norm in 1e-30_f64..1e30, clipping_norm in 1e-6_f64..1e6,
        ) {
            let factor = f64::from(clip_factor(norm, clipping_norm));
            let exact = (clipping_norm / norm).min(1.0);
            prop_assert!(factor <= exact);
            prop_assert!(factor * norm <= clipping_norm * (1.0 + 1e-15));
            prop_assert!(factor >= exact * (1.0 - 1.2e-7));
        }

        #[test]
        fn one_example_adds_at_most_the_clipping_norm(
            gradient in prop::collection::vec(-1e3_f32..1e3, 1..200), clipping_norm in 1e-3_f64..1e3,
        ) {
            let mut sum = vec![0.0; gradient.len()];
            add_clipped(&mut sum, &gradient, clipping_norm);
            let added = sum.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>().sqrt();
            prop_assert!(added <= clipping_norm * (1.0 + CLIPPING_SLACK));
        }
    }
}
