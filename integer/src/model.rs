//! A network of whole numbers.

use privet_gradients::network::{Architecture, InputGrid, InputShape, LayerShape, Profile};

use crate::error::IntegerError;
use crate::forward::forward;
use crate::layer::IntegerLayer;
use crate::ranges::{LayerOutput, check_size, most_golden, outputs, overflow};

/// A network of whole numbers. What it computes is exact: nothing is rounded between layers.
///
/// Its ranges follow from the weights and the input grid alone: the constructor takes no data.
#[derive(Clone, Debug, PartialEq)]
pub struct IntegerModel {
    grid: InputGrid,
    architecture: Architecture,
    layers: Vec<IntegerLayer>,
    outputs: Vec<LayerOutput>,
}

impl IntegerModel {
    /// Checks the layers against each other and finds the range of every value.
    ///
    /// # Errors
    /// Layers that do not fit each other or profile `encrypted-inference`, weights or biases of another
    /// number than their layer has, scales that are no positive numbers, a network of more than 2^22
    /// values a layer or 2^28 multiplications, or a value that may need more than 128 bits.
    pub fn new(
        input: InputShape,
        grid: InputGrid,
        layers: Vec<IntegerLayer>,
        classes: usize,
    ) -> Result<Self, IntegerError> {
        let specs = layers.iter().map(IntegerLayer::spec).collect();
        let architecture = Architecture::new(input, specs, classes)?;
        Profile::EncryptedInference.check(&architecture)?;
        check_size(&architecture)?;
        let outputs = outputs(&architecture, grid, &layers)?;
        Ok(Self {
            grid,
            architecture,
            layers,
            outputs,
        })
    }

    /// Shape of one input.
    #[must_use]
    pub fn input(&self) -> InputShape {
        self.architecture.input()
    }

    /// The levels of inputs, whose numbers are what the first layer is given.
    #[must_use]
    pub const fn grid(&self) -> InputGrid {
        self.grid
    }

    /// Number of classes.
    #[must_use]
    pub fn classes(&self) -> usize {
        self.architecture.classes()
    }

    /// The layers in order.
    #[must_use]
    pub fn layers(&self) -> &[IntegerLayer] {
        &self.layers
    }

    /// What comes out of each layer; the last are the scores.
    #[must_use]
    pub fn outputs(&self) -> &[LayerOutput] {
        &self.outputs
    }

    /// Golden vectors that a file of the model may have: 64, or fewer for large models, as a reader
    /// evaluates each.
    #[must_use]
    pub fn most_golden(&self) -> usize {
        most_golden(&self.architecture)
    }

    /// The numbers of the levels that an encoded input consists of.
    ///
    /// # Errors
    /// An input of another length, or a value that is no level.
    pub fn numbers(&self, encoded: &[f32]) -> Result<Vec<i64>, IntegerError> {
        let numbers = encoded.iter().map(|&value| {
            self.grid.number_of_level(value).ok_or_else(|| {
                IntegerError::Input(format!(
                    "{value} is none of the levels of {} bits: encode it with the model's \
                     preprocessing, which rounds to them",
                    self.grid.bits()
                ))
            })
        });
        let numbers = numbers.collect::<Result<Vec<_>, _>>()?;
        self.check_input(&numbers)?;
        Ok(numbers)
    }

    /// The scores of one input, exactly: times the last scale they are the network's, up to the
    /// rounding of weights and biases.
    ///
    /// # Errors
    /// An input of another length, or a number that is none of a level.
    pub fn evaluate(&self, input: &[i64]) -> Result<Vec<i128>, IntegerError> {
        self.check_input(input)?;
        let mut values: Vec<i128> = input.iter().map(|&number| i128::from(number)).collect();
        for (index, (layer, shape)) in self.walk().enumerate() {
            let parameters = layer.parameters();
            let weights = parameters.map_or(&[][..], |own| &own.weights);
            let bias = parameters.map_or(&[][..], |own| &own.bias);
            // The constructor has shown that it fits.
            values =
                forward(shape, weights, bias, &values).ok_or_else(|| overflow(index, shape))?;
        }
        Ok(values)
    }

    fn walk(&self) -> impl Iterator<Item = (&IntegerLayer, &LayerShape)> {
        self.layers.iter().zip(self.architecture.layers())
    }

    fn check_input(&self, input: &[i64]) -> Result<(), IntegerError> {
        let expected = self.input();
        if input.len() != expected.len() {
            return Err(IntegerError::Input(format!(
                "{} values were given to a network that takes {expected}",
                input.len()
            )));
        }
        let (low, high) = (self.grid.lowest(), self.grid.highest());
        match input.iter().find(|number| !(low..=high).contains(number)) {
            None => Ok(()),
            Some(number) => Err(IntegerError::Input(format!(
                "{number} is no level: the numbers are {low} to {high}"
            ))),
        }
    }
}
