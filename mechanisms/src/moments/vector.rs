//! A unit's vector on the integer grid.

/// The clipping norm in units of the grid: `2^20`.
pub(super) const NORM: i64 = 1 << 20;

/// The vector, clipped to `clipping_norm` and rounded toward 0, in units of the grid; its L2 norm is at most
/// [`NORM`] exactly. A vector with a number that is not finite counts as zero.
pub(super) fn on_grid(vector: &[f64], clipping_norm: f64) -> Vec<i64> {
    let norm = vector.iter().map(|value| value * value).sum::<f64>().sqrt();
    if !norm.is_finite() {
        return vec![0; vector.len()];
    }
    let mut factor = NORM as f64 / norm.max(clipping_norm);
    let mut step = f64::EPSILON;
    loop {
        let units: Vec<i64> = vector.iter().map(|value| (value * factor) as i64).collect();
        // What rounding in floating point added is taken away again.
        match units
            .iter()
            .map(|&unit| i128::from(unit).pow(2))
            .sum::<i128>()
        {
            square if square <= i128::from(NORM).pow(2) => return units,
            _ => {
                factor *= 1.0 - step;
                step *= 2.0;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn norm(units: &[i64]) -> f64 {
        units
            .iter()
            .map(|&unit| (unit as f64).powi(2))
            .sum::<f64>()
            .sqrt()
    }

    #[test]
    fn short_vectors_are_kept_and_long_ones_clipped() {
        assert_eq!(on_grid(&[0.5, -0.25], 1.0), [1 << 19, -(1 << 18)]);
        assert_eq!(on_grid(&[3.0, -4.0], 5.0), [629_145, -838_860]);
        assert_eq!(on_grid(&[30.0, -40.0], 5.0), [629_145, -838_860]);
        assert_eq!(on_grid(&[f64::NAN, 1.0], 5.0), [0, 0]);
        assert_eq!(on_grid(&[f64::INFINITY, 1.0], 5.0), [0, 0]);
        assert_eq!(on_grid(&[1e200, 1e200], 5.0), [0, 0]);
        assert_eq!(on_grid(&[0.0, 0.0], 5.0), [0, 0]);
    }

    /// Vectors of every length near the clipping norm and far above it never exceed it.
    #[test]
    fn no_vector_is_longer_than_the_clipping_norm() {
        let mut state = 1_u64;
        for length in 1..300 {
            let vector: Vec<f64> = (0..length)
                .map(|_| {
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1);
                    (state >> 11) as f64 / 2_f64.powi(53) - 0.5
                })
                .collect();
            for clipping_norm in [1e-6, 0.1, 0.7, 1e6] {
                assert!(norm(&on_grid(&vector, clipping_norm)) <= NORM as f64);
            }
        }
    }
}
