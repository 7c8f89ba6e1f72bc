//! A named array.

/// Numbers with a name and a shape, as they stand in a model file.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// The name.
    pub name: String,
    /// Lengths of the axes; the last one is contiguous.
    pub shape: Vec<usize>,
    /// As many values as the product of the lengths.
    pub values: Vec<f32>,
}

impl Tensor {
    pub(crate) fn new(name: &str, shape: Vec<usize>, values: Vec<f32>) -> Self {
        Self {
            name: name.into(),
            shape,
            values,
        }
    }
}
