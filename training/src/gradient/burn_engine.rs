//! Per-example gradients on any Burn device, by probes on the tape.

use burn::nn::{GroupNorm, Linear, PaddingConfig2d, conv::Conv2d};
use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Bool, Device, Int, Tensor, TensorData, activation};
use privet_mechanisms::{Clipping, Sensitive};

use super::trace::LayerTrace;
use super::{
    Batch, GradientEngine, GradientError, GradientRequest, GradientSum, GradientWorker, Sum, Units,
};
use crate::data::InputShape;
use crate::network::{Activation, Architecture, Layer, LayerSpec, Network, ParameterLayout};

/// Clips each example's gradient with one backward pass a physical batch.
///
/// Every layer with parameters adds its bias as a tensor of its own for each example; these
/// *probes* are the only leaves of the tape, so that the backward pass yields the loss gradient at
/// each layer's output (`delta`) and no weight gradient at all. Norms follow layer by layer from
/// the layer's input and `delta`; a second contraction then gives the sum of the scaled gradients.
/// Memory is that of one physical batch, however large the logical batch is.
#[derive(Clone, Debug)]
pub struct BurnEngine {
    physical_batch: usize,
    device: Device,
}

impl Default for BurnEngine {
    fn default() -> Self {
        Self::on(Device::flex())
    }
}

impl BurnEngine {
    /// An engine on a device: Burn's `flex` for ordinary processors, or a GPU.
    pub fn on(device: Device) -> Self {
        Self {
            physical_batch: 256,
            device,
        }
    }

    /// An engine that takes at most `physical_batch` examples at a time (at least 1). It bounds
    /// memory; results differ between choices by rounding alone.
    #[must_use]
    pub fn with_physical_batch(self, physical_batch: usize) -> Self {
        Self {
            physical_batch: physical_batch.max(1),
            ..self
        }
    }
}

impl GradientEngine for BurnEngine {
    fn worker(
        &self,
        architecture: &Architecture,
    ) -> Result<Box<dyn GradientWorker>, GradientError> {
        supported(architecture)?;
        let network = Network::new(architecture.clone(), 0, "engine", 0, &self.device);
        Ok(Box::new(BurnWorker {
            layout: ParameterLayout::of(&network)?,
            network,
            physical_batch: self.physical_batch,
        }))
    }
}

/// Every layer must be one that [`Layer`] computes.
fn supported(architecture: &Architecture) -> Result<(), GradientError> {
    architecture.layers().iter().try_for_each(|layer| {
        match layer.spec {
            LayerSpec::Linear { .. } if matches!(layer.input, InputShape::Sequence { .. }) => {
                Err(())
            }
            LayerSpec::Linear { .. }
            | LayerSpec::Conv2d { groups: 1, .. }
            | LayerSpec::GroupNorm { .. }
            | LayerSpec::Relu
            | LayerSpec::Tanh
            | LayerSpec::Square
            | LayerSpec::MaxPool { .. }
            | LayerSpec::AvgPool { .. }
            | LayerSpec::Flatten => Ok(()),
            _ => Err(()),
        }
        .map_err(|()| GradientError::Unsupported {
            engine: "burn",
            kind: layer.spec.kind(),
            remedy: "use another layer",
        })
    })
}

/// A network on the engine's device.
struct BurnWorker {
    network: Network,
    layout: ParameterLayout,
    physical_batch: usize,
}

impl BurnWorker {
    fn load(&mut self, parameters: &[f32]) -> Result<(), GradientError> {
        if parameters.len() != self.layout.len() {
            return Err(GradientError::Parameters {
                expected: self.layout.len(),
                found: parameters.len(),
            });
        }
        self.network = self.layout.load(self.network.clone(), parameters)?;
        Ok(())
    }
}

impl GradientWorker for BurnWorker {
    fn gradient_sum(
        &mut self,
        parameters: &[f32],
        batch: Batch<'_>,
        request: GradientRequest<'_>,
    ) -> Result<GradientSum, GradientError> {
        self.load(parameters)?;
        if request.grid.is_some() || request.dropout.is_some() {
            return Err(GradientError::Request(
                "the burn engine has no grid and no dropout".into(),
            ));
        }
        if !matches!(batch.units, Units::Rows) {
            return Err(GradientError::Request(
                "the burn engine takes every row as a unit".into(),
            ));
        }
        if let Some(clipping) = request.clipping {
            clipping
                .validate()
                .map_err(|error| GradientError::Request(error.to_string()))?;
        }
        let architecture = self.network.architecture();
        let width = architecture.input().len();
        let examples = batch.examples;
        if examples.inputs.len() != examples.labels.len() * width {
            return Err(GradientError::Shape {
                labels: examples.labels.len(),
                expected: examples.labels.len() * width,
                found: examples.inputs.len(),
            });
        }
        let classes = architecture.classes();
        if examples
            .labels
            .iter()
            .any(|&label| label as usize >= classes)
        {
            return Err(GradientError::Label { classes });
        }
        // Each physical batch is summed in f32 on the device, the batches in f64.
        let mut sum = vec![0.0f64; architecture.parameters()];
        let mut norms = Vec::new();
        let mut loss = 0.0;
        for (labels, inputs) in examples
            .labels
            .chunks(self.physical_batch)
            .zip(examples.inputs.chunks(self.physical_batch * width))
        {
            let pass = Pass::run(&self.network, inputs, labels);
            loss += pass.loss;
            pass.add_to(&mut sum, &mut norms, request.clipping);
        }
        let not_finite = norms.iter().filter(|norm| !norm.is_finite()).count();
        let sum = sum.into_iter().map(|value| value as f32).collect();
        Ok(GradientSum {
            sum: Sensitive::new(Sum::Float(sum)),
            norms: Sensitive::new(norms),
            not_finite: Sensitive::new(not_finite),
            loss: Sensitive::new(loss),
        })
    }

