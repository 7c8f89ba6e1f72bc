//! The public description of a table: its columns, their bounds or categories, and the label.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use privet_gradients::network::InputGrid;

use super::{
    DataError, InputShape,
    scaling::{agreed_bits, grid_of},
};

/// One column of a table, as the schema declares it.
///
/// Bounds and categories are public knowledge about the column (a questionnaire, a code book,
/// common sense); they must not be read off the private records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Column {
    /// A number. Values outside the bounds are clamped to them.
    Numeric {
        /// The column's name in the header.
        name: String,
        /// The least value, publicly known.
        min: f64,
        /// The greatest value, publicly known.
        max: f64,
        /// How values are spread over the range before scaling.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        transform: Option<NumericTransform>,
    },
    /// One of a fixed list of values, encoded one-hot in the order of the list. A missing value is
    /// a category of its own: list the text that stands for it, such as `?`.
    Categorical {
        /// The column's name in the header.
        name: String,
        /// Every value that may occur.
        categories: Vec<String>,
    },
    /// The class to predict.
    Label {
        /// The column's name in the header.
        name: String,
        /// Every class; class `i` of the label map is at position `i`.
        classes: Vec<String>,
    },
    /// A column that may be in the file and is not used.
    Ignore {
        /// The column's name in the header.
        name: String,
    },
}

/// How the values of a numeric column are spread over its range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NumericTransform {
    /// `ln(1 + value - min)`: for amounts, where a few are very large.
    Log,
}

/// The range that a numeric column is scaled to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ValueRange {
    /// `0..=1`, the same as a one-hot category.
    #[default]
    Unit,
    /// `-1..=1`.
    Symmetric,
}

/// A table's columns. Exactly one is the label; the others become the input, in the order of the
/// schema.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "UncheckedTableSchema")]
pub struct TableSchema {
    #[serde(default)]
    range: ValueRange,
    #[serde(skip_serializing_if = "Option::is_none")]
    shape: Option<InputShape>,
    #[serde(skip_serializing_if = "Option::is_none")]
    input_bits: Option<u32>,
    /// The levels of `input_bits` bits.
    #[serde(skip)]
    grid: Option<InputGrid>,
    columns: Vec<Column>,
}

/// A schema as typed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct UncheckedTableSchema {
    /// What numeric columns are scaled to.
    #[serde(default)]
    range: ValueRange,
    /// What the input is: flat, when absent. An image or a sequence has as many numbers as the columns
    /// become.
    #[serde(default)]
    shape: Option<InputShape>,
    /// The same as `input_bits` of the whole data.
    #[serde(default)]
    input_bits: Option<u32>,
    /// The columns, each with a name of its own.
    columns: Vec<Column>,
}

impl Column {
    /// The column's name in the header.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Numeric { name, .. }
            | Self::Categorical { name, .. }
            | Self::Label { name, .. }
            | Self::Ignore { name } => name,
        }
    }

    /// How many numbers of the input this column becomes.
    #[must_use]
    pub fn width(&self) -> usize {
        match self {
            Self::Numeric { .. } => 1,
            Self::Categorical { categories, .. } => categories.len(),
            Self::Label { .. } | Self::Ignore { .. } => 0,
        }
    }
}

impl TableSchema {
    /// Checks and keeps the columns; numbers are scaled to `0..=1` and the input is flat.
    ///
    /// # Errors
    /// When two columns share a name, there is not exactly one label, no column is an input, bounds
    /// are not finite with `min < max`, a list is empty (or of one class), or a list names a value
    /// twice.
    pub fn new(columns: Vec<Column>) -> Result<Self, DataError> {
        Self::try_from(UncheckedTableSchema {
            range: ValueRange::Unit,
            shape: None,
            input_bits: None,
            columns,
        })
    }

    /// The same with numbers scaled to `range`.
    #[must_use]
    pub fn with_range(self, range: ValueRange) -> Self {
        let signed = range == ValueRange::Symmetric;
        Self {
            range,
            grid: self
                .input_bits
                .and_then(|bits| InputGrid::new(bits, signed)),
            ..self
        }
    }

    /// The same with each number rounded to the nearest level of a public grid of 2 to 8 bits.
    /// (Categories, 0 or 1, are levels already.)
    ///
    /// # Errors
    /// When the bits are out of range, or others are set.
    pub fn with_input_bits(self, bits: u32) -> Result<Self, DataError> {
        agreed_bits(self.input_bits, bits)?;
        Ok(Self {
            input_bits: Some(bits),
            grid: Some(grid_of(bits, self.range == ValueRange::Symmetric)?),
            ..self
        })
    }

    /// The levels that inputs are rounded to, if they are.
    #[must_use]
    pub const fn grid(&self) -> Option<InputGrid> {
        self.grid
    }

