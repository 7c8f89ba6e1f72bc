//! The network itself: a Burn module made of the layers of an architecture.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::build::Builder;
use super::layer::forward_all;
use super::{Activation, Architecture, Layer, flat_parameters};
use crate::gradient::{PerExample, ProbeTape};
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
        let mut builder = Builder {
            generator: seeded_generator(seed, purpose, index),
            device,
            built: 0,
        };
        Self {
            layers: builder.layers(architecture.layers()),
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

    /// Scores before the softmax: rows of `[batch, values]` to `[batch, classes]`, without dropout.
    /// All of them are NaN if an embedding is given something else than tokens.
    pub fn forward(&self, rows: Tensor<2>) -> Tensor<2> {
        let mut tape = ProbeTape::off();
        let scores = PerExample::forward(self, rows, &mut tape);
        match tape.error {
            Some(_) => scores.full_like(f32::NAN),
            None => scores,
        }
    }

    /// The device that holds the parameters.
    pub fn device(&self) -> Device {
        self.devices().into_iter().next().unwrap_or_default()
    }

    /// All parameters as one flat vector, in the order of
    /// [`ParameterLayout`](super::ParameterLayout).
    pub fn flat_parameters(&self) -> Vec<f32> {
        flat_parameters(self)
    }
}

impl PerExample for Network {
    fn forward(&self, rows: Tensor<2>, tape: &mut ProbeTape) -> Tensor<2> {
        let input = Activation::from_rows(rows, self.architecture.input());
        forward_all(&self.layers, input, tape).into_rows()
    }
}
