//! Augmentation of tables.

use ndarray::{ArrayView2, Axis};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::setting::{AugmentationError, check};
use crate::seed::standard_normal;

/// `tables = { masking = 0.2, noise = 0.1 }`: features hidden behind those of other public rows, and
/// noise on numeric columns.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TableAugmentation {
    /// Probability that a value is replaced by that of another public row in the same column, in
    /// `[0, 1]`: the corruption of VIME (Yoon et al. 2020) and SCARF (Bahri et al. 2022).
    pub masking: f64,
    /// Standard deviation of the normal noise on numeric columns, in standard deviations of the
    /// column, at most 10; 0 for rows of tokens, which noise would make something else.
    pub noise: f64,
}

impl Default for TableAugmentation {
    fn default() -> Self {
        Self {
            masking: 0.2,
            noise: 0.1,
        }
    }
}

/// What public rows say about each column.
#[derive(Clone, Debug)]
pub struct TableColumns<'a> {
    rows: ArrayView2<'a, f32>,
    /// 0 for columns that take no more than two values, such as those of an encoded category.
    deviations: Vec<f32>,
}

impl<'a> TableColumns<'a> {
    /// Looks at public rows, `[rows, columns]`.
    pub fn of(rows: ArrayView2<'a, f32>) -> Self {
        let deviations = rows.axis_iter(Axis(1)).map(|column| {
            let first = column.first().copied().unwrap_or_default();
            let other = column.iter().find(|&&value| value != first);
            let other = other.copied().unwrap_or(first);
            if column.iter().all(|&value| value == first || value == other) {
                return 0.0;
            }
            let count = column.len() as f64;
            let mean = column.iter().map(|&value| f64::from(value)).sum::<f64>() / count;
            let squares = column
                .iter()
                .map(|&value| (f64::from(value) - mean).powi(2));
            (squares.sum::<f64>() / count).sqrt() as f32
        });
        Self {
            deviations: deviations.collect(),
            rows,
        }
    }
}

impl TableAugmentation {
    /// Checks every setting.
    ///
    /// # Errors
    /// The first setting out of its range.
    pub fn validate(&self) -> Result<(), AugmentationError> {
        check("masking", self.masking, 1.0, "between 0 and 1")?;
        check("noise", self.noise, 10.0, "between 0 and 10")
    }

    /// The noise without the masking: the weak augmentation beside this strong one.
    #[must_use]
    pub fn weak(&self) -> Self {
        Self {
            masking: 0.0,
            noise: self.noise / 2.0,
        }
    }

    /// Changes one row.
    pub fn apply(&self, row: &mut [f32], columns: &TableColumns<'_>, generator: &mut ChaCha8Rng) {
        let others = columns.rows.nrows();
        let deviations = &columns.deviations;
        for (column, (value, deviation)) in row.iter_mut().zip(deviations).enumerate() {
            if self.masking > 0.0 && others > 0 && generator.random_bool(self.masking) {
                *value = columns.rows[[generator.random_range(0..others), column]];
            }
            if self.noise > 0.0 && *deviation > 0.0 {
                *value += self.noise as f32 * deviation * standard_normal(generator);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::*;
    use crate::seed::seeded_generator;

    /// A column of 0 and 1, a constant one, and one of the numbers 0 to 999.
    fn rows() -> Array2<f32> {
        Array2::from_shape_fn((1000, 3), |(row, column)| match column {
            0 => (row % 2) as f32,
            1 => 7.0,
            _ => row as f32,
        })
    }

    #[test]
    fn masked_values_are_those_of_other_rows_in_the_same_column() {
        let rows = rows();
        let columns = TableColumns::of(rows.view());
        let masking = TableAugmentation {
            masking: 0.25,
            noise: 0.0,
        };
        let mut generator = seeded_generator(1, "table", 0);
        let mut changed = [0; 3];
        for _ in 0..4000 {
            let mut row = [0.0, 7.0, 3.0];
            masking.apply(&mut row, &columns, &mut generator);
            assert!(row[0] == 0.0 || row[0] == 1.0);
            assert_eq!(row[1], 7.0);
            assert!(row[2].fract() == 0.0 && (0.0..1000.0).contains(&row[2]));
            changed[0] += usize::from(row[0] != 0.0);
            changed[2] += usize::from(row[2] != 3.0);
        }
        // 5 standard deviations of counts with means of 500 and about 1000, for a fixed seed.
        assert!(changed[0].abs_diff(500) < 105, "{changed:?}");
        assert!(changed[2].abs_diff(999) < 137, "{changed:?}");
    }

    #[test]
    fn noise_is_in_units_of_the_column_and_spares_categories() {
        let rows = rows();
        let columns = TableColumns::of(rows.view());
        let noise = TableAugmentation {
            masking: 0.0,
            noise: 0.5,
        };
        let mut generator = seeded_generator(1, "table", 1);
        let mut squares = 0.0;
        for _ in 0..4000 {
            let mut row = [1.0, 7.0, 3.0];
            noise.apply(&mut row, &columns, &mut generator);
            assert_eq!(row[..2], [1.0, 7.0]);
            squares += f64::from(row[2] - 3.0).powi(2);
        }
        // Half of sqrt((1000^2 - 1) / 12), within 6 %: 5 standard errors are 5.6 %.
        let ratio = (squares / 4000.0).sqrt() / (0.5 * 288.675);
        assert!((ratio - 1.0).abs() < 0.06, "{ratio}");
    }

    #[test]
    fn configs_are_checked() {
        let strong: TableAugmentation = toml::from_str("masking = 0.5").unwrap();
        assert_eq!(strong.noise, 0.1);
        assert_eq!(strong.weak().masking, 0.0);
        assert!(toml::from_str::<TableAugmentation>("mask = 0.5").is_err());
        for wrong in ["masking = 1.5", "noise = -0.1", "noise = nan"] {
            let strong: TableAugmentation = toml::from_str(wrong).unwrap();
            assert!(strong.validate().is_err(), "{wrong}");
        }
    }
}
