//! Images and rows by formula, and files of reference values.

use ndarray::Array2;
use serde_json::Value;

/// Rows of a file in `tests/data`.
pub(crate) fn cases(text: &str) -> Vec<Value> {
    let mut file: Value = serde_json::from_str(text).unwrap();
    match file["rows"].take() {
        Value::Array(rows) => rows,
        _ => panic!("no rows"),
    }
}

pub(crate) fn count(case: &Value, key: &str) -> usize {
    case[key].as_u64().unwrap() as usize
}

pub(crate) fn numbers(case: &Value, key: &str) -> Vec<f64> {
    let values = case[key].as_array().unwrap();
    values.iter().map(|value| value.as_f64().unwrap()).collect()
}

/// An image as one row: value `i` is `(7 i^2 + 13 i + 31 seed) mod 251 / 255`.
pub(crate) fn image(length: usize, seed: usize) -> Array2<f32> {
    Array2::from_shape_fn((1, length), |(_, i)| {
        (((i * i * 7 + i * 13 + seed * 31) % 251) as f64 / 255.0) as f32
    })
}

/// Rows whose columns have less and less to say: value `i` in row-major order is
/// `(i^3 + 7 i^2 + 13 i + 31 seed) mod 251 / 255`, over 1 plus its column.
pub(crate) fn table(rows: usize, columns: usize, seed: usize) -> Array2<f32> {
    Array2::from_shape_fn((rows, columns), |(row, column)| {
        let i = row * columns + column;
        let value = (i * i * i + i * i * 7 + i * 13 + seed * 31) % 251;
        (value as f64 / 255.0) as f32 * (1.0 / (1.0 + column as f32))
    })
}
