//! The norm of a sum of outer products, without the sum.

use pulp::{Simd, WithSimd};

use super::Instructions;

/// What is known of a sum of outer products that was not made.
#[derive(Clone, Copy, Debug)]
pub(in crate::cpu) struct GramNorm {
    /// Squared L2 norm of the sum.
    pub(in crate::cpu) square: f64,
    /// Sum of the L2 norms of its terms: where it is much larger than the norm, terms cancel.
    pub(in crate::cpu) terms: f64,
}

/// The norm of `sum_t [x_t, 1] d_t^T`, the gradient of a matrix and its bias: its square is
/// `sum_{s,t} (x_s . x_t + 1) (d_s . d_t)` (Goodfellow 2015 for one row; Li et al. 2022 for many).
///
/// `inputs` is `[rows, width]`, `deltas` `[rows, columns]`. In f64 throughout: no product of two f32
/// rounds, underflows or overflows. The square is off by about `2^-53 terms^2`.
pub(in crate::cpu) fn gram_norm(
    instructions: Instructions,
    inputs: &[f32],
    width: usize,
    deltas: &[f32],
    columns: usize,
) -> GramNorm {
    instructions.run(Gram {
        inputs,
        width,
        deltas,
        columns,
    })
}

struct Gram<'a> {
    inputs: &'a [f32],
    width: usize,
    deltas: &'a [f32],
    columns: usize,
}

impl WithSimd for Gram<'_> {
    type Output = GramNorm;

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) -> GramNorm {
        let Self {
            inputs,
            width,
            deltas,
            columns,
        } = self;
        let rows = deltas.len() / columns.max(1);
        let row = |r: usize| {
            (
                &inputs[r * width..(r + 1) * width],
                &deltas[r * columns..(r + 1) * columns],
            )
        };
        let (mut total, mut terms) = (0.0, 0.0);
        for s in 0..rows {
            let (input, delta) = row(s);
            let own = (dot(input, input) + 1.0) * dot(delta, delta);
            terms += own.sqrt();
            total += own;
            for t in 0..s {
                let (other_input, other_delta) = row(t);
                total += 2.0 * (dot(input, other_input) + 1.0) * dot(delta, other_delta);
            }
        }
        // Rounding may take a norm of zero below it; NaN must stay.
        let square = if total < 0.0 { 0.0 } else { total };
        GramNorm { square, terms }
    }
}

/// Accumulators side by side, so that the compiler may use vectors.
const SIDE: usize = 16;

#[inline(always)]
fn dot(left: &[f32], right: &[f32]) -> f64 {
    let mut sums = [0.0_f64; SIDE];
    let (lefts, left_rest) = left.as_chunks::<SIDE>();
    let (rights, right_rest) = right.as_chunks::<SIDE>();
    for (left, right) in lefts.iter().zip(rights) {
        for i in 0..SIDE {
            sums[i] += f64::from(left[i]) * f64::from(right[i]);
        }
    }
    let rest = left_rest.iter().zip(right_rest);
    rest.map(|(&l, &r)| f64::from(l) * f64::from(r))
        .sum::<f64>()
        + sums.iter().sum::<f64>()
}
