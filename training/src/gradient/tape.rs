//! The tape that sees every layer with parameters on the way forward.

use burn::module::{Module, ModuleMapper, Param, ParamId};
use burn::nn::conv::Conv2d;
use burn::nn::{GroupNorm, LayerNorm, Linear, PaddingConfig2d};
use burn::tensor::{Tensor, TensorData};
use privet_gradients::dropout;

use super::GradientError;
use super::probe::{Place, Probe};

/// What a [`PerExample`](super::PerExample) module passes its layers through.
///
/// Each method computes what the layer's own `forward` computes. On the way to a gradient it also
/// adds a zero to the output, the *probe*: the probes are the only leaves of Burn's tape, so that
/// one backward pass yields the loss gradient at each layer's output and no gradient of a weight at
/// all. Layers without parameters need no tape: call them as usual.
#[derive(Debug, Default)]
pub struct ProbeTape {
    pub(super) probing: bool,
    dropout: Option<(u64, Vec<usize>)>,
    pub(super) layers: usize,
    pub(super) seen: Vec<(ParamId, usize)>,
    pub(super) probes: Vec<Probe>,
    pub(crate) error: Option<GradientError>,
    /// While probing: a vocabulary, and which rows hold what is no token of it.
    pub(super) no_tokens: Option<(usize, Vec<bool>)>,
}

impl ProbeTape {
    /// A tape that only computes, on or off Burn's autodiff tape: for predictions.
    pub fn off() -> Self {
        Self::default()
    }

    /// A tape that probes. `dropout` holds a seed and the place of each row in the whole batch.
    pub(super) fn probing(dropout: Option<(u64, Vec<usize>)>) -> Self {
        Self {
            probing: true,
            dropout,
            ..Self::default()
        }
    }

    /// `layer.forward(input)`, input `[rows, ..., inputs]`.
    pub fn linear<const D: usize>(&mut self, layer: &Linear, input: Tensor<D>) -> Tensor<D> {
        self.layers += 1;
        self.linear_of_layer(layer, input)
    }

    pub(super) fn linear_of_layer<const D: usize>(
        &mut self,
        layer: &Linear,
        input: Tensor<D>,
    ) -> Tensor<D> {
        let bias = layer.bias.as_ref().map(|bias| bias.id);
        self.see([Some(layer.weight.id), bias]);
        if !self.probing {
            return layer.forward(input);
        }
        let output = detached(layer).forward(input.clone());
        let (dims, [inputs, outputs]) = (input.dims(), layer.weight.dims());
        let places = dims[1..D - 1].iter().product();
        let place = Place::Linear {
            weight: layer.weight.id,
            bias,
            outputs,
            input: input.inner().reshape([dims[0], places, inputs]),
        };
        self.probe(output, place)
    }

    /// `layer.forward(input)`, input `[rows, channels, height, width]`.
    pub fn conv2d(&mut self, layer: &Conv2d, input: Tensor<4>) -> Tensor<4> {
        self.layers += 1;
        let bias = layer.bias.as_ref().map(|bias| bias.id);
        self.see([Some(layer.weight.id), bias]);
        if matches!(layer.padding, PaddingConfig2d::Same) {
            self.fail(GradientError::Request(
                "a convolution with padding `Same` has no per-example gradient here: give the \
                 padding explicitly"
                    .into(),
            ));
        }
        if !self.probing {
            return layer.forward(input);
        }
        let output = detached(layer).forward(input.clone());
        let place = Place::Conv2d(Box::new(layer.clone()), input.inner());
        self.probe(output, place)
    }

