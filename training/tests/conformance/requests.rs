//! What does not fit is refused, and private values are not said.

use privet_mechanisms::Clipping;
use privet_training::data::InputShape;
use privet_training::gradient::{Batch, GradientError, GradientRequest, Sum, Units};
use privet_training::network::{Architecture, LayerSpec};

use crate::engines::{clipped, engines, engines_of, try_ask};
use crate::reference::{CLASSES, Case, case};

fn table() -> Case {
    let layers = vec![LayerSpec::Linear { outputs: CLASSES }];
    case("linear", InputShape::flat(7), layers, 4)
}

#[test]
fn rows_labels_and_units_must_fit() {
    for (_, engine) in engines() {
        let plain = GradientRequest::default();
        let mut case = table();
        case.inputs.pop();
        let error = try_ask(&*engine, &case, Units::Rows, plain).unwrap_err();
        assert!(matches!(error, GradientError::Shape { .. }));
        let mut case = table();
        case.labels[1] = CLASSES as u32;
        let error = try_ask(&*engine, &case, Units::Rows, plain).unwrap_err();
        assert!(matches!(error, GradientError::Label { classes: CLASSES }));
        for units in [Units::Copies(3), Units::Copies(0), Units::Sizes(&[1, 2])] {
            let error = try_ask(&*engine, &table(), units, plain).unwrap_err();
            assert!(matches!(error, GradientError::Units));
        }
        let mut worker = engine.worker(table().network.architecture()).unwrap();
        let batch = privet_training::gradient::Batch::of_rows(&[], &[]);
        let error = worker.gradient_sum(&[0.0; 3], batch, plain).unwrap_err();
        assert!(matches!(error, GradientError::Parameters { found: 3, .. }));
        assert!(
            worker
                .scores(&table().network.flat_parameters(), &[0.0; 8])
                .is_err()
        );
    }
}

#[test]
fn impossible_requests_are_refused() {
    let flat = Clipping::Flat { norm: 1.0 };
    let too_many = Clipping::PerLayer {
        norms: vec![1.0, 1.0],
    };
    let bad_norms = [0.0, -1.0, f64::NAN, f64::INFINITY].map(|norm| Clipping::Flat { norm });
    let mut requests: Vec<GradientRequest<'_>> = bad_norms.iter().map(clipped).collect();
    requests.push(clipped(&too_many));
    requests.push(GradientRequest {
        grid: Some(0.1),
        ..GradientRequest::default()
    });
    for spacing in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        requests.push(GradientRequest {
            grid: Some(spacing),
            ..clipped(&flat)
        });
    }
    requests.push(GradientRequest {
        dropout: Some(1),
        ..clipped(&flat)
    });
    for (name, engine) in engines() {
        for &request in &requests {
            let result = try_ask(&*engine, &table(), Units::Rows, request);
            assert!(
                matches!(result, Err(GradientError::Request(_))),
                "{name}: {request:?}"
            );
        }
    }
}

/// Rows of three tokens out of five.
fn tokens(rows: usize) -> Case {
    let layers = vec![
        LayerSpec::Embedding {
            vocabulary: 5,
            width: 4,
        },
        LayerSpec::GlobalAvgPool,
        LayerSpec::Linear { outputs: CLASSES },
    ];
    case("tokens", InputShape::flat(3), layers, rows)
}

#[test]
fn what_is_no_token_is_refused_and_not_said() {
    for bad in [-1.0, 5.0, 2.5, 1e20, f32::NAN, f32::INFINITY] {
        let mut case = tokens(2);
        case.inputs[4] = bad;
        for (name, engine) in engines_of(&case) {
            let result = try_ask(&*engine, &case, Units::Rows, GradientRequest::default());
            let error = result.unwrap_err();
            assert!(
                matches!(error, GradientError::Token { vocabulary: 5 }),
                "{name}"
            );
            let text = error.to_string();
            assert!(!text.contains("2.5") && !text.contains("-1"), "{text}");
            let mut worker = engine.worker(case.network.architecture()).unwrap();
            let parameters = case.network.flat_parameters();
            assert!(worker.scores(&parameters, &case.inputs).is_err());
        }
    }
}

/// An error would tell that the record is in the batch.
#[test]
fn where_gradients_are_clipped_what_is_no_token_adds_nothing() {
    let clipping = Clipping::Flat { norm: 0.1 };
    for grid in [None, Some(2_f64.powi(-20))] {
        let request = GradientRequest {
            clipping: Some(&clipping),
            grid,
            ..GradientRequest::default()
        };
        for bad in [-1.0, 5.0, 2.5, f32::NAN] {
            let good = tokens(4);
            let mut with = tokens(4);
            with.inputs[4] = bad;
            let mut without = good;
            without.inputs.drain(3..6);
            without.labels.remove(1);
            for (name, engine) in engines_of(&with) {
                let found = try_ask(&*engine, &with, Units::Rows, request).unwrap();
                let expected = try_ask(&*engine, &without, Units::Rows, request).unwrap();
                assert_eq!(*found.not_finite.expose_sensitive(), 1, "{name}");
                match (
                    found.sum.expose_sensitive(),
                    expected.sum.expose_sensitive(),
                ) {
                    (Sum::Grid(found), Sum::Grid(expected)) => assert_eq!(found, expected),
                    (Sum::Float(found), Sum::Float(expected)) => {
                        let near = |(a, b): (&f32, &f32)| (a - b).abs() < 1e-6;
                        assert!(found.iter().zip(expected).all(near), "{name}");
                    }
                    other => panic!("{name}: {other:?}"),
                }
            }
        }
    }
}

/// The product of input and `delta` is beyond f32, though its norm is not beyond f64.
#[test]
fn on_a_grid_an_overflowing_product_adds_nothing() {
    let linear = |outputs| LayerSpec::Linear { outputs };
    let layers = vec![linear(1), linear(3)];
    let architecture = Architecture::new(InputShape::flat(1), layers, 3).unwrap();
    // The score of class 0 is 15, and `delta` at the first layer 10.
    let parameters = [1e-38, 0.0, 5.0, -5.0, 0.0, 0.0, 0.0, 0.0];
    let clipping = Clipping::Flat { norm: 1.0 };
    let request = GradientRequest {
        clipping: Some(&clipping),
        grid: Some(2_f64.powi(-20)),
        ..GradientRequest::default()
    };
    for (name, engine) in engines() {
        let mut worker = engine.worker(&architecture).unwrap();
        let found = worker
            .gradient_sum(&parameters, Batch::of_rows(&[3e38], &[1]), request)
            .unwrap();
        let Sum::Grid(sum) = found.sum.expose_sensitive() else {
            panic!("{name}: no sum on a grid")
        };
        assert!(sum.iter().all(|&units| units == 0), "{name}: {sum:?}");
        assert_eq!(*found.not_finite.expose_sensitive(), 1, "{name}");
    }
}
