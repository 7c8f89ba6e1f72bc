//! Sums over many values.

use pulp::{Simd, WithSimd};

use super::Instructions;
use super::vectors::{load, store};

/// Adds `factor` times each value to the sum at its place.
pub(in crate::cpu) fn add_scaled(
    instructions: Instructions,
    sum: &mut [f32],
    values: &[f32],
    factor: f32,
) {
    struct Add<'a>(&'a mut [f32], &'a [f32], f32);
    impl WithSimd for Add<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let factor = simd.splat_f32s(self.2);
            let (sums, rest) = S::as_mut_simd_f32s(self.0);
            let (values, values_rest) = S::as_simd_f32s(self.1);
            for (sum, value) in sums.iter_mut().zip(values) {
                *sum = simd.mul_add_e_f32s(factor, *value, *sum);
            }
            let last = simd.mul_add_e_f32s(
                factor,
                simd.partial_load_f32s(values_rest),
                simd.partial_load_f32s(rest),
            );
            simd.partial_store_f32s(rest, last);
        }
    }
    instructions.run(Add(sum, values, factor));
}

/// Adds each row of `values [rows, sums.len()]` to the sums.
pub(in crate::cpu) fn add_rows(instructions: Instructions, sums: &mut [f32], values: &[f32]) {
    struct AddRows<'a>(&'a mut [f32], &'a [f32]);
    impl WithSimd for AddRows<'_> {
        type Output = ();
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) {
            let width = self.0.len();
            for (part, sums) in self.0.chunks_mut(S::F32_LANES).enumerate() {
                let from = part * S::F32_LANES;
                let count = sums.len();
                // Four rows at a time do not wait for each other.
                let mut four = [simd.splat_f32s(0.0); 4];
                let rows = self.1.chunks_exact(4 * width);
                for row in rows.remainder().chunks_exact(width) {
                    four[0] = simd.add_f32s(four[0], load(simd, &row[from..][..count]));
                }
                for rows in rows {
                    for i in 0..4 {
                        let row = &rows[i * width + from..][..count];
                        four[i] = simd.add_f32s(four[i], load(simd, row));
                    }
                }
                let [a, b, c, d] = four;
                let total = simd.add_f32s(simd.add_f32s(a, b), simd.add_f32s(c, d));
                let total = simd.add_f32s(load(simd, sums), total);
                store(simd, sums, total);
            }
        }
    }
    if !sums.is_empty() {
        instructions.run(AddRows(sums, values));
    }
}

/// Squares that are added in f32 before the sum goes on in f64.
const BLOCK: usize = 64;

/// Sum of squares.
///
/// At most [`BLOCK`] squares are added in f32, so the relative error is below
/// `(BLOCK + 4) 2^-24 = 4.1e-6`: that of a norm is below the mechanism's
/// [`CLIPPING_SLACK`](privet_mechanisms::noisy_sgd::CLIPPING_SLACK). Squares of values below 1e-19
/// may be lost; whole gradients of them are far below any clipping norm. A value beyond 1e19 makes
/// the sum infinite, and its unit is dropped.
pub(in crate::cpu) fn squared_norm(instructions: Instructions, values: &[f32]) -> f64 {
    struct Squares<'a>(&'a [f32]);
    impl WithSimd for Squares<'_> {
        type Output = f64;
        #[inline(always)]
        fn with_simd<S: Simd>(self, simd: S) -> f64 {
            let (vectors, rest) = S::as_simd_f32s(self.0);
            let mut total = 0.0;
            for block in vectors.chunks(4 * BLOCK / S::F32_LANES.clamp(1, 16)) {
                let mut sums = [simd.splat_f32s(0.0); 4];
                for four in block.chunks(4) {
                    for (sum, &value) in sums.iter_mut().zip(four) {
                        *sum = simd.mul_add_e_f32s(value, value, *sum);
                    }
                }
                for sum in sums {
                    total += f64::from(simd.reduce_sum_f32s(sum));
                }
            }
            for &value in rest {
                total += f64::from(value) * f64::from(value);
            }
            total
        }
    }
    instructions.run(Squares(values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_squares_are_close_for_every_length() {
        for instructions in [
            Instructions::Best,
            Instructions::Avx2,
            Instructions::Portable,
        ] {
            for len in [0, 1, 15, 16, 100, 9999] {
                let values: Vec<f32> = (0..len).map(|i| (i as f32).sin() * 1e3).collect();
                let exact: f64 = values.iter().map(|&v| f64::from(v).powi(2)).sum();
                let found = squared_norm(instructions, &values);
                assert!(
                    (found - exact).abs() <= 4.1e-6 * exact,
                    "{len}: {found} {exact}"
                );
                let mut sum = vec![1.0; len];
                add_scaled(instructions, &mut sum, &values, 0.5);
                let right = |(sum, value): (&f32, &f32)| (sum - (1.0 + 0.5 * value)).abs() < 1e-3;
                assert!(sum.iter().zip(&values).all(right));
            }
        }
        assert!(squared_norm(Instructions::Best, &[f32::NAN; 40]).is_nan());
    }
}
