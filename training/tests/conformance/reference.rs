//! Clipped sums by definition: each row's gradient by Burn's ordinary tape, one row at a time.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Int, Tensor, TensorData, activation};
use privet_mechanisms::Clipping;
use privet_training::data::InputShape;
use privet_training::network::{Architecture, LayerSpec, Network, ParameterLayout};
use privet_training::seed::seeded_generator;
use rand::RngExt;

/// A network with a batch.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) network: Network,
    pub(crate) inputs: Vec<f32>,
    pub(crate) labels: Vec<u32>,
}

pub(crate) const CLASSES: usize = 3;

/// Random parameters (also gains and shifts, which begin at 1 and 0) and random rows; whole
/// numbers below the vocabulary where the network begins with an embedding.
pub(crate) fn case(name: &str, input: InputShape, layers: Vec<LayerSpec>, rows: usize) -> Case {
    let mut generator = seeded_generator(5, name, 0);
    let vocabulary = match layers.first() {
        Some(LayerSpec::Embedding { vocabulary, .. }) => Some(*vocabulary),
        _ => None,
    };
    let architecture =
        Architecture::new(input, layers, CLASSES).unwrap_or_else(|error| panic!("{name}: {error}"));
    let network = Network::new(architecture, 3, name, 0, &Device::flex());
    let parameters: Vec<f32> = network
        .flat_parameters()
        .iter()
        .map(|value| value + generator.random_range(-0.2..0.2))
        .collect();
    let layout = ParameterLayout::of(&network).unwrap();
    Case {
        name: name.to_string(),
        network: layout.load(network, &parameters).unwrap(),
        inputs: (0..rows * input.len())
            .map(|_| match vocabulary {
                Some(vocabulary) => generator.random_range(0..vocabulary) as f32,
                None => generator.random_range(-1.5..1.5),
            })
            .collect(),
        labels: (0..rows)
            .map(|_| generator.random_range(0..CLASSES as u32))
            .collect(),
    }
}

impl Case {
    pub(crate) fn width(&self) -> usize {
        self.network.architecture().input().len()
    }

    /// Without the rows from `first` on, `count` many.
    pub(crate) fn without(&self, first: usize, count: usize) -> Self {
        let mut fewer = self.clone();
        let width = self.width();
        fewer.inputs.drain(first * width..(first + count) * width);
        fewer.labels.drain(first..first + count);
        fewer
    }

    /// Gradient and loss of each row.
    pub(crate) fn row_gradients(&self) -> Vec<(Vec<f64>, f64)> {
        let network = self.network.clone().train();
        let device = Device::flex().autodiff();
        let rows = self.inputs.chunks(self.width()).zip(&self.labels);
        rows.map(|(row, &label)| {
            let row = TensorData::new(row.to_vec(), [1, row.len()]);
            let target = TensorData::new(vec![i64::from(label)], [1, 1]);
            let target = Tensor::<2, Int>::from_data(target, &device);
            let scores = network.forward(Tensor::<2>::from_data(row, &device));
            let scores = activation::log_softmax(scores, 1);
            let loss = scores.gather(1, target).sum().neg();
            let value: f32 = loss.clone().inner().into_scalar();
            let gradients = GradientsParams::from_grads(loss.backward(), &network);
            (flatten(&network, gradients), value.into())
        })
        .collect()
    }

    /// Mean gradient of each unit.
    pub(crate) fn unit_gradients(&self, sizes: &[usize]) -> Vec<Vec<f64>> {
        let mut rows = self.row_gradients().into_iter();
        let parameters = self.network.architecture().parameters();
        sizes
            .iter()
            .map(|&size| {
                let mut mean = vec![0.0; parameters];
                for (gradient, _) in rows.by_ref().take(size) {
                    for (total, value) in mean.iter_mut().zip(gradient) {
                        *total += value / size as f64;
                    }
                }
                mean
            })
            .collect()
    }

    /// First place and end of each trainable layer in the flat vector.
    fn layers(&self) -> Vec<std::ops::Range<usize>> {
        let mut start = 0;
        let layers = self.network.architecture().trainable_layers();
        let ranges = layers.into_iter().map(|layer| {
            let range = start..start + layer.own_parameters();
            start = range.end;
            range
        });
        ranges.collect()
    }

    /// Clipped gradients of the units, and their norms before.
    pub(crate) fn clipped(&self, gradients: &[Vec<f64>], rule: &Clipping) -> Vec<Vec<f64>> {
        let layers = self.layers();
        let mut factors = vec![0.0; layers.len()];
        gradients
            .iter()
            .map(|gradient| {
                let squares: Vec<f64> = layers
                    .iter()
                    .map(|layer| gradient[layer.clone()].iter().map(|v| v * v).sum())
                    .collect();
                rule.factors(&squares, &mut factors);
                let parts = layers.iter().zip(&factors);
                parts
                    .flat_map(|(layer, &factor)| {
                        let part = gradient[layer.clone()].iter();
                        part.map(move |value| value * f64::from(factor))
                    })
                    .collect()
            })
            .collect()
    }
}

pub(crate) fn flatten(network: &Network, gradients: GradientsParams) -> Vec<f64> {
    struct Reader(GradientsParams, Vec<f64>);
    impl ModuleVisitor for Reader {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            match self.0.remove::<D>(param.id) {
                Some(gradient) => {
                    let values = gradient.into_data();
                    self.1.extend(values.iter::<f32>().map(f64::from));
                }
                None => self.1.extend(vec![0.0; param.dims().iter().product()]),
            }
        }
    }
    let mut reader = Reader(gradients, Vec::new());
    network.visit(&mut reader);
    reader.1
}

pub(crate) fn sum(gradients: &[Vec<f64>], parameters: usize) -> Vec<f64> {
    let mut total = vec![0.0; parameters];
    for gradient in gradients {
        for (total, value) in total.iter_mut().zip(gradient) {
            *total += value;
        }
    }
    total
}

pub(crate) fn length(values: &[f64]) -> f64 {
    values.iter().map(|value| value * value).sum::<f64>().sqrt()
}

/// `|a - b| / |b|` in L2.
pub(crate) fn distance(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let difference: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    length(&difference) / length(b)
}

/// The norm in the middle.
pub(crate) fn typical(gradients: &[Vec<f64>]) -> f64 {
    let mut norms: Vec<f64> = gradients.iter().map(|gradient| length(gradient)).collect();
    norms.sort_by(f64::total_cmp);
    norms[norms.len() / 2]
}
