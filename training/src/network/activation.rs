//! What flows between two layers.

use burn::tensor::Tensor;

use crate::data::InputShape;

/// A batch between two layers.
#[derive(Clone, Debug)]
pub enum Activation {
    /// `[batch, features]`
    Features(Tensor<2>),
    /// `[batch, length, width]`
    Sequence(Tensor<3>),
    /// `[batch, channels, height, width]`
    Image(Tensor<4>),
}

impl Activation {
    /// Gives rows of `[batch, values]` the shape that a network takes.
    pub fn from_rows(rows: Tensor<2>, shape: InputShape) -> Self {
        let [batch, _] = rows.dims();
        match shape {
            InputShape::Flat { .. } => Self::Features(rows),
            InputShape::Sequence { length, width } => {
                Self::Sequence(rows.reshape([batch, length, width]))
            }
            InputShape::Image {
                channels,
                height,
                width,
            } => Self::Image(rows.reshape([batch, channels, height, width])),
        }
    }

    /// The batch as rows, `[batch, values]`.
    pub fn into_rows(self) -> Tensor<2> {
        match self {
            Self::Features(tensor) => tensor,
            Self::Sequence(tensor) => tensor.flatten(1, 2),
            Self::Image(tensor) => tensor.flatten(1, 3),
        }
    }

    /// The sum of two batches of one shape; `self` where the shapes differ.
    pub(super) fn add(self, other: Self) -> Self {
        match (self, other) {
            (Self::Features(left), Self::Features(right)) => Self::Features(left + right),
            (Self::Sequence(left), Self::Sequence(right)) => Self::Sequence(left + right),
            (Self::Image(left), Self::Image(right)) => Self::Image(left + right),
            (left, _) => left,
        }
    }

    pub(super) fn map_image(self, apply: impl FnOnce(Tensor<4>) -> Tensor<4>) -> Self {
        match self {
            Self::Image(tensor) => Self::Image(apply(tensor)),
            other => other,
        }
    }
}
