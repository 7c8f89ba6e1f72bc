//! The contrastive objective.

use ndarray::{Array1, Array2, ArrayViewMut2, Axis, Zip};
use rayon::prelude::*;

/// Rows that a thread takes at a time.
const ROWS: usize = 64;

/// The normalised temperature-scaled cross-entropy (Chen et al. 2020, section 2.1) of `[2n, width]`
/// projections, row `i + n` the other view of row `i`, and its derivative.
///
/// With `u_i = z_i / |z_i|` and `s_ij = u_i . u_j / temperature`, the mean over all views `i`, whose
/// other view is `p(i)`, of `-s_ip(i) + ln sum_{j != i} exp s_ij`. A projection of length 0 is
/// similar to none and has a derivative of 0.
pub(super) fn contrastive(projections: &Array2<f64>, temperature: f64) -> (f64, Array2<f64>) {
    let views = projections.nrows();
    let other = |view: usize| (view + views / 2) % views;
    let inverse = projections.map_axis(Axis(1), |row| match row.dot(&row) {
        0.0 => 0.0,
        square => 1.0 / square.sqrt(),
    });
    let units = projections * &inverse.view().insert_axis(Axis(1));
    // exp(s_ij - 1 / temperature): at most 1, because a cosine is, and above 0 at every temperature
    // that is allowed.
    let mut similar = Array2::zeros((views, views));
    each_block(&mut similar, |first, block| {
        let own = units.slice_axis(Axis(0), (first..first + block.nrows()).into());
        block.assign(&own.dot(&units.t()));
        block.mapv_inplace(|cosine| libm::exp((cosine - 1.0) / temperature));
        for (row, mut similar) in block.rows_mut().into_iter().enumerate() {
            similar[first + row] = 0.0;
        }
    });
    let sums: Array1<f64> = similar.sum_axis(Axis(1));
    let terms = (0..views).map(|view| {
        let cosine = units.row(view).dot(&units.row(other(view)));
        (1.0 - cosine) / temperature + libm::log(sums[view])
    });
    let scale = 1.0 / views as f64;
    let value = scale * terms.sum::<f64>();
    let shares = sums.mapv(|sum| 1.0 / sum);
    let mut derivative = Array2::zeros(units.raw_dim());
    each_block(&mut derivative, |first, block| {
        let mut weights = similar
            .slice_axis(Axis(0), (first..first + block.nrows()).into())
            .to_owned();
        for (view, mut weights) in (first..).zip(weights.rows_mut()) {
            // A similarity stands in the terms of both of its views.
            let own = shares[view];
            Zip::from(&mut weights)
                .and(&shares)
                .for_each(|weight, share| *weight *= own + share);
            weights[other(view)] -= 2.0;
        }
        block.assign(&weights.dot(&units));
        for (view, mut derivative) in (first..).zip(block.rows_mut()) {
            // Along the projection itself nothing changes.
            let along = derivative.dot(&units.row(view));
            derivative.scaled_add(-along, &units.row(view));
            derivative *= inverse[view] * scale / temperature;
        }
    });
    (value, derivative)
}

/// Calls `fill` with the first row and the rows of every block, on all threads. Blocks do not depend
/// on the number of threads, and neither does what is in them.
fn each_block(rows: &mut Array2<f64>, fill: impl Fn(usize, &mut ArrayViewMut2<'_, f64>) + Sync) {
    let mut blocks: Vec<_> = rows.axis_chunks_iter_mut(Axis(0), ROWS).collect();
    let blocks = blocks.par_iter_mut().enumerate();
    blocks.for_each(|(place, block)| fill(place * ROWS, block));
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn the_value_is_that_of_the_formula() {
        // Two images; the views of the first agree, those of the second are at right angles.
        let views = array![[2.0, 0.0], [0.0, 3.0], [1.0, 0.0], [1.0, 0.0]];
        let (value, _) = contrastive(&views, 0.5);
        let e = |similarity: f64| (similarity / 0.5).exp();
        let first = (e(1.0) / (e(1.0) + e(0.0) + e(1.0))).ln();
        let second = (e(0.0) / (3.0 * e(0.0))).ln();
        let third = first;
        let fourth = (e(0.0) / (e(1.0) + e(0.0) + e(1.0))).ln();
        let expected = -(first + second + third + fourth) / 4.0;
        assert!((value - expected).abs() < 1e-12, "{value} {expected}");
    }

    #[test]
    fn a_projection_of_zeros_stays_finite() {
        let views = array![[0.0, 0.0], [0.0, 3.0], [1.0, 0.0], [1.0, 0.0]];
        let (value, derivative) = contrastive(&views, 0.1);
        assert!(value.is_finite() && derivative.iter().all(|value| value.is_finite()));
        assert_eq!(derivative.row(0).to_vec(), [0.0, 0.0]);
    }

    /// Opposite views at the smallest temperature: all exponentials are small, none is 0.
    #[test]
    fn the_smallest_temperature_stays_finite() {
        let views = array![[1.0, 0.0], [-1.0, 0.0]];
        let (value, derivative) = contrastive(&views, 0.003);
        assert!(value.abs() < 1e-9 && derivative.iter().all(|value| value.is_finite()));
    }
}
