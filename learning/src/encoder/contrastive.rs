//! The contrastive objective.

use ndarray::{Array2, Axis, Zip};

/// The normalised temperature-scaled cross-entropy (Chen et al. 2020, section 2.1) of `[2n, width]`
/// projections, row `i + n` the other view of row `i`, and its derivative.
///
/// With `u_i = z_i / |z_i|` and `s_ij = u_i . u_j / temperature`, the mean over all views `i`, whose
/// other view is `p(i)`, of `-s_ip(i) + ln sum_{j != i} exp s_ij`. A projection of length 0 is
/// similar to none and has a derivative of 0.
pub(super) fn contrastive(projections: &Array2<f64>, temperature: f64) -> (f64, Array2<f64>) {
    let views = projections.nrows();
    let lengths = projections.map_axis(Axis(1), |row| row.dot(&row).sqrt());
    let mut units = projections.clone();
    Zip::from(units.rows_mut())
        .and(&lengths)
        .for_each(|mut row, &length| {
            row *= inverse(length);
        });
    // Similarities, then in their place the derivative by each.
    let mut similar = units.dot(&units.t());
    let mut value = 0.0;
    for (view, mut row) in similar.rows_mut().into_iter().enumerate() {
        let other = (view + views / 2) % views;
        row /= temperature;
        row[view] = f64::NEG_INFINITY;
        value -= row[other];
        let largest = row.fold(f64::NEG_INFINITY, |most, &value| most.max(value));
        row.mapv_inplace(|value| libm::exp(value - largest));
        let sum = row.sum();
        value += largest + libm::log(sum);
        row /= sum;
        row[other] -= 1.0;
    }
    let scale = 1.0 / views as f64;
    // A similarity stands in two rows, and moves with both of its views.
    let by_unit = (similar.dot(&units) + similar.t().dot(&units)) * (scale / temperature);
    let mut derivative = by_unit;
    Zip::from(derivative.rows_mut())
        .and(units.rows())
        .and(&lengths)
        .for_each(|mut row, unit, &length| {
            // Along the projection itself nothing changes.
            let along = row.dot(&unit);
            row.scaled_add(-along, &unit);
            row *= inverse(length);
        });
    (value * scale, derivative)
}

/// 0 for a length of 0.
fn inverse(length: f64) -> f64 {
    match length == 0.0 {
        true => 0.0,
        false => 1.0 / length,
    }
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
}
