//! Per-example gradients on any Burn device, by probes on the tape.

use burn::nn::{GroupNorm, Linear, PaddingConfig2d, conv::Conv2d};
use burn::tensor::module::conv2d;
use burn::tensor::ops::ConvOptions;
use burn::tensor::{Bool, Device, Int, Tensor, TensorData, activation};
use privet_mechanisms::{Sensitive, clip_factor};

use super::engine::{Batch, Clipping, GradientEngine, GradientError, GradientSum};
use super::trace::LayerTrace;
use crate::network::{Activation, Layer, Network};

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
}

impl Default for BurnEngine {
    fn default() -> Self {
        Self {
            physical_batch: 256,
        }
    }
}

impl BurnEngine {
    /// An engine that takes at most `physical_batch` examples at a time (at least 1). It bounds
    /// memory; results differ between choices by rounding alone.
    pub fn with_physical_batch(physical_batch: usize) -> Self {
        Self {
            physical_batch: physical_batch.max(1),
        }
    }
}

impl GradientEngine for BurnEngine {
    fn gradient_sum(
        &self,
        network: &Network,
        batch: Batch<'_>,
        clipping: Clipping,
    ) -> Result<GradientSum, GradientError> {
        let width = network.architecture().input().len();
        if batch.inputs.len() != batch.labels.len() * width {
            return Err(GradientError::Shape {
                labels: batch.labels.len(),
                expected: batch.labels.len() * width,
                found: batch.inputs.len(),
            });
        }
        let classes = network.architecture().classes();
        if batch.labels.iter().any(|&label| label as usize >= classes) {
            return Err(GradientError::Label { classes });
        }
        if let Clipping::Flat { norm } = clipping
            && !(norm.is_finite() && norm > 0.0)
        {
            return Err(GradientError::ClippingNorm(norm));
        }
        // Each physical batch is summed in f32 on the device, the batches in f64.
        let mut sum = vec![0.0f64; network.architecture().parameters()];
        let mut norms = Vec::new();
        let mut loss = 0.0;
        for (labels, inputs) in batch
            .labels
            .chunks(self.physical_batch)
            .zip(batch.inputs.chunks(self.physical_batch * width))
        {
            let pass = Pass::run(network, inputs, labels);
            loss += pass.loss;
            pass.add_to(&mut sum, &mut norms, clipping);
        }
        Ok(GradientSum {
            sum: Sensitive::new(sum.into_iter().map(|value| value as f32).collect()),
            norms: (clipping != Clipping::None).then(|| Sensitive::new(norms)),
            loss: Sensitive::new(loss),
        })
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

    fn add_to(self, sum: &mut [f64], norms: &mut Vec<f64>, clipping: Clipping) {
        let Clipping::Flat { norm: bound } = clipping else {
            let ones = Tensor::ones([self.examples], &self.device);
            return add_weighted(&self.traces, &ones, sum);
        };
        let mut squares = vec![0.0f64; self.examples];
        for trace in &self.traces {
            for (total, square) in squares.iter_mut().zip(trace.squared_norms()) {
                *total += square;
            }
        }
        let batch_norms: Vec<f64> = squares.iter().map(|square| square.sqrt()).collect();
        let factors: Vec<f32> = batch_norms
            .iter()
            .map(|&norm| clip_factor(norm, bound))
            .collect();
        let drop: Vec<bool> = batch_norms.iter().map(|norm| !norm.is_finite()).collect();
        let traces = if drop.contains(&true) {
            let mask = Tensor::<1, Bool>::from_data(TensorData::from(&drop[..]), &self.device);
            self.traces
                .into_iter()
                .map(|trace| trace.without(&mask))
                .collect()
        } else {
            self.traces
        };
        let factors = Tensor::from_data(TensorData::from(&factors[..]), &self.device);
        add_weighted(&traces, &factors, sum);
        norms.extend(batch_norms);
    }
}

fn add_weighted(traces: &[LayerTrace], weights: &Tensor<1>, sum: &mut [f64]) {
    let mut rest = sum;
    for part in traces.iter().flat_map(|trace| trace.weighted_sum(weights)) {
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
