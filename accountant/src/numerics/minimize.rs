//! The minimum of a function on an interval.

/// Evaluations after the bracket is known; Brent's method needs 10 to 20 of them.
const MAX_EVALUATIONS: usize = 60;

/// Brent's method (Brent 1973, chapter 5): a local minimum of `f` in [low, high], as (argument,
/// value), to an absolute `tolerance` of the argument. Parabolic steps where they work, golden
/// sections where they do not. A value that is not a number counts as infinite.
pub(crate) fn minimize(f: impl Fn(f64) -> f64, low: f64, high: f64, tolerance: f64) -> (f64, f64) {
    let f = |x| {
        let y = f(x);
        if y.is_nan() { f64::INFINITY } else { y }
    };
    let golden = 0.5 * (3.0 - 5.0_f64.sqrt());
    let (mut low, mut high) = (low, high);
    let mut best = low + golden * (high - low);
    let mut best_value = f(best);
    let (mut second, mut second_value) = (best, best_value);
    let (mut third, mut third_value) = (best, best_value);
    let (mut step, mut step_before) = (0.0_f64, 0.0_f64);
    for _ in 0..MAX_EVALUATIONS {
        let middle = 0.5 * (low + high);
        if (best - middle).abs() + 0.5 * (high - low) <= 2.0 * tolerance {
            break;
        }
        let parabolic = parabola_step(
            (best, best_value),
            (second, second_value),
            (third, third_value),
        )
        .filter(|candidate| {
            let inside = best + candidate > low && best + candidate < high;
            inside && candidate.abs() < 0.5 * step_before.abs()
        });
        let next_step = parabolic.unwrap_or_else(|| {
            step = if best < middle {
                high - best
            } else {
                low - best
            };
            golden * step
        });
        step_before = step;
        step = next_step;
        let move_by = if step.abs() >= tolerance {
            step
        } else {
            tolerance.copysign(step)
        };
        let candidate = (best + move_by).clamp(low, high);
        let value = f(candidate);
        if value <= best_value {
            if candidate < best {
                high = best
            } else {
                low = best
            }
            (third, third_value) = (second, second_value);
            (second, second_value) = (best, best_value);
            (best, best_value) = (candidate, value);
        } else {
            if candidate < best {
                low = candidate
            } else {
                high = candidate
            }
            if value <= second_value || second == best {
                (third, third_value) = (second, second_value);
                (second, second_value) = (candidate, value);
            } else if value <= third_value || third == best || third == second {
                (third, third_value) = (candidate, value);
            }
        }
    }
    (best, best_value)
}

/// From the first point to the vertex of the parabola through all three, if there is one.
fn parabola_step(best: (f64, f64), second: (f64, f64), third: (f64, f64)) -> Option<f64> {
    let r = (best.0 - second.0) * (best.1 - third.1);
    let q = (best.0 - third.0) * (best.1 - second.1);
    let numerator = (best.0 - third.0) * q - (best.0 - second.0) * r;
    let step = -numerator / (2.0 * (q - r));
    step.is_finite().then_some(step)
}

#[cfg(test)]
mod tests {
    use super::minimize;

    #[test]
    fn finds_a_smooth_minimum() {
        let (x, y) = minimize(|x| (x - 0.3).cosh(), -2.0, 5.0, 1e-7);
        assert!((x - 0.3).abs() < 1e-6 && (y - 1.0).abs() < 1e-12, "{x} {y}");
    }

    #[test]
    fn finds_a_kink_and_an_edge_and_survives_nan() {
        assert!((minimize(|x| (x - 0.7).abs(), 0.0, 1.0, 1e-7).0 - 0.7).abs() < 1e-6);
        assert!(minimize(|x| x, 0.0, 1.0, 1e-7).0 < 1e-6);
        assert_eq!(minimize(|_| f64::NAN, 0.0, 1.0, 1e-7).1, f64::INFINITY);
    }
}
