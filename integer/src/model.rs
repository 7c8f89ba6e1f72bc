//! A network of whole numbers, with the range and the scale of every layer.

use privet_gradients::network::{Architecture, InputGrid, InputShape, LayerShape, Profile};
use serde::{Deserialize, Serialize};

use crate::bounds::Bounds;
use crate::error::IntegerError;
use crate::forward::{forward, weights_of_output, window, work};
use crate::layer::{IntegerLayer, IntegerParameters};
use crate::numbers::Interval;

/// Values of the input or of a layer's output, at most.
const MOST_VALUES: u64 = 1 << 22;

/// Multiplications for one input, at most: some seconds of exact evaluation.
const MOST_WORK: u64 = 1 << 30;

/// What comes out of a layer, whatever the input.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerOutput {
    /// Shape of the output.
    pub shape: InputShape,
    /// The range that no value leaves.
    pub bounds: Bounds,
    /// Bits of a two's complement number that holds every value.
    pub bits: u32,
    /// The real number that a value of 1 stands for.
    pub scale: f64,
}

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
    /// values a layer or 2^30 multiplications, or a value that may need more than 128 bits.
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

/// Refuses networks that are too large to evaluate, before memory is taken for them.
fn check_size(architecture: &Architecture) -> Result<(), IntegerError> {
    let refuse = |what, found, most| Err(IntegerError::TooLarge { what, found, most });
    let sizes = architecture.layers().iter().map(|layer| layer.output.len());
    let largest = sizes.fold(architecture.input().len(), usize::max) as u64;
    if largest > MOST_VALUES {
        return refuse("values in a layer", largest, MOST_VALUES);
    }
    let all = (architecture.layers().iter().map(work)).fold(0, u64::saturating_add);
    match all > MOST_WORK {
        true => refuse("multiplications", all, MOST_WORK),
        false => Ok(()),
    }
}

/// What comes out of each layer.
fn outputs(
    architecture: &Architecture,
    grid: InputGrid,
    layers: &[IntegerLayer],
) -> Result<Vec<LayerOutput>, IntegerError> {
    let range = Interval {
        low: i128::from(grid.lowest()),
        high: i128::from(grid.highest()),
    };
    let mut values = vec![range; architecture.input().len()];
    let mut scale = 1.0 / grid.highest() as f64;
    let mut outputs = Vec::with_capacity(layers.len());
    for (index, (layer, shape)) in layers.iter().zip(architecture.layers()).enumerate() {
        let mut bias = Vec::new();
        if let Some(own) = layer.parameters() {
            check_parameters(own, shape).map_err(|reason| parameters(index, shape, reason))?;
            bias.extend(own.bias.iter().map(|&bias| Interval::of(bias)));
        }
        let weights = layer.parameters().map_or(&[][..], |own| &own.weights);
        values = forward(shape, weights, &bias, &values).ok_or_else(|| overflow(index, shape))?;
        scale = scale_after(layer, shape, scale);
        if !scale.is_normal() {
            let reason = format!("the scale of its outputs would be {scale}");
            return Err(parameters(index, shape, reason));
        }
        let bounds = Bounds::of(&values);
        outputs.push(LayerOutput {
            shape: shape.output,
            bounds,
            bits: bounds.bits(),
            scale,
        });
    }
    Ok(outputs)
}

/// Scale of a layer's outputs, from that of its inputs.
pub(crate) fn scale_after(layer: &IntegerLayer, shape: &LayerShape, scale: f64) -> f64 {
    match (layer.parameters(), window(shape)) {
        (Some(own), _) => scale * own.scale,
        (None, Some(([tall, wide], _))) => scale / (tall * wide) as f64,
        (None, None) if *layer == IntegerLayer::Square => scale * scale,
        (None, None) => scale,
    }
}

/// Why the parameters do not fit their layer.
fn check_parameters(own: &IntegerParameters, shape: &LayerShape) -> Result<(), String> {
    let channels = shape.output.depth();
    let expected = weights_of_output(shape) * channels;
    if own.weights.len() != expected {
        return Err(format!(
            "it has {} weights where {expected} are needed",
            own.weights.len()
        ));
    }
    if own.bias.len() != channels && own.bias.len() != shape.output.len() {
        return Err(format!(
            "its bias has {} numbers: one for each of {channels} channels is needed, or one for \
             each of {} values",
            own.bias.len(),
            shape.output.len()
        ));
    }
    match own.scale.is_normal() && own.scale > 0.0 {
        true => Ok(()),
        false => Err(format!("its scale is {}: it must be above 0", own.scale)),
    }
}

fn parameters(index: usize, shape: &LayerShape, reason: String) -> IntegerError {
    IntegerError::Parameters {
        position: index + 1,
        kind: shape.spec.kind(),
        reason,
    }
}

fn overflow(index: usize, shape: &LayerShape) -> IntegerError {
    IntegerError::Overflow {
        position: index + 1,
        kind: shape.spec.kind(),
    }
}
