//! Clipped gradient sums against batches of one on Burn's ordinary tape.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Int, Tensor, TensorData, activation};
use privet_mechanisms::Clipping;
use privet_mechanisms::noisy_sgd::add_clipped;
use privet_training::data::InputShape;
use privet_training::gradient::{
    Batch, BurnEngine, GradientEngine, GradientError, GradientRequest, GradientSum, Sum,
};
use privet_training::network::{LayerSpec, Network, NetworkSpec, ParameterLayout, Preset};
use rand::RngExt;

const IMAGE: InputShape = InputShape::image(2, 9, 9);

fn convolutional() -> NetworkSpec {
    let conv = |channels, kernel, stride, padding| LayerSpec::Conv2d {
        channels,
        kernel,
        stride,
        padding,
        groups: 1,
    };
    NetworkSpec::layers(vec![
        conv(4, 4, 2, 1),
        LayerSpec::GroupNorm { groups: 2 },
        LayerSpec::Tanh,
        LayerSpec::MaxPool {
            kernel: 2,
            stride: Some(1),
        },
        conv(6, 2, 1, 0),
        LayerSpec::Relu,
        LayerSpec::AvgPool {
            kernel: 2,
            stride: None,
        },
        LayerSpec::Flatten,
        LayerSpec::Linear { outputs: 5 },
        LayerSpec::Square,
        LayerSpec::Linear { outputs: 3 },
    ])
}

struct Case {
    network: Network,
    inputs: Vec<f32>,
    labels: Vec<u32>,
}

fn case(spec: &NetworkSpec, input: InputShape, classes: usize, examples: usize) -> Case {
    let device = Device::flex();
    let architecture = spec.resolve(input, classes).unwrap();
    let mut generator = privet_training::seed::seeded_generator(5, "gradient test", 0);
    Case {
        network: Network::new(architecture, 3, "test", 0, &device),
        inputs: (0..examples * input.len())
            .map(|_| generator.random_range(-2.0..2.0))
            .collect(),
        labels: (0..examples)
            .map(|_| generator.random_range(0..classes as u32))
            .collect(),
    }
}

impl Case {
    fn width(&self) -> usize {
        self.network.architecture().input().len()
    }

    fn ask(
        &self,
        engine: &BurnEngine,
        batch: Batch<'_>,
        clipping: Option<Clipping>,
    ) -> Result<GradientSum, GradientError> {
        let mut worker = engine.worker(self.network.architecture())?;
        let request = GradientRequest {
            clipping: clipping.as_ref(),
            ..GradientRequest::default()
        };
        worker.gradient_sum(&self.network.flat_parameters(), batch, request)
    }

    fn engine_sum(&self, engine: &BurnEngine, clipping: Option<Clipping>) -> (Vec<f32>, Vec<f64>) {
        let batch = Batch::of_rows(&self.inputs, &self.labels);
        let result = self.ask(engine, batch, clipping).unwrap();
        match result.sum.into_exposed_sensitive() {
            Sum::Float(sum) => (sum, result.norms.into_exposed_sensitive()),
            Sum::Grid(_) => panic!("no grid was asked for"),
        }
    }

    /// The gradient of each example by Burn's own tape, one example at a time.
    fn single_gradients(&self) -> Vec<Vec<f32>> {
        let network = self.network.clone().train();
        let device = Device::flex().autodiff();
        self.inputs
            .chunks(self.width())
            .zip(&self.labels)
            .map(|(row, &label)| {
                let row = TensorData::new(row.to_vec(), [1, row.len()]);
                let rows = Tensor::<2>::from_data(row, &device);
                let target = TensorData::new(vec![i64::from(label)], [1, 1]);
                let target = Tensor::<2, Int>::from_data(target, &device);
                let scores = activation::log_softmax(network.forward(rows), 1);
                let loss = scores.gather(1, target).sum().neg();
                flatten(
                    &network,
                    GradientsParams::from_grads(loss.backward(), &network),
                )
            })
            .collect()
    }

    fn reference_sum(&self, clipping_norm: f64) -> (Vec<f32>, Vec<f64>) {
        let mut sum = vec![0.0; self.network.architecture().parameters()];
        let norms = self
            .single_gradients()
            .iter()
            .map(|gradient| add_clipped(&mut sum, gradient, clipping_norm).into_exposed_sensitive())
            .collect();
        (sum, norms)
    }
}

fn flatten(network: &Network, gradients: GradientsParams) -> Vec<f32> {
    struct Reader(GradientsParams, Vec<f32>);
    impl ModuleVisitor for Reader {
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let gradient = self
                .0
                .remove::<D>(param.id)
                .expect("every parameter has a gradient");
            self.1.extend(gradient.into_data().iter::<f32>());
        }
    }
    let mut reader = Reader(gradients, Vec::new());
    network.visit(&mut reader);
    reader.1
}

