//! Units of several rows, and sums on a grid.

use privet_mechanisms::Clipping;
use privet_training::gradient::{GradientRequest, Units};

use crate::engines::{ask, clipped, engines_of, rules};
use crate::layers::cases;
use crate::reference::{distance, length, sum, typical};

#[test]
fn a_unit_is_the_mean_of_its_rows() {
    let sizes = [2, 0, 3, 1, 0, 1];
    for mut case in cases() {
        case = case.without(0, case.labels.len() - 7);
        for (name, engine) in engines_of(&case) {
            for copies in [false, true] {
                let mut case = case.clone();
                let (units, sizes) = match copies {
                    true => {
                        case = case.without(6, 1);
                        (Units::Copies(3), vec![3, 3])
                    }
                    false => (Units::Sizes(&sizes), sizes.to_vec()),
                };
                let gradients = case.unit_gradients(&sizes);
                let parameters = case.network.architecture().parameters();
                let filled = gradients.iter().filter(|g| length(g) > 0.0).cloned();
                let filled: Vec<Vec<f64>> = filled.collect();
                for rule in rules(case.network.architecture(), typical(&filled)) {
                    let answer = ask(&*engine, &case, units, clipped(&rule));
                    let expected = sum(&case.clipped(&gradients, &rule), parameters);
                    let error = distance(&answer.sum, &expected);
                    assert!(error < 1e-5, "{}, {name}, {rule:?}: {error:e}", case.name);
                    assert_eq!(answer.norms.len(), sizes.len());
                    for (norm, gradient) in answer.norms.iter().zip(&gradients) {
                        let gap = (norm - length(gradient)).abs();
                        assert!(gap <= 1e-5 * length(gradient), "{}, {name}", case.name);
                    }
                }
                let plain = ask(&*engine, &case, units, GradientRequest::default());
                let error = distance(&plain.sum, &sum(&gradients, parameters));
                assert!(
                    error < 1e-5,
                    "{}, {name}, not clipped: {error:e}",
                    case.name
                );
            }
        }
    }
}

/// Rounded to nearest, each coordinate of each unit is off by at most half a step (and what the
/// gradient itself is rounded by).
#[test]
fn a_sum_on_the_grid_is_within_half_a_step_a_unit() {
    for case in cases() {
        let sizes = vec![1; case.labels.len()];
        let gradients = case.unit_gradients(&sizes);
        let parameters = case.network.architecture().parameters();
        for rule in rules(case.network.architecture(), typical(&gradients)) {
            let expected = sum(&case.clipped(&gradients, &rule), parameters);
            for (name, engine) in engines_of(&case) {
                for spacing in [rule.sensitivity() / 1000.0, rule.sensitivity() / 10.0] {
                    let request = GradientRequest {
                        grid: Some(spacing),
                        ..clipped(&rule)
                    };
                    let answer = ask(&*engine, &case, Units::Rows, request);
                    let allowed = 0.5001 * sizes.len() as f64;
                    for (steps, expected) in answer.sum.iter().zip(&expected) {
                        let gap = (steps - expected / spacing).abs();
                        assert!(gap <= allowed, "{}, {name}: {gap}", case.name);
                    }
                    let all_zero = answer.sum.iter().all(|&steps| steps == 0.0);
                    assert!(!all_zero || spacing > rule.sensitivity() / 100.0);
                }
            }
        }
    }
}

/// The sum on a grid is exact: whatever else is in the batch, a unit adds the same whole numbers.
#[test]
fn units_add_up_exactly_on_the_grid() {
    let rule = Clipping::Flat { norm: 0.5 };
    let request = GradientRequest {
        grid: Some(1e-5),
        ..clipped(&rule)
    };
    for case in cases() {
        for (name, engine) in engines_of(&case) {
            let all = ask(&*engine, &case, Units::Rows, request);
            let rows = case.labels.len();
            let mut total = vec![0.0; all.sum.len()];
            for row in 0..rows {
                let one = case.without(row + 1, rows - row - 1).without(0, row);
                let answer = ask(&*engine, &one, Units::Rows, request);
                for (total, steps) in total.iter_mut().zip(answer.sum) {
                    *total += steps;
                }
            }
            assert_eq!(all.sum, total, "{}, {name}", case.name);
        }
    }
}
