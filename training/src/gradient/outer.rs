//! Gradients that are sums of outer products: linear layers at several places, and convolutions.

use burn::module::ParamId;
use burn::tensor::Tensor;

/// Input and `delta` at each place where a layer multiplies with its weight. A unit's gradient of
/// the weight is the sum over its places of `input (x) delta`, its gradient of the bias the sum of
/// `delta`; in each of the layer's groups for itself.
#[derive(Clone)]
pub(super) struct Outer {
    pub(super) weight: ParamId,
    pub(super) bias: Option<ParamId>,
    /// `[units, groups, places, inputs]`
    pub(super) input: Tensor<4>,
    /// `[units, groups, places, outputs]`
    pub(super) delta: Tensor<4>,
    /// Whether the weight holds the outputs first, as that of a convolution does.
    pub(super) outputs_first: bool,
}

impl Outer {
    /// Values of the gradient of one unit's weight.
    pub(super) fn weights(&self) -> usize {
        let [_, groups, _, inputs] = self.input.dims();
        let [_, _, _, outputs] = self.delta.dims();
        groups * inputs * outputs
    }

    /// The gradient of each unit, `[units, values]` for weight and bias.
    pub(super) fn gradients(&self) -> Vec<(ParamId, Tensor<2>)> {
        let (input, delta) = (self.input.clone(), self.delta.clone());
        let weight = match self.outputs_first {
            true => delta.clone().transpose().matmul(input),
            false => input.transpose().matmul(delta.clone()),
        };
        let mut found = vec![(self.weight, weight.flatten::<2>(1, 3))];
        if let Some(bias) = self.bias {
            found.push((bias, delta.sum_dim(2).flatten::<2>(1, 3)));
        }
        found
    }

    /// The same of some of the units.
    pub(super) fn units(&self, start: usize, count: usize) -> Self {
        Self {
            input: self.input.clone().narrow(0, start, count),
            delta: self.delta.clone().narrow(0, start, count),
            ..self.clone()
        }
    }
}