/// `|a - b| / |b|` in L2.
fn distance(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len());
    let square = |values: &mut dyn Iterator<Item = f64>| values.map(|v| v * v).sum::<f64>().sqrt();
    let difference = square(&mut a.iter().zip(b).map(|(a, b)| f64::from(*a) - f64::from(*b)));
    difference / square(&mut b.iter().map(|b| f64::from(*b)))
}

fn cases() -> Vec<(&'static str, Case)> {
    vec![
        (
            "linear",
            case(
                &NetworkSpec::preset(Preset::Linear),
                InputShape::flat(7),
                3,
                11,
            ),
        ),
        (
            "mlp",
            case(&NetworkSpec::mlp(&[20, 130]), InputShape::flat(90), 4, 9),
        ),
        ("convolutional", case(&convolutional(), IMAGE, 3, 10)),
        (
            "cnn",
            case(
                &NetworkSpec::preset(Preset::Cnn),
                InputShape::image(1, 28, 28),
                10,
                6,
            ),
        ),
    ]
}

#[test]
fn clipped_sums_equal_those_of_batches_of_one() {
    for (name, case) in cases() {
        let (_, norms) = case.reference_sum(1.0);
        // A norm in the middle: some examples are clipped, some are not.
        let mut sorted = norms.clone();
        sorted.sort_by(f64::total_cmp);
        let clipping_norm = 0.9 * sorted[sorted.len() / 2];
        let (expected, _) = case.reference_sum(clipping_norm);
        for physical_batch in [1, 4, 256] {
            let engine = BurnEngine::default().with_physical_batch(physical_batch);
            let clipping = Some(Clipping::Flat {
                norm: clipping_norm,
            });
            let (sum, engine_norms) = case.engine_sum(&engine, clipping);
            let error = distance(&sum, &expected);
            assert!(
                error < 1e-5,
                "{name}, physical batch {physical_batch}: {error:e}"
            );
            for (norm, expected) in engine_norms.iter().zip(&norms) {
                assert!(
                    (norm / expected - 1.0).abs() < 1e-5,
                    "{name}: {norm} {expected}"
                );
            }
        }
    }
}

/// The comparison above would notice a clipping norm that is 1 % off, for every network.
#[test]
fn a_clipping_that_is_one_percent_off_is_noticed() {
    for (name, case) in cases() {
        let (_, norms) = case.reference_sum(1.0);
        let smallest = norms.iter().copied().fold(f64::INFINITY, f64::min);
        let (expected, _) = case.reference_sum(0.5 * smallest);
        for off in [0.99, 1.01] {
            let clipping = Some(Clipping::Flat {
                norm: 0.5 * smallest * off,
            });
            let (sum, _) = case.engine_sum(&BurnEngine::default(), clipping);
            assert!(distance(&sum, &expected) > 0.009, "{name}");
        }
    }
}

#[test]
fn without_clipping_it_is_the_plain_sum() {
    for (name, case) in cases() {
        let gradients = case.single_gradients();
        let mut expected = vec![0.0f32; gradients[0].len()];
        for gradient in &gradients {
            for (total, value) in expected.iter_mut().zip(gradient) {
                *total += value;
            }
        }
        let (sum, _) = case.engine_sum(&BurnEngine::default(), None);
        let error = distance(&sum, &expected);
        assert!(error < 1e-5, "{name}: {error:e}");
    }
}

/// Sensitivity by brute force: taking any one example out of the batch moves the clipped sum by at
/// most the clipping norm.
#[test]
fn leaving_one_example_out_moves_the_sum_by_at_most_the_clipping_norm() {
    for (name, case) in cases() {
        let clipping = Some(Clipping::Flat { norm: 0.05 });
        let (all, _) = case.engine_sum(&BurnEngine::default(), clipping.clone());
        for left_out in 0..case.labels.len() {
            let mut inputs = case.inputs.clone();
            inputs.drain(left_out * case.width()..(left_out + 1) * case.width());
            let mut labels = case.labels.clone();
            labels.remove(left_out);
            let fewer = Case {
                network: case.network.clone(),
                inputs,
                labels,
            };
            let (sum, _) = fewer.engine_sum(&BurnEngine::default(), clipping);
            let moved = all
                .iter()
                .zip(&sum)
                .map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2))
                .sum::<f64>()
                .sqrt();
            assert!(moved <= 0.05 * (1.0 + 1e-4), "{name}: {moved}");
        }
    }
}

