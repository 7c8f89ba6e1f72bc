//! One forward and backward pass over a physical batch.

use burn::tensor::{Device, Int, Tensor, TensorData, activation};

use super::batches::PhysicalBatch;
use super::trace::LayerTrace;
use super::{
    Examples, GradientError, GradientRequest, Objective, PerExample, ProbeTape, Variables,
};

/// What a pass leaves behind.
pub(super) struct Pass {
    /// Trace of each probe and the layer that it belongs to, in the order of the forward pass.
    pub(super) traces: Vec<(usize, LayerTrace)>,
    /// Cross-entropy loss of each row, in nats.
    pub(super) losses: Vec<f32>,
}

impl Pass {
    /// `device` is that of the module, off the tape.
    ///
    /// Where gradients are clipped, a row with something that is no token has a gradient of NaN,
    /// so that its unit is dropped: an error would tell that the unit is in the batch.
    pub(super) fn run<M: PerExample>(
        module: &M,
        examples: Examples<'_>,
        batch: &PhysicalBatch,
        request: GradientRequest<'_>,
        device: &Device,
    ) -> Result<Self, GradientError> {
        let on_tape = device.clone().autodiff();
        let rows = batch.rows.len();
        let width = examples.inputs.len() / examples.labels.len().max(1);
        let inputs: Vec<f32> = batch
            .rows
            .iter()
            .flat_map(|&row| &examples.inputs[row * width..(row + 1) * width])
            .copied()
            .collect();
        let labels = batch.rows.iter().map(|&row| examples.labels[row].into());
        let labels = TensorData::new(labels.collect::<Vec<i64>>(), [rows, 1]);
        let labels = Tensor::<2, Int>::from_data(labels, &on_tape);
        let mut tape = ProbeTape::probing(request.dropout.map(|seed| (seed, batch.rows.clone())));
        let inputs = Tensor::<2>::from_data(TensorData::new(inputs, [rows, width]), &on_tape);
        let scores = module.forward(inputs, &mut tape);
        if let Some(error) = tape.error {
            return Err(error);
        }
        let mut weights = batch.weights.clone();
        if let Some((vocabulary, wrong)) = tape.no_tokens {
            if request.clipping.is_none() {
                return Err(GradientError::Token { vocabulary });
            }
            for (weight, _) in weights.iter_mut().zip(wrong).filter(|(_, wrong)| *wrong) {
                *weight = f32::NAN;
            }
        }
        let weights = Tensor::<2>::from_data(TensorData::new(weights, [rows, 1]), &on_tape);
        let losses = activation::log_softmax(scores, 1).gather(1, labels).neg();
        let values = losses.clone().inner().into_data().iter::<f32>().collect();
        let gradients = (losses * weights).sum().backward();
        let units = batch.units.len();
        let traces = tape.probes.into_iter();
        Ok(Self {
            traces: traces
                .map(|probe| (probe.layer, probe.into_trace(&gradients, units)))
                .collect(),
            losses: values,
        })
    }

    /// The same of an objective, without losses; also its value over the rows, and the gradient by
    /// their inputs where that is asked for. `rows` are places one after another.
    pub(super) fn of_objective<M: PerExample>(
        module: &M,
        objective: &Objective<'_>,
        width: usize,
        rows: std::ops::Range<usize>,
        device: &Device,
    ) -> Result<(Self, f64, Vec<f32>), GradientError> {
        let on_tape = device.clone().autodiff();
        let values = objective.inputs[rows.start * width..rows.end * width].to_vec();
        let data = TensorData::new(values, [rows.len(), width]);
        let mut inputs = Tensor::<2>::from_data(data, &on_tape);
        if objective.variables == Variables::Inputs {
            inputs = inputs.require_grad();
        }
        let dropout = objective.dropout.map(|seed| (seed, rows.clone().collect()));
        let mut tape = ProbeTape::probing(dropout);
        let scores = module.forward(inputs.clone(), &mut tape);
        if let Some(error) = tape.error {
            return Err(error);
        }
        if let Some((vocabulary, _)) = tape.no_tokens {
            return Err(GradientError::Token { vocabulary });
        }
        let shape = scores.dims();
        let values: Vec<f32> = scores.clone().inner().into_data().iter::<f32>().collect();
        let mut slopes = vec![0.0; values.len()];
        let each = values.chunks(shape[1]).zip(slopes.chunks_mut(shape[1]));
        let value = rows
            .zip(each)
            .map(|(row, (scores, slopes))| (objective.function)(row, scores, slopes))
            .sum();
        let slopes = Tensor::<2>::from_data(TensorData::new(slopes, shape), &on_tape);
        let gradients = (scores * slopes).sum().backward();
        let of_inputs = match objective.variables {
            Variables::Parameters => Vec::new(),
            Variables::Inputs => match inputs.grad(&gradients) {
                Some(gradient) => gradient.into_data().iter::<f32>().collect(),
                // Tokens of an embedding have no direction.
                None => vec![0.0; shape[0] * width],
            },
        };
        let probes = match objective.variables {
            Variables::Parameters => tape.probes,
            Variables::Inputs => Vec::new(),
        };
        let traces = probes
            .into_iter()
            .map(|probe| (probe.layer, probe.into_trace(&gradients, shape[0])));
        let pass = Self {
            traces: traces.collect(),
            losses: Vec::new(),
        };
        Ok((pass, value, of_inputs))
    }
}