    /// `layer.forward(input)`, input `[rows, channels, ...]`.
    pub fn group_norm<const D: usize>(&mut self, layer: &GroupNorm, input: Tensor<D>) -> Tensor<D> {
        if layer.gamma.is_none() && layer.beta.is_none() {
            return layer.forward(input);
        }
        self.layers += 1;
        let gain = layer.gamma.as_ref().map(|gain| gain.id);
        let shift = layer.beta.as_ref().map(|shift| shift.id);
        self.see([gain, shift]);
        if !self.probing {
            return layer.forward(input);
        }
        let plain = GroupNorm {
            gamma: None,
            beta: None,
            affine: false,
            ..layer.clone()
        };
        let normalised = plain.forward(input);
        let (dims, mut shape) = (normalised.dims(), [1; D]);
        shape[1] = dims[1];
        let on_tape = |param: &Param<Tensor<1>>| param.val().autodiff().reshape(shape);
        let mut output = normalised.clone();
        if let (Some(gain), Some(shift)) = (&layer.gamma, &layer.beta) {
            output = output * on_tape(gain) + on_tape(shift);
        }
        let place = Place::Norm {
            gain,
            shift,
            before: 1,
            depth: dims[1],
            normalised: rows(normalised.inner()),
        };
        self.probe(output, place)
    }

    /// `layer.forward(input)`, input `[rows, ..., features]`.
    pub fn layer_norm<const D: usize>(&mut self, layer: &LayerNorm, input: Tensor<D>) -> Tensor<D> {
        self.layers += 1;
        let shift = layer.beta.as_ref().map(|shift| shift.id);
        self.see([Some(layer.gamma.id), shift]);
        if !self.probing {
            return layer.forward(input);
        }
        let mut plain = detached(layer);
        plain.gamma = plain.gamma.map(|gain| gain.ones_like());
        plain.beta = None;
        let normalised = plain.forward(input);
        let mut output = normalised.clone() * layer.gamma.val().autodiff().unsqueeze();
        if let Some(shift) = &layer.beta {
            output = output + shift.val().autodiff().unsqueeze();
        }
        let dims = normalised.dims();
        let place = Place::Norm {
            gain: Some(layer.gamma.id),
            shift,
            before: dims[1..D - 1].iter().product(),
            depth: dims[D - 1],
            normalised: rows(normalised.inner()),
        };
        self.probe(output, place)
    }

    /// Drops values of `rows [rows, values]` where a training without privacy asked for dropout.
    pub(crate) fn dropout(&self, layer: usize, probability: f64, rows: Tensor<2>) -> Tensor<2> {
        let Some((seed, places)) = &self.dropout else {
            return rows;
        };
        let [count, width] = rows.dims();
        let mut mask = vec![1.0; count * width];
        for (row, &place) in mask.chunks_mut(width).zip(places) {
            dropout::keep(*seed, layer, place, row, probability);
        }
        let data = TensorData::new(mask, [count, width]);
        let mask = Tensor::<2>::from_data(data, &rows.device());
        rows * mask
    }

    pub(super) fn see(&mut self, parameters: [Option<ParamId>; 2]) {
        let layer = self.layers - 1;
        let found = parameters.into_iter().flatten().map(|id| (id, layer));
        self.seen.extend(found);
    }

    pub(super) fn fail(&mut self, error: GradientError) {
        self.error.get_or_insert(error);
    }

    pub(super) fn probe<const D: usize>(&mut self, output: Tensor<D>, place: Place) -> Tensor<D> {
        let dims = output.dims();
        let zeros = rows(output.clone().inner()).zeros_like();
        let leaf = zeros.autodiff().require_grad();
        self.probes.push(Probe {
            leaf: leaf.clone(),
            layer: self.layers - 1,
            place,
        });
        output + leaf.reshape(dims)
    }
}

/// `[rows, ...]` as `[rows, values]`.
fn rows<const D: usize>(tensor: Tensor<D>) -> Tensor<2> {
    let dims = tensor.dims();
    tensor.reshape([dims[0], dims[1..].iter().product()])
}

/// The layer on Burn's tape, its parameters no leaves of it.
pub(super) fn detached<M: Module>(layer: &M) -> M {
    struct Detach;
    impl ModuleMapper for Detach {
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            Param::initialized(param.id, param.val().autodiff())
        }
    }
    layer.clone().map(&mut Detach)
}
