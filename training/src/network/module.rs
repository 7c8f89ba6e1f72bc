//! The network itself: a Burn module made of the layers of an architecture.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor};

use super::{Activation, Architecture, Layer};
use crate::seed::seeded_generator;

/// A network with its parameters, off the autodiff tape.
#[derive(Module, Debug)]
pub struct Network {
    layers: Vec<Layer>,
    #[module(skip)]
    architecture: Architecture,
}

impl Network {
    /// Builds a network with initial parameters drawn from the experiment's seed.
    ///
    /// `purpose` and `index` name the network ("teacher", 17): equal names give equal parameters,
    /// whatever else is built before, after or at the same time.
    pub fn new(
        architecture: Architecture,
        seed: u64,
        purpose: &str,
        index: u64,
        device: &Device,
    ) -> Self {
        let mut generator = seeded_generator(seed, purpose, index);
        let layers = architecture
            .layers()
            .iter()
            .map(|shape| Layer::new(shape, &mut generator, device))
            .collect();
        Self {
            layers,
            architecture,
        }
    }

    /// The checked list of layers.
    pub fn architecture(&self) -> &Architecture {
        &self.architecture
    }

    /// The layers in order.
    pub fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// Scores before the softmax: rows of `[batch, values]` to `[batch, classes]`.
    pub fn forward(&self, rows: Tensor<2>) -> Tensor<2> {
        let input = Activation::from_rows(rows, self.architecture.input());
        self.layers
            .iter()
            .fold(input, |activation, layer| layer.forward(activation))
            .into_rows()
    }

    /// The device that holds the parameters.
    pub fn device(&self) -> Device {
        self.devices().into_iter().next().unwrap_or_default()
    }

    /// All parameters as one flat vector, in the order of
    /// [`ParameterLayout`](super::ParameterLayout).
    pub fn flat_parameters(&self) -> Vec<f32> {
        struct Reader(Vec<f32>);
        impl ModuleVisitor for Reader {
            fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
                self.0.extend(param.val().into_data().iter::<f32>());
            }
        }
        let mut reader = Reader(Vec::with_capacity(self.architecture.parameters()));
        self.visit(&mut reader);
        reader.0
    }
}