    fn scores(&mut self, parameters: &[f32], inputs: &[f32]) -> Result<Vec<f32>, GradientError> {
        self.load(parameters)?;
        let width = self.network.architecture().input().len();
        let rows = inputs.len() / width;
        if !inputs.len().is_multiple_of(width) {
            return Err(GradientError::Shape {
                labels: rows,
                expected: rows * width,
                found: inputs.len(),
            });
        }
        let mut scores = Vec::with_capacity(rows * self.network.architecture().classes());
        for inputs in inputs.chunks(self.physical_batch * width) {
            let data = TensorData::new(inputs.to_vec(), [inputs.len() / width, width]);
            let rows = Tensor::<2>::from_data(data, &self.network.device());
            scores.extend(self.network.forward(rows).into_data().iter::<f32>());
        }
        Ok(scores)
    }
}

/// One forward and backward pass over a physical batch.
struct Pass {
    traces: Vec<LayerTrace>,
    loss: f64,
    examples: usize,
    device: Device,
}

impl Pass {
    fn run(network: &Network, inputs: &[f32], labels: &[u32]) -> Self {
        let device = network.device();
        let tape = device.clone().autodiff();
        let examples = labels.len();
        let width = network.architecture().input().len();
        let rows =
            Tensor::<2>::from_data(TensorData::new(inputs.to_vec(), [examples, width]), &tape);
        let targets: Vec<i64> = labels.iter().map(|&label| label.into()).collect();
        let targets = Tensor::<2, Int>::from_data(TensorData::new(targets, [examples, 1]), &tape);

        let mut probes = Vec::new();
        let input = Activation::from_rows(rows, network.architecture().input());
        let logits = network
            .layers()
            .iter()
            .fold(input, |activation, layer| {
                forward_with_probe(layer, activation, &mut probes)
            })
            .into_rows();
        let loss = activation::log_softmax(logits, 1)
            .gather(1, targets)
            .sum()
            .neg();
        let value: f32 = loss.clone().inner().into_scalar();
        let gradients = loss.backward();
        let traces = probes
            .into_iter()
            .map(|probe| probe.into_trace(&gradients))
            .collect();
        Self {
            traces,
            loss: value.into(),
            examples,
            device,
        }
    }

    fn add_to(self, sum: &mut [f64], norms: &mut Vec<f64>, clipping: Option<&Clipping>) {
        let layers = self.traces.len();
        let Some(clipping) = clipping else {
            let ones = vec![Tensor::ones([self.examples], &self.device); layers];
            return add_weighted(&self.traces, &ones, sum);
        };
        let squares: Vec<Vec<f64>> = self.traces.iter().map(LayerTrace::squared_norms).collect();
        let mut weights = vec![Vec::with_capacity(self.examples); layers];
        let mut drop = Vec::with_capacity(self.examples);
        let mut factors = vec![0.0; layers];
        for example in 0..self.examples {
            let parts: Vec<f64> = squares.iter().map(|layer| layer[example]).collect();
            let norm = clipping.factors(&parts, &mut factors);
            norms.push(norm);
            drop.push(!norm.is_finite());
            for (weights, &factor) in weights.iter_mut().zip(&factors) {
                weights.push(factor);
            }
        }
        let traces = if drop.contains(&true) {
            let mask = Tensor::<1, Bool>::from_data(TensorData::from(&drop[..]), &self.device);
            self.traces
                .into_iter()
                .map(|trace| trace.without(&mask))
                .collect()
        } else {
            self.traces
        };
        let weights: Vec<Tensor<1>> = weights
            .iter()
            .map(|layer| Tensor::from_data(TensorData::from(&layer[..]), &self.device))
            .collect();
        add_weighted(&traces, &weights, sum);
    }
}