    /// The same with inputs that are pictures: the columns in order are the pixels, channels first.
    ///
    /// # Errors
    /// When the columns make more or fewer numbers than `shape` has.
    pub fn with_shape(self, shape: InputShape) -> Result<Self, DataError> {
        Self::try_from(UncheckedTableSchema {
            range: self.range,
            shape: Some(shape),
            input_bits: self.input_bits,
            columns: self.columns,
        })
    }

    /// Reads a schema from TOML: `range`, `shape` (both optional) and a `[[columns]]` table for
    /// each column. `source` names where the text comes from, for the error.
    ///
    /// # Errors
    /// When the text is not TOML, has an unknown key, or as [`Self::new`].
    pub fn from_toml(text: &str, source: &str) -> Result<Self, DataError> {
        toml::from_str(text).map_err(|error| DataError::Schema {
            key: source.to_owned(),
            problem: error.to_string().trim_end().to_owned(),
            remedy: "see the schema of the census data for an example: `privet data info census`"
                .to_owned(),
        })
    }

    /// The columns in the order of the schema.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The range that numeric columns are scaled to.
    #[must_use]
    pub const fn range(&self) -> ValueRange {
        self.range
    }

    /// The label map: the name of class `i` is at position `i`.
    #[must_use]
    pub fn classes(&self) -> &[String] {
        let classes = self.columns.iter().find_map(|column| match column {
            Column::Label { classes, .. } => Some(classes.as_slice()),
            _ => None,
        });
        classes.unwrap_or_default()
    }

    /// Shape of one encoded input.
    #[must_use]
    pub fn input_shape(&self) -> InputShape {
        self.shape.unwrap_or_else(|| InputShape::flat(self.width()))
    }

    /// How many numbers the columns become.
    fn width(&self) -> usize {
        self.columns.iter().map(Column::width).sum()
    }
}

impl TryFrom<UncheckedTableSchema> for TableSchema {
    type Error = DataError;

    fn try_from(unchecked: UncheckedTableSchema) -> Result<Self, DataError> {
        let UncheckedTableSchema {
            range,
            shape,
            input_bits,
            columns,
        } = unchecked;
        let schema = Self {
            range,
            shape,
            input_bits: None,
            grid: None,
            columns,
        };
        let fail = |key: &str, problem: String, remedy: &str| {
            Err(DataError::Schema {
                key: key.to_owned(),
                problem,
                remedy: remedy.to_owned(),
            })
        };
        let mut names = HashSet::new();
        for column in &schema.columns {
            check_column(column)?;
            if !names.insert(column.name()) {
                return fail(
                    &column_key(column),
                    "is declared twice".to_owned(),
                    "keep one of the two",
                );
            }
        }
        let labels = schema
            .columns
            .iter()
            .filter(|column| matches!(column, Column::Label { .. }))
            .count();
        if labels != 1 {
            let remedy = "declare exactly one column with kind = \"label\" and its classes";
            return fail("columns", format!("{labels} columns are labels"), remedy);
        }
        let width = schema.width();
        if width == 0 {
            return fail(
                "columns",
                "no column is an input".to_owned(),
                "declare a numeric or categorical column",
            );
        }
        if let Some(shape) = shape.filter(|shape| shape.len() != width) {
            let problem = format!(
                "is {shape}, {} numbers, but the columns make {width}",
                shape.len()
            );
            return fail("shape", problem, "correct the shape or leave it out");
        }
        match input_bits {
            Some(bits) => schema.with_input_bits(bits),
            None => Ok(schema),
        }
    }
}

/// What an error calls a column.
fn column_key(column: &Column) -> String {
    format!("column `{}`", column.name())
}

