//! Closed forms against numpy.
//!
//! The numbers were made by
//!
//! ```text
//! x = np.array([[((7*i + 3*j*j + i*j) % 11) / 4 - 1 for j in range(p)] for i in range(n)])
//! y = np.array([[0, 2, 3][(i*i + i//2) % 3] for i in range(n)])
//! classes = [0, 2, 3]
//! # Ridge: a system with a column of ones for the intercept, whose penalty is 0.
//! t = np.where(y[:, None] == np.array(classes), 1., -1.)
//! a = np.hstack([x, np.ones((n, 1))])
//! print(np.linalg.solve(a.T @ a + np.diag([.5] * p + [0.]), a.T @ t))
//! # Discriminant: weights and intercepts of classes 2 and 3, less those of class 0.
//! m = [x[y == c].mean(0) for c in classes]
//! w = sum((x[y == c] - k).T @ (x[y == c] - k) for c, k in zip(classes, m)) / n
//! s = np.linalg.inv(.8 * w + .2 * np.trace(w) / p * np.eye(p))
//! b = [np.log((y == c).mean()) - k @ s @ k / 2 for c, k in zip(classes, m)]
//! v = np.vstack([np.stack([s @ k for k in m], 1), b]); print(v[:, 1:] - v[:, :1])
//! ```
//!
//! for `n = 9, p = 2` and, solved here in the dual form, `n = 5, p = 7`.

use ndarray::{Array2, array};
use privet_training::data::Examples;

use super::linear::ClosedForm;
use super::regularised::Rows;
use super::{LinearDiscriminant, RidgeRegression};

fn records(count: usize, width: usize) -> Examples {
    let inputs = Array2::from_shape_fn((count, width), |(i, j)| {
        ((7 * i + 3 * j * j + i * j) % 11) as f32 / 4.0 - 1.0
    });
    let labels = (0..count).map(|i| [0, 2, 3][(i * i + i / 2) % 3]).collect();
    Examples::new(inputs, labels, 4, "test").unwrap()
}

/// Weights, then intercepts, `[values + 1, classes]`, of all four classes.
fn fitted(learner: &dyn ClosedForm, count: usize, width: usize) -> Array2<f32> {
    let all: Vec<usize> = (0..count).collect();
    let classifier = learner.fit(&Rows::new(&records(count, width), &all));
    let mut parameters = Array2::zeros((width + 1, 4));
    classifier
        .unwrap()
        .write(parameters.as_slice_mut().unwrap(), 4, 0);
    parameters
}

/// Some roundings to single precision of the largest number.
fn assert_close(found: &Array2<f32>, expected: &Array2<f64>) {
    assert_eq!(found.dim(), expected.dim());
    let largest = expected.iter().fold(1.0, |most: f64, v| most.max(v.abs()));
    for (found, expected) in found.iter().zip(expected) {
        let error = (f64::from(*found) - expected).abs();
        assert!(error < 2e-7 * largest, "{found} {expected}");
    }
}

#[test]
fn ridge_regression_is_that_of_numpy() {
    let ridge = RidgeRegression::new(0.5).unwrap();
    let primal = array![
        [-0.153490133, 0.0, 0.566668069, -0.413177936],
        [0.342155089, 0.0, -0.346530904, 0.004375815],
        [-0.11928304, 0.0, -0.405015357, -0.475701603],
    ];
    assert_close(&fitted(&ridge, 9, 2), &primal);
    let dual = array![
        [-0.375766374, 0.0, 0.916870629, -0.541104255],
        [-0.578629083, 0.0, 0.174815525, 0.403813558],
        [-0.411720042, 0.0, 0.119678496, 0.292041547],
        [-0.348870812, 0.0, 0.293390267, 0.055480545],
        [0.0, 0.0, 0.0, 0.0],
        [-0.11911254, 0.0, 0.411965008, -0.292852468],
        [0.411720042, 0.0, -0.119678496, -0.292041547],
        [-0.055751428, 0.0, -0.473299969, -0.470948603],
    ];
    assert_close(&fitted(&ridge, 5, 7), &dual);
}

#[test]
fn the_linear_discriminant_is_that_of_numpy() {
    let learner = LinearDiscriminant::new(0.2).unwrap();
    let against_first = |count, width| {
        let all = fitted(&learner, count, width);
        let first = all.column(0).to_owned();
        let other = |class| &all.column(class) - &first;
        ndarray::stack(ndarray::Axis(1), &[other(2).view(), other(3).view()]).unwrap()
    };
    let primal = array![
        [1.922690122, -1.198255405],
        [-1.402292516, -0.30834423],
        [-1.061243741, -0.878179493],
    ];
    assert_close(&against_first(9, 2), &primal);
    let dual = array![
        [13.142753628, -15.797027439],
        [14.951441454, 30.519625105],
        [8.371665844, 21.041267348],
        [10.18035367, 10.531351626],
        [0.0, 0.0],
        [5.409265886, -9.456921853],
        [-8.371665844, -21.041267348],
        [-0.673008687, -17.132395477],
    ];
    assert_close(&against_first(5, 7), &dual);
}
