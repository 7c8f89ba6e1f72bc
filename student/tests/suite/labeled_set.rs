//! Released labels meet the inputs that their queries asked about.

use ndarray::{Array2, array};
use privet_student::{LabeledSet, LabeledSetError};
use privet_training::data::PublicInputs;

use crate::support::released;

fn inputs(rows: usize) -> PublicInputs {
    let rows = Array2::from_shape_fn((rows, 2), |(row, column)| (10 * row + column) as f32);
    PublicInputs::new(rows, "test").unwrap()
}

#[test]
fn query_i_is_row_i() {
    let labels = released(&[None, Some(2), Some(0), None, Some(1)], 3);
    let set = LabeledSet::new(&inputs(5), &labels).unwrap();
    assert_eq!(
        set.inputs(),
        array![[10.0, 11.0], [20.0, 21.0], [40.0, 41.0]]
    );
    assert_eq!(set.labels(), [2, 0, 1]);
}

#[test]
fn the_order_of_the_labels_is_kept() {
    let mut labels = released(&[Some(0), Some(1), Some(2)], 3);
    labels.reverse();
    let set = LabeledSet::new(&inputs(3), &labels).unwrap();
    assert_eq!(set.inputs(), array![[20.0, 21.0], [10.0, 11.0], [0.0, 1.0]]);
    assert_eq!(set.labels(), [2, 1, 0]);
}

#[test]
fn a_label_without_an_input_is_refused() {
    let labels = released(&[Some(0), Some(1), Some(1)], 2);
    let error = LabeledSet::new(&inputs(2), &labels).unwrap_err();
    let expected = LabeledSetError::NoSuchQuery {
        query: 2,
        inputs: 2,
    };
    assert_eq!(error, expected);
}

#[test]
fn an_empty_set_is_refused_with_a_way_out() {
    let labels = released(&[None, None], 2);
    let error = LabeledSet::new(&inputs(2), &labels).unwrap_err();
    assert_eq!(error, LabeledSetError::Empty);
    assert!(error.to_string().contains("threshold"), "{error}");
}