#[test]
fn examples_without_a_finite_gradient_contribute_nothing() {
    for (name, mut case) in cases() {
        let width = case.width();
        let mut fewer = Case {
            network: case.network.clone(),
            inputs: case.inputs[2 * width..].to_vec(),
            labels: case.labels[2..].to_vec(),
        };
        case.inputs[0] = f32::NAN;
        case.inputs[width] = f32::INFINITY;
        fewer.inputs.truncate(case.inputs.len() - 2 * width);
        let clipping = Some(Clipping::Flat { norm: 0.1 });
        let (sum, norms) = case.engine_sum(&BurnEngine::default(), clipping.clone());
        let (expected, _) = fewer.engine_sum(&BurnEngine::default(), clipping);
        assert!(
            !norms[0].is_finite() && !norms[1].is_finite(),
            "{name}: {norms:?}"
        );
        let error = distance(&sum, &expected);
        assert!(error < 1e-5, "{name}: {error:e}");
    }
}

#[test]
fn an_empty_batch_gives_zeros() {
    let mut case = case(&convolutional(), IMAGE, 3, 1);
    case.inputs.clear();
    case.labels.clear();
    let (sum, norms) = case.engine_sum(&BurnEngine::default(), Some(Clipping::Flat { norm: 1.0 }));
    assert_eq!(sum, vec![0.0; case.network.architecture().parameters()]);
    assert!(norms.is_empty());
}

#[test]
fn misfits_are_refused() {
    let case = case(
        &NetworkSpec::preset(Preset::Linear),
        InputShape::flat(7),
        3,
        2,
    );
    let engine = BurnEngine::default();
    let short = Batch::of_rows(&case.inputs[1..], &case.labels);
    let error = case.ask(&engine, short, None).unwrap_err();
    assert!(matches!(error, GradientError::Shape { .. }));
    let unknown_class = Batch::of_rows(&case.inputs, &[0, 3]);
    let error = case.ask(&engine, unknown_class, None).unwrap_err();
    assert!(matches!(error, GradientError::Label { classes: 3 }));
    for norm in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let batch = Batch::of_rows(&case.inputs, &case.labels);
        let result = case.ask(&engine, batch, Some(Clipping::Flat { norm }));
        assert!(matches!(result, Err(GradientError::Request(_))));
    }
}

/// The square of a small `delta` is 0 in f32 while its product with a huge input is not small: the
/// norm must not be lost on the way.
#[test]
fn a_tiny_delta_on_a_huge_input_is_clipped() {
    // Scores 60 apart, so that the other class has a probability of 9e-27.
    let device = Device::flex();
    let architecture = NetworkSpec::preset(Preset::Linear)
        .resolve(InputShape::flat(2), 2)
        .unwrap();
    let network = Network::new(architecture, 0, "test", 0, &device);
    let layout = ParameterLayout::of(&network).unwrap();
    let weights = [0.0, 0.0, 60.0, 0.0, 0.0, 0.0];
    let case = Case {
        network: layout.load(network, &weights).unwrap(),
        inputs: vec![1e19, 1.0],
        labels: vec![0],
    };
    let (plain, _) = case.engine_sum(&BurnEngine::default(), None);
    let length = |sum: &[f32]| {
        sum.iter()
            .map(|&v| f64::from(v).powi(2))
            .sum::<f64>()
            .sqrt()
    };
    assert!(length(&plain) > 1e-8, "{plain:?}");
    let norm = 1e-9;
    let (sum, norms) = case.engine_sum(&BurnEngine::default(), Some(Clipping::Flat { norm }));
    assert!((norms[0] / length(&plain) - 1.0).abs() < 1e-5, "{norms:?}");
    assert!((length(&sum) / norm - 1.0).abs() < 1e-5, "{sum:?}");
}

#[test]
fn flat_parameters_round_trip() {
    let case = case(&convolutional(), IMAGE, 3, 1);
    let layout = ParameterLayout::of(&case.network).unwrap();
    let paths: Vec<&str> = layout
        .slots()
        .iter()
        .map(|slot| slot.path.as_str())
        .collect();
    assert_eq!(
        paths,
        [
            "layers.0.weight",
            "layers.0.bias",
            "layers.1.gamma",
            "layers.1.beta",
            "layers.4.weight",
            "layers.4.bias",
            "layers.8.weight",
            "layers.8.bias",
            "layers.10.weight",
            "layers.10.bias",
        ]
    );
    let values: Vec<f32> = (0..layout.len()).map(|i| i as f32).collect();
    let network = layout.load(case.network.clone(), &values).unwrap();
    assert_eq!(network.flat_parameters(), values);
    assert!(layout.load(case.network, &values[1..]).is_err());
}