/// Checks one column by itself.
fn check_column(column: &Column) -> Result<(), DataError> {
    let fail = |problem: String, remedy: &str| {
        Err(DataError::Schema {
            key: column_key(column),
            problem,
            remedy: remedy.to_owned(),
        })
    };
    if column.name().trim().is_empty() {
        return fail(
            "has no name".to_owned(),
            "give the name that stands in the header",
        );
    }
    match column {
        Column::Numeric { min, max, .. } => {
            if !(min.is_finite() && max.is_finite() && min < max && (max - min).is_finite()) {
                return fail(
                    format!("min = {min}, max = {max} are no bounds"),
                    "give finite public bounds, min < max",
                );
            }
        }
        Column::Categorical {
            categories: values, ..
        }
        | Column::Label {
            classes: values, ..
        } => {
            let (least, key) = if matches!(column, Column::Label { .. }) {
                (2, "classes")
            } else {
                (1, "categories")
            };
            if values.len() < least {
                return fail(
                    format!("{key} lists {} values", values.len()),
                    "list every value that may occur",
                );
            }
            let mut seen = HashSet::new();
            for value in values {
                if value.trim() != value {
                    return fail(
                        format!("{key} holds `{value}` with space around it"),
                        "remove the space: fields are trimmed",
                    );
                }
                if !seen.insert(value) {
                    return fail(
                        format!("{key} lists `{value}` twice"),
                        "keep one of the two",
                    );
                }
            }
        }
        Column::Ignore { .. } => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL: &str = r#"
        [[columns]]
        name = "age"
        kind = "numeric"
        min = 17
        max = 90

        [[columns]]
        name = "gain"
        kind = "numeric"
        min = 0
        max = 99999
        transform = "log"

        [[columns]]
        name = "sex"
        kind = "categorical"
        categories = ["Female", "Male"]

        [[columns]]
        name = "id"
        kind = "ignore"

        [[columns]]
        name = "income"
        kind = "label"
        classes = ["low", "high"]
    "#;

    fn message(text: &str) -> String {
        TableSchema::from_toml(text, "my schema")
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn a_schema_is_read_from_toml_and_survives_json() {
        let schema = TableSchema::from_toml(SMALL, "small").unwrap();
        assert_eq!(schema.input_shape(), InputShape::flat(4));
        assert_eq!(schema.classes(), ["low", "high"]);
        assert_eq!(schema.range(), ValueRange::Unit);
        let json = serde_json::to_string(&schema).unwrap();
        assert_eq!(serde_json::from_str::<TableSchema>(&json).unwrap(), schema);
    }

    #[test]
    fn unknown_keys_and_kinds_are_refused() {
        for (from, to, expected) in [
            ("min = 17", "min = 17\nmedian = 40", "median"),
            ("\"ignore\"", "\"ignored\"", "ignored"),
            ("\"log\"", "\"sqrt\"", "sqrt"),
            (
                "[[columns]]\n        name = \"age\"",
                "colour = 1\n[[columns]]\n        name = \"age\"",
                "colour",
            ),
            ("max = 90", "", "max"),
        ] {
            let error = message(&SMALL.replace(from, to));
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn contradictions_are_refused() {
        for (from, to, expected) in [
            (
                "min = 17",
                "min = 90",
                "column `age`: min = 90, max = 90 are no bounds",
            ),
            ("min = 17", "min = nan", "column `age`: min = NaN"),
            ("\"gain\"", "\"age\"", "column `age`: is declared twice"),
            (
                "[\"Female\", \"Male\"]",
                "[]",
                "column `sex`: categories lists 0 values",
            ),
            (
                "[\"Female\", \"Male\"]",
                "[\"a\", \"a\"]",
                "column `sex`: categories lists `a` twice",
            ),
            ("[\"Female\", \"Male\"]", "[\" a\"]", "with space around it"),
            (
                "[\"low\", \"high\"]",
                "[\"low\"]",
                "column `income`: classes lists 1 values",
            ),
            (
                "\"label\"\n        classes",
                "\"categorical\"\n        categories",
                "0 columns are labels",
            ),
            ("\"sex\"", "\" \"", "has no name"),
        ] {
            let error = message(&SMALL.replace(from, to));
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn levels_follow_the_range_and_survive_json() {
        let with_bits = SMALL.replacen("[[columns]]", "input_bits = 4\n[[columns]]", 1);
        let schema = TableSchema::from_toml(&with_bits, "small").unwrap();
        assert_eq!(schema.grid(), InputGrid::new(4, false));
        let json = serde_json::to_string(&schema).unwrap();
        assert_eq!(serde_json::from_str::<TableSchema>(&json).unwrap(), schema);
        let symmetric = schema.clone().with_range(ValueRange::Symmetric);
        assert_eq!(symmetric.grid(), InputGrid::new(4, true));
        let shaped = schema
            .clone()
            .with_shape(InputShape::image(1, 2, 2))
            .unwrap();
        assert_eq!(shaped.grid(), schema.grid());
        let error = schema.with_input_bits(5).unwrap_err().to_string();
        assert!(error.contains("the encoding itself says 4"), "{error}");
        let error = message(&with_bits.replace("= 4", "= 17"));
        assert!(error.contains("2 to 8"), "{error}");
        let plain = TableSchema::from_toml(SMALL, "small").unwrap();
        assert_eq!(plain.grid(), None);
        assert!(!serde_json::to_string(&plain).unwrap().contains("bits"));
    }

    #[test]
    fn a_shape_must_match_the_columns() {
        let schema = TableSchema::from_toml(SMALL, "small").unwrap();
        assert_eq!(
            schema
                .clone()
                .with_shape(InputShape::image(1, 2, 2))
                .unwrap()
                .input_shape()
                .len(),
            4
        );
        let error = schema
            .with_shape(InputShape::image(1, 2, 3))
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("6 numbers, but the columns make 4"),
            "{error}"
        );
    }
}