fn add_weighted(traces: &[LayerTrace], weights: &[Tensor<1>], sum: &mut [f64]) {
    let mut rest = sum;
    let parts = traces.iter().zip(weights);
    for part in parts.flat_map(|(trace, weights)| trace.weighted_sum(weights)) {
        let part = part.into_data();
        let (slots, after) = rest.split_at_mut(part.num_elements());
        for (slot, value) in slots.iter_mut().zip(part.iter::<f32>()) {
            *slot += f64::from(value);
        }
        rest = after;
    }
}

/// A layer whose bias entered the tape as a leaf for each example.
enum Probe<'a> {
    Linear(Tensor<2>, Tensor<2>),
    Conv2d(&'a Conv2d, Tensor<4>, Tensor<4>),
    GroupNorm(Tensor<4>, Tensor<4>),
}

impl Probe<'_> {
    fn into_trace(self, gradients: &burn::tensor::Gradients) -> LayerTrace {
        match self {
            Self::Linear(input, probe) => LayerTrace::linear(input, delta(&probe, gradients)),
            Self::Conv2d(conv, input, probe) => {
                LayerTrace::conv2d(conv, input, delta(&probe, gradients))
            }
            Self::GroupNorm(normalised, probe) => {
                LayerTrace::group_norm(normalised, delta(&probe, gradients))
            }
        }
    }
}

/// Loss gradient at the probe; zeros where the loss does not depend on it.
fn delta<const D: usize>(probe: &Tensor<D>, gradients: &burn::tensor::Gradients) -> Tensor<D> {
    probe
        .grad(gradients)
        .map(Tensor::inner)
        .unwrap_or_else(|| probe.clone().inner().zeros_like())
}

fn forward_with_probe<'a>(
    layer: &'a Layer,
    input: Activation,
    probes: &mut Vec<Probe<'a>>,
) -> Activation {
    match (layer, input) {
        (Layer::Linear(linear), Activation::Features(input)) => {
            let (output, probe) = linear_with_probe(linear, &input);
            probes.push(Probe::Linear(input.inner(), probe));
            Activation::Features(output)
        }
        (Layer::Conv2d(conv), Activation::Image(input)) => {
            let (output, probe) = conv2d_with_probe(conv, &input);
            probes.push(Probe::Conv2d(conv, input.inner(), probe));
            Activation::Image(output)
        }
        (Layer::GroupNorm(norm), Activation::Image(input)) => {
            let (output, normalised, probe) = group_norm_with_probe(norm, input);
            probes.push(Probe::GroupNorm(normalised, probe));
            Activation::Image(output)
        }
        (layer, input) => layer.forward(input),
    }
}

fn linear_with_probe(linear: &Linear, input: &Tensor<2>) -> (Tensor<2>, Tensor<2>) {
    let output = input.clone().matmul(linear.weight.val().autodiff());
    let probe = bias_probe(linear.bias.as_ref().map(|bias| bias.val()), output.dims());
    (output + probe.clone(), probe)
}

fn conv2d_with_probe(conv: &Conv2d, input: &Tensor<4>) -> (Tensor<4>, Tensor<4>) {
    let padding = match conv.padding {
        PaddingConfig2d::Explicit(top, left, ..) => [top, left],
        _ => [0, 0],
    };
    let options = ConvOptions::new(conv.stride, padding, conv.dilation, conv.groups);
    let output = conv2d(input.clone(), conv.weight.val().autodiff(), None, options);
    let probe = bias_probe(conv.bias.as_ref().map(|bias| bias.val()), output.dims());
    (output + probe.clone(), probe)
}

/// Also returns the normalised input, before gain and shift.
fn group_norm_with_probe(norm: &GroupNorm, input: Tensor<4>) -> (Tensor<4>, Tensor<4>, Tensor<4>) {
    let dims = input.dims();
    let without_gain = GroupNorm {
        gamma: None,
        beta: None,
        affine: false,
        ..norm.clone()
    };
    let normalised = without_gain.forward(input);
    let probe = bias_probe(norm.beta.as_ref().map(|shift| shift.val()), dims);
    let output = match &norm.gamma {
        Some(gain) => normalised.clone() * spread(gain.val(), dims).autodiff(),
        None => normalised.clone(),
    } + probe.clone();
    (output, normalised.inner(), probe)
}

/// The bias as a leaf of the tape with a copy for each example (and pixel).
fn bias_probe<const D: usize>(bias: Option<Tensor<1>>, dims: [usize; D]) -> Tensor<D> {
    let bias = bias.expect("every layer of `Layer::new` has a bias");
    spread(bias, dims).autodiff().require_grad()
}

/// `[c]` to `[b, c]` or `[b, c, h, w]`.
fn spread<const D: usize>(channel: Tensor<1>, dims: [usize; D]) -> Tensor<D> {
    let mut shape = [1; D];
    shape[1] = dims[1];
    channel.reshape(shape).expand(dims)
}
