//! The shape of one input.

use serde::{Deserialize, Serialize};

/// The shape of one input, without the batch dimension.
///
/// Inputs are stored flat, one row an example; for an image the row is channels, then rows, then
/// columns (channels first), so pixel `(channel, y, x)` is at `(channel * height + y) * width + x`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case", deny_unknown_fields)]
pub enum InputShape {
    /// A picture.
    Image {
        /// Number of channels: 1 for grey, 3 for colour.
        channels: usize,
        /// Number of pixel rows.
        height: usize,
        /// Number of pixel columns.
        width: usize,
    },
    /// A row of numbers without spatial structure.
    Flat {
        /// Number of features.
        features: usize,
    },
    /// Vectors one after another, position by position: value `(position, column)` is at
    /// `position * width + column`. It arises inside a network, from an embedding.
    Sequence {
        /// Number of positions.
        length: usize,
        /// Width of each vector.
        width: usize,
    },
}

impl InputShape {
    /// A picture of `channels` x `height` x `width`.
    #[must_use]
    pub const fn image(channels: usize, height: usize, width: usize) -> Self {
        Self::Image {
            channels,
            height,
            width,
        }
    }

    /// A row of `features` numbers.
    #[must_use]
    pub const fn flat(features: usize) -> Self {
        Self::Flat { features }
    }

    /// How many numbers one input has; `usize::MAX` where the product does not fit.
    #[must_use]
    pub const fn len(&self) -> usize {
        match *self {
            Self::Image {
                channels,
                height,
                width,
            } => channels.saturating_mul(height).saturating_mul(width),
            Self::Flat { features } => features,
            Self::Sequence { length, width } => length.saturating_mul(width),
        }
    }

    /// Channels of a picture, columns of a sequence, features of a row: what a normalisation has a
    /// gain and a shift for.
    #[must_use]
    pub const fn depth(&self) -> usize {
        match *self {
            Self::Image { channels, .. } => channels,
            Self::Flat { features } => features,
            Self::Sequence { width, .. } => width,
        }
    }

    /// Whether one input has no number at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl std::fmt::Display for InputShape {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Image {
                channels,
                height,
                width,
            } => write!(formatter, "{channels}x{height}x{width}"),
            Self::Flat { features } => write!(formatter, "{features} features"),
            Self::Sequence { length, width } => write!(formatter, "{length} vectors of {width}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_is_the_product_and_never_overflows() {
        assert_eq!(InputShape::image(3, 4, 5).len(), 60);
        assert_eq!(InputShape::flat(7).len(), 7);
        assert_eq!(InputShape::image(usize::MAX, 2, 1).len(), usize::MAX);
        assert!(InputShape::image(1, 0, 5).is_empty());
    }

    #[test]
    fn a_shape_survives_json() {
        let shape = InputShape::image(1, 8, 8);
        let text = serde_json::to_string(&shape).unwrap();
        assert_eq!(
            text,
            r#"{"kind":"image","channels":1,"height":8,"width":8}"#
        );
        assert_eq!(serde_json::from_str::<InputShape>(&text).unwrap(), shape);
    }
}
