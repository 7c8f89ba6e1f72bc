//! Encoding a raw value by the public constants of its column.

use ndarray::Array2;

use crate::data::{
    Column, DataError, NumericTransform, TableSchema, ValueRange, array::NumericArray,
};

/// The input that a number of a numeric column of `schema` becomes: clamped to the bounds,
/// transformed, scaled to the range, rounded to the levels if there are any.
///
/// The logarithm is `libm`'s, so that equal records are equal bits on every platform.
pub(super) fn encode_number(
    value: f64,
    min: f64,
    max: f64,
    transform: Option<NumericTransform>,
    schema: &TableSchema,
) -> f32 {
    let clamped = value.max(min).min(max);
    let unit = match transform {
        None => (clamped - min) / (max - min),
        Some(NumericTransform::Log) => libm::log1p(clamped - min) / libm::log1p(max - min),
    };
    let scaled = match schema.range() {
        ValueRange::Unit => unit,
        ValueRange::Symmetric => 2.0 * unit - 1.0,
    };
    match schema.grid() {
        Some(grid) => grid.round(scaled),
        None => scaled as f32,
    }
}

/// Appends the one-hot code of category `index` of `count`.
pub(super) fn encode_category(index: usize, count: usize, row: &mut Vec<f32>) {
    row.extend((0..count).map(|position| if position == index { 1.0 } else { 0.0 }));
}

/// Encodes an array with one column for each input column of `schema`, all of them numeric.
///
/// # Errors
/// When the schema has a categorical column, or the array another number of columns.
pub(in crate::data) fn encode_numbers(
    array: &NumericArray,
    schema: &TableSchema,
) -> Result<Array2<f32>, DataError> {
    let mut columns = Vec::new();
    for column in schema.columns() {
        match column {
            Column::Numeric {
                min,
                max,
                transform,
                ..
            } => columns.push((*min, *max, *transform)),
            Column::Categorical { name, .. } => {
                return Err(DataError::Schema {
                    key: format!("column `{name}`"),
                    problem: format!("is categorical, and {} holds numbers only", array.file),
                    remedy: "give the rows as CSV".to_owned(),
                });
            }
            Column::Label { .. } | Column::Ignore { .. } => {}
        }
    }
    let table = array.table()?;
    if table.ncols() != columns.len() {
        return Err(DataError::Dimensions {
            file: array.file.clone(),
            found: array.dimensions.clone(),
            expected: format!(
                "[n, {}]: the input columns of the schema in its order",
                columns.len()
            ),
        });
    }
    Ok(Array2::from_shape_fn(
        table.raw_dim(),
        |(record, column)| {
            let (min, max, transform) = columns[column];
            encode_number(table[[record, column]], min, max, transform, schema)
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::array::Values;

    /// A numeric column of 0 to 2, a column of some kind, and the label.
    fn schema(kind: &str) -> TableSchema {
        let text = format!(
            "[[columns]]\nname='a'\nkind='numeric'\nmin=0\nmax=2\n[[columns]]\nname='b'\n{kind}\n\
             [[columns]]\nname='c'\nkind='label'\nclasses=['x','y']"
        );
        TableSchema::from_toml(&text, "t").unwrap()
    }

    #[test]
    fn numbers_are_clamped_and_scaled() {
        let schema = schema("kind='numeric'\nmin=0\nmax=10");
        let unit = |value| encode_number(value, 10.0, 20.0, None, &schema);
        assert_eq!(
            [0.0, 10.0, 15.0, 20.0, 1e300].map(unit),
            [0.0, 0.0, 0.5, 1.0, 1.0]
        );
        let levels = schema.clone().with_input_bits(2).unwrap();
        let unit = |value| encode_number(value, 10.0, 20.0, None, &levels);
        assert_eq!(
            [10.0, 11.0, 12.0, 15.5].map(unit),
            [0.0, 0.0, 1.0 / 3.0, 2.0 / 3.0]
        );
        let schema = schema.with_range(ValueRange::Symmetric);
        let symmetric = |value| encode_number(value, 10.0, 20.0, None, &schema);
        assert_eq!([10.0, 15.0, 20.0].map(symmetric), [-1.0, 0.0, 1.0]);
        let levels = levels.with_range(ValueRange::Symmetric);
        let symmetric = |value| encode_number(value, 10.0, 20.0, None, &levels);
        assert_eq!([10.0, 14.0, 19.0].map(symmetric), [-1.0, 0.0, 1.0]);
    }

    #[test]
    fn the_logarithm_starts_at_the_lower_bound() {
        let schema = schema("kind='numeric'\nmin=0\nmax=10");
        let log = |value| encode_number(value, 5.0, 104.0, Some(NumericTransform::Log), &schema);
        assert_eq!([0.0, 5.0, 104.0, 200.0].map(log), [0.0, 0.0, 1.0, 1.0]);
        assert!((log(14.0) - 0.5).abs() < 1e-6);
    }

    #[test]
    fn an_array_follows_the_schema_or_is_refused() {
        let array = |dimensions: &[usize]| NumericArray {
            file: "a.npy".into(),
            dimensions: dimensions.to_vec(),
            values: Values::Integers(vec![0, 5, 1, 10, 9, 0]),
        };
        let numeric = schema("kind='numeric'\nmin=0\nmax=10");
        let encoded = encode_numbers(&array(&[3, 2]), &numeric).unwrap();
        assert_eq!(encoded, ndarray::array![[0.0, 0.5], [0.5, 1.0], [1.0, 0.0]]);
        assert!(encode_numbers(&array(&[2, 3]), &numeric).is_err());
        let error = encode_numbers(
            &array(&[3, 2]),
            &schema("kind='categorical'\ncategories=['u']"),
        )
        .unwrap_err();
        assert!(
            error.to_string().contains("column `b`: is categorical"),
            "{error}"
        );
    }
}
