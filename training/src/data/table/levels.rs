//! Where the levels of a grid begin, in raw numbers of a column.

use super::encode::encode_number;
use crate::data::{NumericTransform, TableSchema};

impl TableSchema {
    /// The input that a raw number becomes, in a numeric column with these bounds.
    #[must_use]
    pub fn encode_number(
        &self,
        raw: f64,
        min: f64,
        max: f64,
        transform: Option<NumericTransform>,
    ) -> f32 {
        encode_number(raw, min, max, transform, self)
    }

    /// The smallest raw number of each level above the lowest, in ascending order, for a numeric column
    /// with these bounds; empty without a grid.
    ///
    /// For runtimes with another logarithm: comparing with these numbers gives the level that
    /// training used, to the last bit.
    #[must_use]
    pub fn level_starts(
        &self,
        min: f64,
        max: f64,
        transform: Option<NumericTransform>,
    ) -> Vec<f64> {
        let Some(grid) = self.grid() else {
            return Vec::new();
        };
        let number = |raw| grid.number(f64::from(self.encode_number(raw, min, max, transform)));
        let first = number(min) + 1;
        (first..=grid.highest())
            .map(|level| {
                // The first number of the level is above `low` and at most `high`.
                let (mut low, mut high) = (ordered(min), ordered(max));
                while high - low > 1 {
                    let middle = low + (high - low) / 2;
                    match number(from_ordered(middle)) >= level {
                        true => high = middle,
                        false => low = middle,
                    }
                }
                from_ordered(high)
            })
            .collect()
    }
}

/// Whole numbers in the order of the finite numbers that they stand for.
fn ordered(value: f64) -> i128 {
    let bits = value.to_bits();
    match bits >> 63 {
        0 => i128::from(bits),
        _ => -i128::from(bits & (u64::MAX >> 1)),
    }
}

fn from_ordered(place: i128) -> f64 {
    let size = f64::from_bits(place.unsigned_abs() as u64);
    if place < 0 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Column;

    fn schema(max: f64, bits: u32) -> TableSchema {
        let columns = vec![Column::Numeric {
            name: "amount".into(),
            min: 0.0,
            max,
            transform: Some(NumericTransform::Log),
        }];
        let label = Column::Label {
            name: "label".into(),
            classes: vec!["no".into(), "yes".into()],
        };
        let columns = columns.into_iter().chain([label]).collect();
        let schema = TableSchema::new(columns).unwrap();
        schema.with_input_bits(bits).unwrap()
    }

    #[test]
    fn the_number_before_a_start_is_of_the_level_below() {
        for (max, bits) in [(8.0, 2), (195.0, 2), (99_999.0, 4), (1e9, 8)] {
            let schema = schema(max, bits);
            let log = Some(NumericTransform::Log);
            let starts = schema.level_starts(0.0, max, log);
            let grid = schema.grid().unwrap();
            assert_eq!(starts.len() as i64, grid.highest() - grid.lowest());
            for (place, start) in starts.iter().enumerate() {
                let level = |raw| {
                    let encoded = encode_number(raw, 0.0, max, log, &schema);
                    grid.number_of_level(encoded).unwrap() - grid.lowest()
                };
                assert_eq!(level(*start), place as i64 + 1);
                assert_eq!(level(start.next_down()), place as i64);
            }
        }
    }
}
