//! What one unit can change, by brute force.

use privet_mechanisms::Clipping;
use privet_training::data::InputShape;
use privet_training::gradient::{GradientRequest, Units};
use privet_training::network::{LayerSpec, ParameterLayout};

use crate::engines::{Answer, ask, clipped, engines, engines_of};
use crate::layers::cases;
use crate::reference::{Case, case, distance, length};

/// Taking any one example out of the batch moves the clipped sum by at most the clipping norm.
#[test]
fn leaving_one_example_out_moves_the_sum_by_at_most_the_clipping_norm() {
    let rule = Clipping::Flat { norm: 0.05 };
    for case in cases() {
        for (name, engine) in engines_of(&case) {
            let all = ask(&*engine, &case, Units::Rows, clipped(&rule));
            for row in 0..case.labels.len() {
                let fewer = ask(&*engine, &case.without(row, 1), Units::Rows, clipped(&rule));
                let moved = all.sum.iter().zip(&fewer.sum).map(|(a, b)| a - b);
                let moved = length(&moved.collect::<Vec<f64>>());
                assert!(
                    moved <= 0.05 * (1.0 + 1e-4),
                    "{name}, {}: {moved}",
                    case.name
                );
            }
        }
    }
}

/// A unit is bounded as a whole: its rows together add what one row may.
#[test]
fn leaving_one_unit_out_moves_the_sum_by_at_most_the_clipping_norm() {
    let rule = Clipping::Flat { norm: 0.05 };
    for case in cases() {
        let case = case.without(6, case.labels.len() - 6);
        for (name, engine) in engines_of(&case) {
            let all = ask(&*engine, &case, Units::Sizes(&[3, 1, 2]), clipped(&rule));
            let fewer = case.without(0, 3);
            let fewer = ask(&*engine, &fewer, Units::Sizes(&[1, 2]), clipped(&rule));
            let moved = all.sum.iter().zip(&fewer.sum).map(|(a, b)| a - b);
            let moved = length(&moved.collect::<Vec<f64>>());
            assert!(
                moved <= 0.05 * (1.0 + 1e-4),
                "{name}, {}: {moved}",
                case.name
            );
        }
    }
}

/// Rows that are not finite, where the network takes numbers.
fn broken() -> impl Iterator<Item = Case> {
    cases().into_iter().filter_map(|mut case| {
        let layers = case.network.architecture().layers();
        if matches!(layers[0].spec, LayerSpec::Embedding { .. }) {
            return None;
        }
        let width = case.width();
        case.inputs[0] = f32::NAN;
        case.inputs[width] = f32::INFINITY;
        Some(case)
    })
}

/// A layer may hide an infinite input, so that only a norm that is not finite counts.
#[test]
fn units_without_a_finite_gradient_contribute_nothing() {
    for case in broken() {
        for (name, engine) in engines_of(&case) {
            for norm in [0.1, 1e6] {
                let rule = Clipping::Flat { norm };
                let answer = ask(&*engine, &case, Units::Rows, clipped(&rule));
                assert!(answer.norms[0].is_nan(), "{name}, {}", case.name);
                let lost = answer.norms.iter().filter(|norm| !norm.is_finite()).count();
                assert_eq!(answer.not_finite, lost, "{name}, {}", case.name);
                let expected = ask(
                    &*engine,
                    &case.without(0, lost),
                    Units::Rows,
                    clipped(&rule),
                );
                assert_eq!(expected.not_finite, 0, "{name}, {}", case.name);
                let error = distance(&answer.sum, &expected.sum);
                assert!(error < 1e-5, "{name}, {}: {error:e}", case.name);

                // One such row spoils its unit and no other.
                let rest = case.labels.len() - 3;
                let sizes = [3, rest];
                let of_units = ask(&*engine, &case, Units::Sizes(&sizes), clipped(&rule));
                assert_eq!(of_units.not_finite, 1, "{name}, {}", case.name);
                let fewer = case.without(0, 3);
                let expected = ask(&*engine, &fewer, Units::Sizes(&[rest]), clipped(&rule));
                let error = distance(&of_units.sum, &expected.sum);
                assert!(error < 1e-5, "{name}, {}: {error:e}", case.name);

                let grid = GradientRequest {
                    grid: Some(1e-4 * norm),
                    ..clipped(&rule)
                };
                let found = ask(&*engine, &case, Units::Rows, grid).sum;
                let fewer = case.without(0, lost);
                assert_eq!(found, ask(&*engine, &fewer, Units::Rows, grid).sum);
            }
            let request = GradientRequest::default();
            let Answer { not_finite, .. } = ask(&*engine, &case, Units::Rows, request);
            assert!(not_finite >= 1, "{name}, {}", case.name);
        }
    }
}

/// The square of a small `delta` is 0 in f32 while its product with a huge input is not small: the
/// norm must not be lost on the way.
#[test]
fn a_tiny_delta_on_a_huge_input_is_clipped() {
    let layers = vec![LayerSpec::Linear { outputs: 3 }];
    let mut case = case("tiny", InputShape::flat(2), layers, 1);
    // Scores 60 apart, so that the other classes have a probability of 9e-27.
    let weights = [0.0, 0.0, 0.0, 60.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let layout = ParameterLayout::of(&case.network).unwrap();
    case.network = layout.load(case.network, &weights).unwrap();
    case.inputs = vec![1e19, 1.0];
    case.labels = vec![0];
    for (name, engine) in engines() {
        let request = GradientRequest::default();
        let plain = length(&ask(&*engine, &case, Units::Rows, request).sum);
        assert!(plain > 1e-8, "{name}: {plain}");
        let rule = Clipping::Flat { norm: 1e-9 };
        let answer = ask(&*engine, &case, Units::Rows, clipped(&rule));
        let norms = &answer.norms;
        assert!((norms[0] / plain - 1.0).abs() < 1e-5, "{name}: {norms:?}");
        assert!((length(&answer.sum) / 1e-9 - 1.0).abs() < 1e-5, "{name}");
    }
}
