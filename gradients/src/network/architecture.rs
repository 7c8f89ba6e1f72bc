//! A list of layers whose shapes have been checked against the data.

use super::output_shape::output_shape;
use super::{InputShape, LayerShape, LayerSpec, NetworkError};

/// A checked network: built by [`NetworkSpec::resolve`](super::NetworkSpec::resolve).
#[derive(Clone, Debug, PartialEq)]
pub struct Architecture {
    input: InputShape,
    classes: usize,
    layers: Vec<LayerShape>,
}

/// Largest number of values of the input, of a layer's output or of its parameters, so that a typo
/// in a config or a damaged file is an error and not a machine out of memory.
pub(super) const LARGEST: usize = 1 << 28;

/// Residual blocks inside residual blocks, at most.
const DEEPEST: usize = 16;

impl Architecture {
    /// Checks every layer against the one before it.
    ///
    /// # Errors
    /// An input without values or of more than 2^28, the first layer that does not fit, or an output
    /// that is not one score a class.
    pub fn new(
        input: InputShape,
        layers: Vec<LayerSpec>,
        classes: usize,
    ) -> Result<Self, NetworkError> {
        if input.is_empty() {
            return Err(NetworkError::Parameters(format!(
                "the input, {input}, has no values: give records at least one column"
            )));
        }
        if input.len() > LARGEST {
            return Err(NetworkError::Parameters(format!(
                "the input, {input}, has more than {LARGEST} values: scale images down, or give records \
                 fewer columns"
            )));
        }
        let (layers, shape) = resolve(layers, input, 0)?;
        if shape != InputShape::flat(classes) {
            return Err(NetworkError::Output {
                found: shape.to_string(),
                classes,
            });
        }
        Ok(Self {
            input,
            classes,
            layers,
        })
    }

    /// Shape of one input example.
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

    /// Layers that end with features and not with classes: the scores are the last layer's output,
    /// as a vector.
    ///
    /// # Errors
    /// An input without values, or the first layer that does not fit.
    pub fn trunk(input: InputShape, layers: Vec<LayerSpec>) -> Result<Self, NetworkError> {
        // Layers and shapes are checked before the width is known.
        let (_, output) = resolve(layers.clone(), input, 0)?;
        let mut layers = layers;
        if !matches!(output, InputShape::Flat { .. }) {
            layers.push(LayerSpec::Flatten);
        }
        Self::new(input, layers, output.len())
    }

    /// The first `count` layers, or all where there are fewer, as a [trunk](Self::trunk). Their
    /// parameters are the first ones of this network's flat vector.
    ///
    /// # Errors
    /// None for a network that was checked; the signature is that of [`Architecture::new`].
    pub fn first_layers(&self, count: usize) -> Result<Self, NetworkError> {
        let kept = self.layers.iter().take(count);
        Self::trunk(self.input, kept.map(|layer| layer.spec.clone()).collect())
    }

    /// The network that ends before the last layer with parameters: its scores are what that layer
    /// is given, as a vector. Its parameters are the first ones of this network's flat vector.
    ///
    /// # Errors
    /// None for a network that was checked; the signature is that of [`Architecture::new`].
    pub fn features(&self) -> Result<Self, NetworkError> {
        let last = self.layers.iter().rposition(|layer| layer.parameters() > 0);
        self.first_layers(last.unwrap_or(self.layers.len()))
    }

    /// Every layer and inner layer that has parameters of its own, in the order of the flat vector;
    /// per-layer clipping has one clipping norm for each.
    pub fn trainable_layers(&self) -> Vec<&LayerShape> {
        let mut found = Vec::new();
        for layer in &self.layers {
            layer.walk(&mut |layer| {
                if layer.own_parameters() > 0 {
                    found.push(layer);
                }
            });
        }
        found
    }

    /// Whether some layer draws random numbers while it is trained (dropout).
    pub fn has_dropout(&self) -> bool {
        let mut found = false;
        for layer in &self.layers {
            layer.walk(&mut |layer| found |= matches!(layer.spec, LayerSpec::Dropout { .. }));
        }
        found
    }
}

/// Shapes of a list of layers, and the shape of its output.
fn resolve(
    layers: Vec<LayerSpec>,
    input: InputShape,
    depth: usize,
) -> Result<(Vec<LayerShape>, InputShape), NetworkError> {
    let mut shape = input;
    let mut resolved = Vec::with_capacity(layers.len());
    for (index, spec) in layers.into_iter().enumerate() {
        let kind = spec.kind();
        let fail = |reason| NetworkError::Layer {
            position: index + 1,
            kind,
            reason,
        };
        let layer = match spec {
            LayerSpec::Residual { .. } if depth >= DEEPEST => {
                return Err(fail(format!(
                    "residual blocks are nested more than {DEEPEST} deep: write them one after \
                     another"
                )));
            }
            LayerSpec::Residual { .. } => residual(spec, shape, depth, &fail)?,
            spec => {
                let output = output_shape(&spec, shape).map_err(fail)?;
                LayerShape {
                    spec,
                    input: shape,
                    output,
                    branch: Vec::new(),
                    shortcut: Vec::new(),
                }
            }
        };
        if layer.output.is_empty() || layer.output.len().max(layer.parameters()) > LARGEST {
            return Err(fail(format!(
                "its output would be {}: choose a smaller layer",
                layer.output
            )));
        }
        shape = layer.output;
        resolved.push(layer);
    }
    Ok((resolved, shape))
}

