//! Predictions: ties, NaN, and more rows than pass through the network at once.

use ndarray::{Array2, array};
use privet_training::evaluate::{accuracy, classes, logits, majority_share};

use crate::support::{linear, numbers};

/// The logits are the inputs themselves.
fn identity() -> privet_training::network::Network {
    #[rustfmt::skip]
    let parameters = [
        1.0, 0.0, 0.0,
        0.0, 1.0, 0.0,
        0.0, 0.0, 1.0,
        0.0, 0.0, 0.0,
    ];
    linear(3, 3, &parameters)
}

#[test]
fn the_largest_score_wins_and_the_lowest_class_of_equals() {
    let rows = array![
        [0.0, 1.0, 2.0],
        [2.0, 2.0, 1.0],
        [1.0, 2.0, 2.0],
        [0.0, 0.0, 0.0],
        [-3.0, -1.0, -2.0]
    ];
    assert_eq!(classes(&identity(), rows.view()), [2, 0, 1, 0, 1]);
}

/// A teacher whose scores are no numbers must still vote.
#[test]
fn a_nan_score_never_wins() {
    let nan = f32::NAN;
    for (biases, expected) in [
        ([nan, 1.0, 2.0], 0),
        ([1.0, nan, 0.0], 0),
        ([1.0, nan, 2.0], 2),
        ([0.0, 2.0, nan], 1),
        ([nan, nan, nan], 0),
    ] {
        let network = linear(3, 3, &[&[0.0; 9][..], &biases].concat());
        let row = array![[1.0, 1.0, 1.0]];
        assert!(
            logits(&network, row.view())
                .iter()
                .any(|score| score.is_nan())
        );
        assert_eq!(classes(&network, row.view()), [expected], "{biases:?}");
    }
}

#[test]
fn many_rows_give_what_each_gives_alone() {
    let network = linear(5, 3, &numbers(18, "weights"));
    for rows in [0, 1, 511, 512, 513, 1025] {
        let inputs = Array2::from_shape_vec((rows, 5), numbers(rows * 5, "rows")).unwrap();
        let together = logits(&network, inputs.view());
        assert_eq!(together.dim(), (rows, 3));
        let labels = classes(&network, inputs.view());
        // Around the edges of the chunks, and one in the middle.
        for row in [0, 1, 300, 510, 511, 512, 513, 1023, 1024] {
            if row < rows {
                let input = inputs.row(row).to_owned().insert_axis(ndarray::Axis(0));
                let alone = logits(&network, input.view());
                for (a, b) in alone.iter().zip(together.row(row)) {
                    assert!((a - b).abs() < 1e-6, "row {row} of {rows}");
                }
                assert_eq!(classes(&network, input.view())[0], labels[row]);
            }
        }
    }
}

#[test]
fn rows_need_not_lie_one_after_another() {
    let network = linear(2, 2, &numbers(6, "weights"));
    let columns = Array2::from_shape_vec((2, 3), numbers(6, "rows")).unwrap();
    let copied = columns.t().as_standard_layout().to_owned();
    assert_eq!(
        logits(&network, columns.t()),
        logits(&network, copied.view())
    );
}

#[test]
fn accuracy_is_the_share_of_right_rows() {
    let rows = array![
        [1.0, 0.0, 0.0],
        [0.0, 1.0, 0.0],
        [0.0, 0.0, 1.0],
        [1.0, 0.0, 0.0]
    ];
    assert_eq!(accuracy(&identity(), rows.view(), &[0, 1, 2, 2]), 0.75);
    let nothing = Array2::zeros((0, 3));
    assert!(accuracy(&identity(), nothing.view(), &[]).is_nan());
}

#[test]
fn the_majority_share_counts_the_most_frequent_label() {
    assert_eq!(majority_share(&[3, 0, 3, 1]), 0.5);
    assert!(majority_share(&[]).is_nan());
}
