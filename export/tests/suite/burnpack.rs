//! A module of Burn's own layers takes the file as it is.

use burn::module::Module;
use burn::nn::{Linear, LinearConfig, Relu};
use burn::store::ModuleRecord;
use burn::tensor::{Bytes, Device, Tensor, TensorData};
use ndarray::Array2;
use privet_export::Format;
use privet_training::data::InputShape;
use privet_training::evaluate::logits;
use privet_training::network::LayerSpec;

use crate::support::{network, numbers, to_bytes};

/// What a user of Burn would write for the list linear, relu, linear.
#[derive(Module, Debug)]
struct Perceptron {
    layers: (Linear, Relu, Linear),
}

impl Perceptron {
    fn new(device: &Device) -> Self {
        let linear = |inputs, outputs| LinearConfig::new(inputs, outputs).init(device);
        Self {
            layers: (linear(4, 6), Relu::new(), linear(6, 3)),
        }
    }

    fn forward(&self, input: Tensor<2>) -> Tensor<2> {
        let hidden = self.layers.1.forward(self.layers.0.forward(input));
        self.layers.2.forward(hidden)
    }
}

#[test]
fn a_module_of_another_program_loads_it_and_gives_the_same_logits() {
    let layers = vec![
        LayerSpec::Linear { outputs: 6 },
        LayerSpec::Relu,
        LayerSpec::Linear { outputs: 3 },
    ];
    let ours = network(layers, InputShape::flat(4), 3);
    let file = Bytes::from_bytes_vec(to_bytes(Format::Burnpack, &ours));
    let device = Device::flex();
    let record = ModuleRecord::from_bytes(file).unwrap();
    let theirs = Perceptron::new(&device).try_load_record(record).unwrap();
    let values = numbers(20, "inputs");
    let input = Tensor::from_data(TensorData::new(values.clone(), [5, 4]), &device);
    let found: Vec<f32> = theirs.forward(input).into_data().iter::<f32>().collect();
    let expected = logits(
        &ours,
        Array2::from_shape_vec((5, 4), values).unwrap().view(),
    );
    for (found, expected) in found.iter().zip(&expected) {
        assert!((found - expected).abs() < 1e-6, "{found} {expected}");
    }
}