fn residual(
    spec: LayerSpec,
    input: InputShape,
    depth: usize,
    fail: &impl Fn(String) -> NetworkError,
) -> Result<LayerShape, NetworkError> {
    let LayerSpec::Residual { layers, shortcut } = spec.clone() else {
        return Err(fail("it is no residual block".into()));
    };
    let inside = |error: NetworkError| fail(format!("inside it, {error}"));
    let (branch, output) = resolve(layers, input, depth + 1).map_err(inside)?;
    let (shortcut, around) = resolve(shortcut, input, depth + 1).map_err(inside)?;
    if output != around {
        return Err(fail(format!(
            "its layers give {output}, but what is added to them is {around}: the two must agree; \
             change the layers, or give `shortcut` layers that lead from {input} to {output}"
        )));
    }
    Ok(LayerShape {
        spec,
        input,
        output,
        branch,
        shortcut,
    })
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
        assert!(error(vec![LayerSpec::Dropout { probability: 1.0 }]).contains("probability"));
        assert!(error(vec![LayerSpec::MultiHeadAttention { heads: 1 }]).contains("embedding"));
        for (mean, deviation, expected) in [
            (
                vec![0.0; 3],
                vec![1.0],
                "`mean` has 3 numbers for 2 channels",
            ),
            (vec![], vec![1.0], "one for all"),
            (vec![0.0], vec![1.0, 0.0], "`deviation` holds 0"),
            (vec![0.0], vec![-1.0], "`deviation` holds -1"),
            (vec![0.0], vec![1e-60], "ordinary"),
            (vec![0.0], vec![f64::NAN], "NaN"),
            (vec![1e60], vec![1.0], "ordinary"),
        ] {
            let found = error(vec![LayerSpec::PublicNorm { mean, deviation }]);
            assert!(found.contains(expected), "{found}");
        }
    }

    #[test]
    fn inputs_that_no_machine_holds_are_refused() {
        // Its only output is small.
        let resolve = |side| {
            let input = InputShape::image(1, side, 1 << 14);
            let layers = vec![LayerSpec::GlobalAvgPool, LayerSpec::Linear { outputs: 3 }];
            Architecture::new(input, layers, 3)
        };
        assert!(resolve(1 << 14).is_ok());
        for side in [(1 << 14) + 1, 1 << 32, usize::MAX] {
            let error = resolve(side).unwrap_err().to_string();
            assert!(error.contains("268435456") && error.contains("scale images down"));
            assert!(error.contains(&side.to_string()), "{error}");
        }
        let rows = Architecture::new(InputShape::flat(usize::MAX), vec![], usize::MAX);
        assert!(rows.unwrap_err().to_string().contains("fewer columns"));
    }

    #[test]
    fn features_are_what_the_last_layer_with_parameters_is_given() {
        let layers = vec![
            LayerSpec::Conv2d {
                channels: 3,
                kernel: 3,
                stride: 1,
                padding: 1,
                groups: 1,
            },
            LayerSpec::Relu,
            LayerSpec::Flatten,
            LayerSpec::Linear { outputs: 5 },
            LayerSpec::Tanh,
            LayerSpec::Linear { outputs: 3 },
            LayerSpec::Tanh,
        ];
        let network = Architecture::new(IMAGE, layers, 3).unwrap();
        let features = network.features().unwrap();
        assert_eq!((features.classes(), features.layers().len()), (5, 5));
        assert_eq!(network.parameters() - features.parameters(), 5 * 3 + 3);
        let pixels = features.features().unwrap();
        assert_eq!((pixels.classes(), pixels.layers().len()), (192, 3));
        // Before the first layer stand the inputs, as a vector.
        let inputs = pixels.features().unwrap();
        assert_eq!((inputs.classes(), inputs.parameters()), (128, 0));
        assert_eq!(inputs.layers().len(), 1);
    }

    #[test]
    fn a_trunk_ends_with_a_vector_of_any_width() {
        let pool = LayerSpec::AvgPool {
            kernel: 2,
            stride: None,
        };
        let trunk = Architecture::trunk(IMAGE, vec![pool, LayerSpec::Relu]).unwrap();
        assert_eq!((trunk.classes(), trunk.layers().len()), (32, 3));
        assert_eq!(trunk.first_layers(9).unwrap(), trunk);
        assert_eq!(trunk.first_layers(0).unwrap().classes(), 128);
        let misfit = Architecture::trunk(IMAGE, vec![LayerSpec::Linear { outputs: 3 }]);
        assert!(misfit.unwrap_err().to_string().contains("flatten"));
    }

    #[test]
    fn a_residual_block_must_come_out_as_it_went_in() {
        let conv = |channels, stride| LayerSpec::Conv2d {
            channels,
            kernel: 3,
            stride,
            padding: 1,
            groups: 1,
        };
        let block = |layers, shortcut| vec![LayerSpec::Residual { layers, shortcut }];
        assert!(error(block(vec![conv(4, 1)], vec![])).contains("shortcut"));
        assert!(error(block(vec![conv(4, 2)], vec![conv(4, 1)])).contains("must agree"));
        let mut layers = block(vec![conv(4, 2)], vec![conv(4, 2)]);
        layers.extend([LayerSpec::GlobalAvgPool, LayerSpec::Linear { outputs: 3 }]);
        let network = Architecture::new(IMAGE, layers, 3).unwrap();
        assert_eq!(network.parameters(), 2 * (4 * 18 + 4) + 15);
        assert_eq!(network.trainable_layers().len(), 3);
    }
}
