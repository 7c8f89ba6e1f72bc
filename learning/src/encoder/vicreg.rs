//! The objective of VICReg.

use ndarray::{Array2, ArrayView2, Axis, Zip, concatenate};

/// Keeps the derivative of a square root finite.
const STABILITY: f64 = 1e-4;

/// Weights of the three terms.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weights {
    pub(super) invariance: f64,
    pub(super) variance: f64,
    pub(super) covariance: f64,
}

/// VICReg (Bardes et al. 2022, section 4.1) of the projections of both views, `[n, width]` each, at
/// least two rows; and its derivative, `[2n, width]`.
///
/// `invariance` times the mean of the squared differences over rows and columns, plus for each view
/// `variance / 2` times the mean over columns of `max(0, 1 - sqrt(var + 1e-4))`, plus for each view
/// `covariance / width` times the sum of the squared covariances of different columns; variances and
/// covariances with `n - 1`. The means over columns and over both views are those of the authors'
/// program: weights then mean the same for every width.
pub(super) fn vicreg(
    first: ArrayView2<'_, f64>,
    second: ArrayView2<'_, f64>,
    weights: Weights,
) -> (f64, Array2<f64>) {
    let difference = &first - &second;
    let each = weights.invariance / difference.len().max(1) as f64;
    let mut value = each * difference.iter().map(|value| value * value).sum::<f64>();
    let pull = difference * (2.0 * each);
    let mut parts = [pull.clone(), -pull];
    for (part, view) in parts.iter_mut().zip([first, second]) {
        let (own, derivative) = spread(view, weights);
        value += own;
        *part += &derivative;
    }
    let [first, second] = &parts;
    let both = concatenate(Axis(0), &[first.view(), second.view()]);
    // Both have the shape of a view.
    (value, both.unwrap_or_default())
}

/// The terms of one view by itself.
fn spread(view: ArrayView2<'_, f64>, weights: Weights) -> (f64, Array2<f64>) {
    let (rows, width) = view.dim();
    let mean = view.sum_axis(Axis(0)) / rows.max(1) as f64;
    let centred = &view - &mean;
    let freedom = rows.saturating_sub(1).max(1) as f64;
    let mut covariance = centred.t().dot(&centred) / freedom;
    let variance = covariance.diag().to_owned();
    covariance.diag_mut().fill(0.0);
    let of_covariance = weights.covariance / width.max(1) as f64;
    let mut value = of_covariance * covariance.iter().map(|value| value * value).sum::<f64>();
    let mut derivative = centred.dot(&covariance) * (4.0 * of_covariance / freedom);
    let of_variance = weights.variance / (2 * width.max(1)) as f64;
    Zip::from(derivative.columns_mut())
        .and(centred.columns())
        .and(&variance)
        .for_each(|mut derivative, centred, &variance| {
            let deviation = (variance + STABILITY).sqrt();
            if deviation < 1.0 {
                value += of_variance * (1.0 - deviation);
                derivative.scaled_add(-of_variance / (deviation * freedom), &centred);
            } else if deviation.is_nan() {
                value = f64::NAN;
            }
        });
    (value, derivative)
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    fn value(invariance: f64, variance: f64, covariance: f64) -> f64 {
        let first = array![[0.0, 0.0], [1.0, 0.5]];
        let second = array![[0.0, 2.0], [3.0, 0.0]];
        let weights = Weights {
            invariance,
            variance,
            covariance,
        };
        vicreg(first.view(), second.view(), weights).0
    }

    #[test]
    fn each_term_is_that_of_the_formula() {
        assert!((value(1.0, 0.0, 0.0) - (4.0 + 4.0 + 0.25) / 4.0).abs() < 1e-12);
        // Variances 0.5 and 0.125, then 4.5 and 2, which are enough.
        let short = |variance: f64| 1.0 - (variance + 1e-4_f64).sqrt();
        let expected = (short(0.5) + short(0.125)) / 2.0 / 2.0;
        assert!((value(0.0, 1.0, 0.0) - expected).abs() < 1e-12);
        // Covariances 0.25 and -3, each in two places.
        let expected = (2.0 * 0.0625 + 2.0 * 9.0) / 2.0;
        assert!((value(0.0, 0.0, 1.0) - expected).abs() < 1e-12);
    }
}
