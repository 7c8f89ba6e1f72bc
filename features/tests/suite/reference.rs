//! Values of other programs.

use ndarray::{Array2, ArrayView1};
use privet_features::{
    BlockNormalisation, OrientedGradients, PrincipalComponents, Scattering, Stage,
};
use privet_gradients::network::InputShape;
use serde_json::Value;

use crate::data::{cases, count, image, numbers, table};

/// Compares at the places that the case has, and all values by their sums.
fn compare(found: ArrayView1<'_, f32>, case: &Value, tolerance: f64) {
    for (at, expected) in numbers(case, "index").iter().zip(numbers(case, "value")) {
        let found = f64::from(found[*at as usize]);
        assert!(
            (found - expected).abs() <= tolerance,
            "{at}: {found}, not {expected}, of {:?}",
            case["scales"]
        );
    }
    let squares = |values: ArrayView1<'_, f32>| values.iter().map(|x| f64::from(x * x)).sum();
    let sum: f64 = found.iter().map(|x| f64::from(*x)).sum();
    let square: f64 = squares(found);
    let all = tolerance * (found.len() as f64).sqrt();
    assert!((sum - case["sum"].as_f64().unwrap()).abs() <= all, "{sum}");
    let expected = case["sum_of_squares"].as_f64().unwrap();
    assert!((square.sqrt() - expected.sqrt()).abs() <= all, "{square}");
}

fn shape(case: &Value) -> InputShape {
    InputShape::image(
        count(case, "channels"),
        count(case, "height"),
        count(case, "width"),
    )
}

/// Images of the data set that Kymatio's coefficients are known for.
#[test]
fn scattering_of_mnist_is_that_of_kymatio() {
    let stage = Scattering::new(InputShape::image(1, 28, 28), 2, 8).unwrap();
    assert_eq!(stage.output(), InputShape::image(81, 7, 7));
    for case in cases(include_str!("../data/scattering_mnist.json")) {
        let pixels = numbers(&case, "pixels");
        let image = Array2::from_shape_fn((1, 784), |(_, at)| (pixels[at] / 255.0) as f32);
        compare(stage.apply(image.view()).unwrap().row(0), &case, 1e-6);
    }
}

#[test]
fn scattering_of_other_sizes_is_that_of_kymatio() {
    for case in cases(include_str!("../data/scattering.json")) {
        let input = shape(&case);
        let (scales, angles) = (count(&case, "scales"), count(&case, "angles"));
        let stage = Scattering::new(input, scales, angles).unwrap();
        assert_eq!(stage.output().len(), count(&case, "length"));
        let image = image(input.len(), count(&case, "seed"));
        compare(stage.apply(image.view()).unwrap().row(0), &case, 3e-6);
    }
}

#[test]
fn oriented_gradients_are_those_of_scikit_image() {
    for case in cases(include_str!("../data/hog.json")) {
        let input = shape(&case);
        let normalisation = match case["normalisation"].as_str() {
            Some("l2") => BlockNormalisation::L2,
            _ => BlockNormalisation::L2Hys,
        };
        let [cell, block, orientations] =
            ["cell", "block", "orientations"].map(|key| count(&case, key));
        let stage =
            OrientedGradients::new(input, cell, block, orientations, normalisation).unwrap();
        assert_eq!(stage.output().len(), count(&case, "length"));
        let image = image(input.len(), count(&case, "seed"));
        compare(stage.apply(image.view()).unwrap().row(0), &case, 2e-6);
    }
}

#[test]
fn components_are_those_of_numpy() {
    for case in cases(include_str!("../data/pca.json")) {
        let [rows, columns, components, seed] =
            ["rows", "columns", "components", "seed"].map(|key| count(&case, key));
        let public = table(rows, columns, seed);
        for whitening in [0.0, 0.25, 1.0] {
            let input = InputShape::flat(columns);
            let stage =
                PrincipalComponents::fit(input, public.view(), components, whitening).unwrap();
            let found = stage.apply(public.view()).unwrap();
            for (row, key) in [(0, "first"), (rows - 1, "last")] {
                let eigenvalues = numbers(&case, "eigenvalues");
                for (at, expected) in numbers(&case, key).iter().enumerate() {
                    let factor = eigenvalues[at].powf(whitening / 2.0);
                    let found = f64::from(found[[row, at]]) * factor;
                    assert!((found - expected).abs() < 1e-6, "{at}: {found}, {expected}");
                }
            }
        }
    }
}
