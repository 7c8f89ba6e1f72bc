//! A teacher's vector, clipped.

/// How many binary digits a clipped entry has after the point.
pub(super) const GRID_BITS: u32 = 20;

const UNITS: f64 = (1_u64 << GRID_BITS) as f64;

/// The entries in units of 2^-20, scaled down where their L2 norm is above `norm` units, rounded
/// towards zero; NaN and infinite ones as 0.
///
/// The norm of the result is at most `norm`, and that is checked in integers, whatever floating
/// point did before.
pub(super) fn clip(entries: &[f32], norm: u64) -> Vec<i64> {
    let entries = entries
        .iter()
        .map(|&entry| f64::from(if entry.is_finite() { entry } else { 0.0 }));
    // Squares of f32 neither overflow nor vanish in f64.
    let found = entries.clone().map(|v| v * v).sum::<f64>().sqrt() * UNITS;
    let factor = if found > norm as f64 {
        norm as f64 / found
    } else {
        1.0
    };
    let mut clipped: Vec<i64> = entries.map(|v| (v * factor * UNITS) as i64).collect();
    let limit = u128::from(norm).pow(2);
    while squared_norm(&clipped) > limit {
        for units in &mut clipped {
            // Towards zero by 2^-30 of itself, and by at least 1: it ends.
            *units -= units.signum() * (1 + (units.abs() >> 30));
        }
    }
    clipped
}

fn squared_norm(units: &[i64]) -> u128 {
    let square = |units: &i64| u128::from(units.unsigned_abs()).pow(2);
    units.iter().map(square).sum()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entries() -> impl Strategy<Value = Vec<f32>> {
        let entry = prop_oneof![
            any::<f32>(),
            -3.0_f32..3.0,
            Just(1.0),
            Just(f32::MAX),
            Just(f32::MIN_POSITIVE)
        ];
        prop::collection::vec(entry, 1..40)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn the_norm_is_never_above_tau(entries in entries(), norm in 1_u64..1 << 36) {
            let clipped = clip(&entries, norm);
            prop_assert!(squared_norm(&clipped) <= u128::from(norm).pow(2));
            for (units, entry) in clipped.iter().zip(&entries) {
                prop_assert!(*units == 0 || (*units > 0) == (*entry > 0.0));
            }
        }

        /// A vector within the norm is only rounded; one beyond it keeps its direction and nearly all
        /// of the norm.
        #[test]
        fn little_is_lost(entries in prop::collection::vec(-100.0_f32..100.0, 1..40)) {
            let norm = 3 << GRID_BITS;
            let found = entries.iter().map(|&v| f64::from(v).powi(2)).sum::<f64>().sqrt();
            let factor = (3.0 / found).min(1.0);
            for (units, &entry) in clip(&entries, norm).iter().zip(&entries) {
                let exact = f64::from(entry) * factor * UNITS;
                prop_assert!((*units as f64 - exact).abs() <= 1.0 + 1e-9 * exact.abs());
                prop_assert!(units.unsigned_abs() as f64 <= exact.abs() + 1e-6);
            }
        }
    }

    #[test]
    fn what_is_not_finite_counts_as_nothing() {
        let clipped = clip(&[f32::NAN, 0.5, f32::INFINITY, f32::NEG_INFINITY], 1 << 20);
        assert_eq!(clipped, [0, 1 << 19, 0, 0]);
        assert_eq!(clip(&[1.0, -1.0], 1 << 20), [741_455, -741_455]);
    }
}
