//! A list of layers whose shapes have been checked against the data.

use super::{LayerSpec, NetworkError};
use crate::data::InputShape;

/// A layer with the shapes that go in and come out.
#[derive(Clone, Debug, PartialEq)]
pub struct LayerShape {
    /// The layer as written.
    pub spec: LayerSpec,
    /// InputShape of one example before the layer.
    pub input: InputShape,
    /// InputShape of one example after the layer.
    pub output: InputShape,
}

impl LayerShape {
    /// Number of trainable values.
    pub fn parameters(&self) -> usize {
        match (&self.spec, self.input) {
            (LayerSpec::Linear { outputs }, input) => {
                input.len().saturating_add(1).saturating_mul(*outputs)
            }
            (
                LayerSpec::Conv2d {
                    channels, kernel, ..
                },
                InputShape::Image { channels: from, .. },
            ) => (from.saturating_mul(*kernel).saturating_mul(*kernel))
                .saturating_add(1)
                .saturating_mul(*channels),
            (LayerSpec::GroupNorm { .. }, InputShape::Image { channels, .. }) => 2 * channels,
            _ => 0,
        }
    }
}

/// A checked network: built by [`NetworkSpec::resolve`](super::NetworkSpec::resolve).
#[derive(Clone, Debug, PartialEq)]
pub struct Architecture {
    input: InputShape,
    classes: usize,
    layers: Vec<LayerShape>,
}

/// Largest number of values of a layer's output or of its parameters, so that a typo in a config
/// is an error and not a machine out of memory.
const LARGEST: usize = 1 << 28;

impl Architecture {
    /// Checks every layer against the one before it.
    ///
    /// # Errors
    /// The first layer that does not fit, or an output that is not one score a class.
    pub fn new(
        input: InputShape,
        layers: Vec<LayerSpec>,
        classes: usize,
    ) -> Result<Self, NetworkError> {
        let mut shape = input;
        let mut resolved = Vec::with_capacity(layers.len());
        for (index, spec) in layers.into_iter().enumerate() {
            let fail = |reason| NetworkError::Layer {
                position: index + 1,
                kind: spec.kind(),
                reason,
            };
            let output = output_shape(&spec, shape).map_err(fail)?;
            let layer = LayerShape {
                spec,
                input: shape,
                output,
            };
            if output.is_empty() || output.len().max(layer.parameters()) > LARGEST {
                return Err(NetworkError::Layer {
                    position: index + 1,
                    kind: layer.spec.kind(),
                    reason: format!("its output would be {output}: choose a smaller layer"),
                });
            }
            shape = output;
            resolved.push(layer);
        }
        if shape != InputShape::flat(classes) {
            return Err(NetworkError::Output {
                found: shape.to_string(),
                classes,
            });
        }
        Ok(Self {
            input,
            classes,
            layers: resolved,
        })
    }

    /// InputShape of one input example.
    pub fn input(&self) -> InputShape {
        self.input
    }

    /// Number of classes, which is the width of the output.
    pub fn classes(&self) -> usize {
        self.classes
    }

    /// The layers in order.
    pub fn layers(&self) -> &[LayerShape] {
        &self.layers
    }

    /// Number of trainable values.
    pub fn parameters(&self) -> usize {
        self.layers.iter().map(LayerShape::parameters).sum()
    }
}

/// Checks one layer; the error is the reason alone.
fn output_shape(spec: &LayerSpec, input: InputShape) -> Result<InputShape, String> {
    let image = || match input {
        InputShape::Image {
            channels,
            height,
            width,
        } => Ok((channels, height, width)),
        InputShape::Flat { .. } => Err(format!("it takes images, but gets {input}")),
    };
    let positive = |name: &str, value: usize| match value {
        0 => Err(format!("`{name}` is 0: it must be at least 1")),
        value => Ok(value),
    };
    let windows = |side: usize, kernel: usize, stride: usize, padding: usize| {
        let padded = padding
            .checked_mul(2)
            .and_then(|padding| padding.checked_add(side))
            .ok_or_else(|| format!("padding {padding} is too large"))?;
        match padded.checked_sub(kernel) {
            Some(room) => Ok(room / stride + 1),
            None => Err(format!(
                "a kernel of {kernel} does not fit {padded} pixels: use a smaller kernel or more \
                 padding"
            )),
        }
    };
    let pool = |kernel: usize, stride: Option<usize>| {
        let (channels, height, width) = image()?;
        let kernel = positive("kernel", kernel)?;
        let stride = positive("stride", stride.unwrap_or(kernel))?;
        Ok(InputShape::Image {
            channels,
            height: windows(height, kernel, stride, 0)?,
            width: windows(width, kernel, stride, 0)?,
        })
    };
    match *spec {
        LayerSpec::Linear { outputs } => match input {
            InputShape::Flat { .. } => Ok(InputShape::flat(positive("outputs", outputs)?)),
            InputShape::Image { .. } => Err(format!(
                "it takes a vector, but gets {input}: put {{ kind = \"flatten\" }} before it"
            )),
        },
        LayerSpec::Conv2d {
            channels,
            kernel,
            stride,
            padding,
        } => {
            let (from, height, width) = image()?;
            let kernel = positive("kernel", kernel)?;
            let stride = positive("stride", stride)?;
            // A wide stride over a wide padding has a small output, and still a huge image to pad.
            let side = |pixels: usize| pixels.saturating_add(padding.saturating_mul(2));
            let padded = InputShape::image(from, side(height), side(width));
            if padded.len() > LARGEST {
                return Err(format!("padding {padding} is too large"));
            }
            Ok(InputShape::Image {
                channels: positive("channels", channels)?,
                height: windows(height, kernel, stride, padding)?,
                width: windows(width, kernel, stride, padding)?,
            })
        }
        LayerSpec::GroupNorm { groups } => {
            let (channels, ..) = image()?;
            let groups = positive("groups", groups)?;
            if !channels.is_multiple_of(groups) {
                return Err(format!(
                    "{groups} groups do not divide {channels} channels: use a divisor"
                ));
            }
            Ok(input)
        }
        LayerSpec::Relu | LayerSpec::Tanh | LayerSpec::Square => Ok(input),
        LayerSpec::MaxPool { kernel, stride } | LayerSpec::AvgPool { kernel, stride } => {
            pool(kernel, stride)
        }
        LayerSpec::Flatten => Ok(InputShape::flat(input.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const IMAGE: InputShape = InputShape::Image {
        channels: 2,
        height: 8,
        width: 8,
    };

    fn error(layers: Vec<LayerSpec>) -> String {
        Architecture::new(IMAGE, layers, 3).unwrap_err().to_string()
    }

    #[test]
    fn misfits_name_the_layer_and_the_way_out() {
        assert!(error(vec![LayerSpec::Linear { outputs: 3 }]).contains("flatten"));
        assert!(error(vec![LayerSpec::Flatten]).contains("128 features"));
        assert!(error(vec![LayerSpec::GroupNorm { groups: 3 }]).contains("divisor"));
        let pool = LayerSpec::MaxPool {
            kernel: 9,
            stride: None,
        };
        assert!(error(vec![LayerSpec::Relu, pool]).starts_with("layer 2 (max_pool)"));
        let huge = LayerSpec::Linear {
            outputs: usize::MAX / 1000,
        };
        assert!(error(vec![LayerSpec::Flatten, huge]).contains("smaller"));
    }
}
