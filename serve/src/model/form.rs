//! What a row is.

use serde::Serialize;

/// What one row of a question holds, in raw values as they stand in the data set's files.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Form {
    /// `channels * height * width` pixels, channels first, row by row. A pixel outside the range is
    /// refused: it is most often one that was scaled already.
    Image {
        /// Channels: 1 for grey, 3 for red, green, blue.
        channels: usize,
        /// Rows of pixels.
        height: usize,
        /// Pixels in a row.
        width: usize,
        /// The least raw pixel, such as 0: black.
        minimum: f64,
        /// The greatest, such as 255: white.
        maximum: f64,
    },
    /// Named values.
    Table {
        /// The fields in the order of the model's preprocessing.
        fields: Vec<Field>,
    },
    /// A list of numbers. One outside the bounds is taken as the nearest bound, as in training.
    Numbers {
        /// How many.
        count: usize,
        /// The lower bound.
        minimum: f64,
        /// The upper bound.
        maximum: f64,
    },
}

/// One value of a record.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Field {
    /// The name, as in the header of the data set's files.
    pub name: String,
    /// What it may be.
    #[serde(flatten)]
    pub kind: FieldKind,
}

/// What a field may be.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum FieldKind {
    /// A number. One outside the bounds is taken as the nearest bound, as in training.
    Number {
        /// The lower bound.
        min: f64,
        /// The upper bound.
        max: f64,
    },
    /// One of a list.
    Category {
        /// Every value that may occur.
        values: Vec<String>,
    },
}

impl Form {
    /// The key of a request's rows.
    pub(crate) fn rows_key(&self) -> &'static str {
        match self {
            Self::Table { .. } => "records",
            Self::Image { .. } | Self::Numbers { .. } => "inputs",
        }
    }

    /// How many values a row has. Saturates: a form that large is refused by the check.
    pub(crate) fn width(&self) -> usize {
        match self {
            Self::Image {
                channels,
                height,
                width,
                ..
            } => channels.saturating_mul(*height).saturating_mul(*width),
            Self::Table { fields } => fields.len(),
            Self::Numbers { count, .. } => *count,
        }
    }
}
